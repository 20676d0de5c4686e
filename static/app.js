// What HTML and htmx leave to do: bring htmx, say when a request fails, move focus after a swap, announce a result, drop double
// clicks, give a text the lines it needs.
// Every page works without this file.
(function () {
  "use strict";
  var EXPIRED = "Cette page est restée ouverte trop longtemps. Rien n’a changé : rechargez-la, puis recommencez.";
  var SENTENCES = {
    0: "Le site ne répond pas. Vérifiez votre connexion, puis recommencez : rien ne sera enregistré deux fois.",
    400: EXPIRED,
    403: EXPIRED,
    404: "Cette page n’existe plus ou ne vous est pas ouverte. Rien n’a changé.",
    413: "Ce fichier est trop lourd. Rien n’a été enregistré : choisissez-en un plus léger.",
    429: "Trop de demandes en peu de temps. Rien n’a changé : patientez quelques minutes, puis recommencez."
  };
  var OTHERWISE =
    "Le site a rencontré une erreur. Une opération est enregistrée en entier ou pas du tout : rechargez la page pour voir.";

  function byId(id) {
    return document.getElementById(id);
  }

  function each(selector, action) {
    document.querySelectorAll(selector).forEach(action);
  }

  function hideFailure() {
    if (byId("panne")) byId("panne").remove();
  }

  function showFailure(status) {
    hideFailure();
    var line = document.createElement("p");
    line.id = "panne";
    line.className = "notice tone-bad";
    line.textContent = SENTENCES[status] || OTHERWISE;
    byId("messages").appendChild(line);
    line.scrollIntoView({ block: "nearest" });
  }

  // New content may claim the focus (an error summary, the heading of the next step) and say one thing aloud.
  function settle(event) {
    function find(selector) {
      return event.target.matches(selector) ? event.target : event.target.querySelector(selector);
    }
    var claims = find(".error-summary") || find("[data-focus]");
    var speaks = find("[data-announce]");
    if (claims) claims.focus();
    if (speaks) byId("annonce").textContent = speaks.getAttribute("data-announce");
  }

  // What will be replaced says that it waits, unless the answer comes at once.
  function wait(event) {
    var target = event.detail.target;
    var timer = setTimeout(function () { target.setAttribute("aria-busy", "true"); }, 200);
    event.detail.xhr.addEventListener("loadend", function () {
      clearTimeout(timer);
      target.removeAttribute("aria-busy");
    });
  }

  // Buttons are marked, not disabled, so that they keep the focus: a second submission is dropped until an answer came.
  function mark(form, sent) {
    form.toggleAttribute("data-sent", sent);
    form.querySelectorAll("[type=submit]").forEach(function (button) {
      button.setAttribute("aria-disabled", sent);
    });
  }

  function releaseAll() {
    each("form[data-sent]", function (form) { mark(form, false); });
  }

  // htmx comes after the page: at once on a good line, on a slow one when somebody goes near a form or a link that uses it.
  // Until it is there they work as in any page; words typed meanwhile are searched when it is. It begins in complete
  // documents only.
  var awaited = document.currentScript.getAttribute("data-htmx");

  function bring() {
    if (document.readyState !== "complete") {
      addEventListener("load", bring);
    } else if (awaited) {
      var script = document.createElement("script");
      script.src = awaited;
      script.onload = catchUp;
      awaited = null;
      document.head.appendChild(script);
    }
  }

  function bringFor(event) {
    var touched = event.target.form || event.target;
    if (awaited && touched.closest("[hx-get],[hx-post]")) bring();
  }

  function catchUp() {
    var field = document.activeElement, form = field.form;
    if (form && form.method === "get" && field.value !== field.defaultValue) {
      form.dispatchEvent(new Event("submit", { cancelable: true }));
    }
  }

  if (awaited) {
    var line = navigator.connection || { effectiveType: "4g" };
    if (line.effectiveType === "4g" && !line.saveData) bring();
    document.addEventListener("pointerover", bringFor);
    document.addEventListener("focusin", bringFor);
  }

  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (form.method !== "post") return;
    if (form.hasAttribute("data-sent")) {
      event.preventDefault();
      event.stopImmediatePropagation();
    } else {
      mark(form, true);
      setTimeout(mark, 15000, form, false);
    }
  }, true);
  // A text gets lines as it is typed; without this file it scrolls, and its corner can be drawn.
  document.addEventListener("input", function (event) {
    var field = event.target;
    while (field.rows < 12 && field.scrollHeight > field.clientHeight) field.rows++;
  });
  addEventListener("pageshow", releaseAll);
  document.addEventListener("htmx:beforeRequest", hideFailure);
  document.addEventListener("htmx:beforeSend", wait);
  document.addEventListener("htmx:afterRequest", releaseAll);
  document.addEventListener("htmx:responseError", function (event) { showFailure(event.detail.xhr.status); });
  document.addEventListener("htmx:sendError", function () { showFailure(0); });
  document.addEventListener("htmx:timeout", function () { showFailure(0); });
  document.addEventListener("htmx:afterSettle", settle);
  each(".error-summary", function (summary) { summary.focus(); });
})();
