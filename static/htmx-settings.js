// How htmx works here; it reads this when it starts, the two being served as one file (barterweb/web/statics.py). Nothing of
// a page is kept in the browser, nothing is evaluated, and an answer that refuses a form is shown like one that takes it.
(function () {
  "use strict";
  var settings = document.createElement("meta");
  settings.name = "htmx-config";
  settings.content = JSON.stringify({
    historyCacheSize: 0,
    refreshOnHistoryMiss: true,
    allowEval: false,
    allowScriptTags: false,
    includeIndicatorStyles: false,
    selfRequestsOnly: true,
    disableInheritance: true,
    timeout: 30000,
    responseHandling: [
      { code: "204", swap: false },
      { code: "2..|409|422", swap: true },
      { code: "...", swap: false, error: true }
    ]
  });
  document.head.appendChild(settings);
})();
