// Tells the page around its height, at each change and when asked.
(function () {
  var root = document.documentElement;
  function tell() {
    if (parent !== window) parent.postMessage({ barterHeight: root.offsetHeight }, "*");
  }
  addEventListener("message", function (event) {
    if (event.source === parent) tell();
  });
  addEventListener("load", tell);
  if (window.ResizeObserver) new ResizeObserver(tell).observe(root);
})();
