// Comfort on top of pages that work without it. No dependencies, nothing from elsewhere.
(() => {
  "use strict";

  // After a refused form the summary of what was wrong is read first.
  document.querySelector("[data-focus]")?.focus();

  // <button type="button" data-copy="ID" hidden>: copies the text of an element.
  for (const button of document.querySelectorAll("[data-copy]")) {
    if (!navigator.clipboard) continue;
    button.hidden = false;
    button.addEventListener("click", async () => {
      const source = document.getElementById(button.dataset.copy);
      await navigator.clipboard.writeText(source.value ?? source.textContent);
      if (button.dataset.done) button.textContent = button.dataset.done;
    });
  }

  // A form is sent once: a second press while the answer is on its way does nothing.
  for (const form of document.querySelectorAll("form[method=post]")) {
    form.addEventListener("submit", (event) => {
      if (form.dataset.sent) event.preventDefault();
      form.dataset.sent = "yes";
    });
  }
  // Passkeys: <form data-passkey="create" or "get" data-options="ADDRESS">. It shows itself where the browser knows them;
  // the answer of the authenticator goes with the form like any other field.
  const known = window.PublicKeyCredential?.parseCreationOptionsFromJSON && PublicKeyCredential.parseRequestOptionsFromJSON;
  for (const form of known ? document.querySelectorAll("[data-passkey]") : []) {
    form.hidden = false;
    form.querySelector("[type=submit]").hidden = false;
    const failed = form.querySelector("[data-failed]");
    form.addEventListener("submit", async (event) => {
      if (event.defaultPrevented) return;
      event.preventDefault();
      failed.hidden = true;
      try {
        const body = new URLSearchParams({ csrf: form.elements.csrf.value });
        const answer = await fetch(form.dataset.options, { method: "POST", body });
        if (!answer.ok) throw new Error(answer.status);
        const { ceremony, options } = await answer.json();
        const credential = form.dataset.passkey === "create"
          ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) })
          : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });
        form.elements.ceremony.value = ceremony;
        form.elements.credential.value = JSON.stringify(credential.toJSON());
        form.submit();
      } catch {
        failed.hidden = false;
        delete form.dataset.sent;
      }
    });
  }

  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  });
})();
