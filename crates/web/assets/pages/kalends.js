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
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  });
})();
