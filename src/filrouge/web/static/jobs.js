// Progress of background jobs, as the server tells it. Without a script the page says how it stood when it was made.
export function ready(root) {
  const places = [...root.querySelectorAll("[data-events]")];
  if (root.matches?.("[data-events]")) places.push(root);
  for (const place of places) {
    if (place.dataset.ready) continue;
    place.dataset.ready = "1";
    follow(place);
  }
}

function follow(place) {
  const bar = place.querySelector("[data-progress-bar]");
  const note = place.querySelector("[data-progress-note]");
  const source = new EventSource(place.dataset.events);
  let said = 0;
  source.addEventListener("progress", (event) => {
    if (!place.isConnected) return source.close();
    const { done, of, note: words } = JSON.parse(event.data);
    if (bar && of) {
      bar.max = of;
      bar.value = done;
    }
    // The bar moves at once; the words, which are read aloud, at most every two seconds.
    if (note && words !== undefined && (Date.now() - said > 2000 || done === of)) {
      note.textContent = words;
      said = Date.now();
    }
  });
  source.addEventListener("done", (event) => {
    source.close();
    if (!place.isConnected) return;
    const { href } = event.data ? JSON.parse(event.data) : {};
    if (href) location.assign(href);
    else location.reload();
  });
  // The browser asks again by itself after a lost connection; only a closed one is final.
  addEventListener("pagehide", () => source.close(), { once: true });
}
