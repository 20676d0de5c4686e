// Passkeys: ask the browser what the page's form says, write the answer into it, and send it. Understands Chromium 80.
(function () {
  "use strict";

  function bytes(text) {
    var plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(plain, function (character) { return character.charCodeAt(0); });
  }

  function text(buffer) {
    var plain = String.fromCharCode.apply(null, new Uint8Array(buffer));
    return btoa(plain).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  }

  function known(list) {
    return (list || []).map(function (key) { return { type: "public-key", id: bytes(key.id) }; });
  }

  function create(question) {
    question.challenge = bytes(question.challenge);
    question.user.id = bytes(question.user.id);
    question.excludeCredentials = known(question.excludeCredentials);
    return navigator.credentials.create({ publicKey: question });
  }

  function get(question) {
    question.challenge = bytes(question.challenge);
    question.allowCredentials = known(question.allowCredentials);
    return navigator.credentials.get({ publicKey: question });
  }

  function answer(key) {
    var said = { clientDataJSON: text(key.response.clientDataJSON) };
    ["attestationObject", "authenticatorData", "signature", "userHandle"].forEach(function (name) {
      if (key.response[name]) said[name] = text(key.response[name]);
    });
    return JSON.stringify({
      id: key.id, rawId: text(key.rawId), type: key.type, response: said,
      clientExtensionResults: key.getClientExtensionResults()
    });
  }

  function prepare(form) {
    var failed = form.querySelector("[data-passkey-failed]");
    form.hidden = false;
    form.addEventListener("submit", function (event) {
      event.preventDefault();
      event.stopImmediatePropagation();
      failed.hidden = true;
      var question = JSON.parse(form.getAttribute("data-question"));
      (form.getAttribute("data-passkey") === "create" ? create : get)(question).then(
        function (key) {
          form.elements.answer.value = answer(key);
          form.submit();
        },
        function () { failed.hidden = false; }
      );
    }, true);
  }

  if (window.PublicKeyCredential) document.querySelectorAll("form[data-passkey]").forEach(prepare);
})();
