// Security keys: the only thing that a browser does by script alone. Without it the code is asked for.
(() => {
  "use strict";
  const usable = (options) =>
    window.PublicKeyCredential?.parseRequestOptionsFromJSON &&
    (options.rpId || options.rp.id) === location.hostname;

  const wire = (button, hiddenName, run) => {
    const form = button.form;
    const options = JSON.parse(button.dataset.options);
    if (!usable(options)) return;
    button.hidden = false;
    const said = form.querySelector("[data-key-said]");
    button.addEventListener("click", async () => {
      said.textContent = "Follow what your browser says.";
      try {
        form.elements[hiddenName].value = JSON.stringify((await run(options)).toJSON());
        form.submit();
      } catch (wrong) {
        said.textContent = "The key did not answer. Press the button to try again, or use a code.";
      }
    });
  };

  for (const button of document.querySelectorAll("[data-key-get]"))
    wire(button, button.dataset.keyGet, (options) =>
      navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) }));

  for (const button of document.querySelectorAll("[data-key-create]")) {
    if (!usable(JSON.parse(button.dataset.options))) continue;
    button.form.hidden = false;
    document.querySelector("[data-key-none]").hidden = true;
    wire(button, button.dataset.keyCreate, (options) =>
      navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) }));
  }
})();
