// Files on their way to the server: how much of them has arrived. Without a script the form posts by itself.
export function ready(root) {
  for (const form of root.querySelectorAll("form[data-upload]")) {
    if (form.dataset.ready) continue;
    form.dataset.ready = "1";
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      send(form);
    });
    // What is dropped is brought at once: there is nothing to decide before it is looked at.
    form.querySelector("[data-drop]")?.addEventListener("drop", () => setTimeout(() => form.requestSubmit()));
  }
}

function send(form) {
  const place = form.querySelector("[data-upload-progress]");
  const bar = place.querySelector("progress");
  const button = form.querySelector("button");
  if (!form.querySelector('input[type="file"]').files.length || button.disabled) return;
  const request = new XMLHttpRequest();
  const over = () => {
    place.hidden = true;
    button.disabled = false;
  };
  request.upload.addEventListener("progress", ({ loaded, total, lengthComputable }) => {
    if (lengthComputable) bar.value = loaded / total;
  });
  request.addEventListener("load", () => {
    if (!form.isConnected) return;
    const to = request.getResponseHeader("HX-Redirect");
    if (to) return location.assign(to);
    over();
    const flashes = document.getElementById("flashes");
    if (request.getResponseHeader("content-type")?.startsWith("text/html")) flashes.innerHTML = request.responseText;
    else flashes.textContent = request.responseText;
    flashes.scrollIntoView({ block: "center" });
  });
  for (const name of ["error", "abort"]) request.addEventListener(name, over);
  request.open("POST", form.action);
  request.setRequestHeader("HX-Request", "true");
  request.setRequestHeader("X-CSRF-Token", form.elements.csrf.value);
  place.hidden = false;
  bar.value = 0;
  button.disabled = true;
  request.send(new FormData(form));
}
