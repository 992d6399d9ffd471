// A session ends when it is not used, and after some hours in all. Who is here is warned and may go on (WCAG 2.2.1);
// once it has ended, what the case holds is taken off the screen, and what was typed stays, to be copied.
const USED = "filrouge-used";
const LOOK_EVERY = 5_000;
const TELL_AGAIN = 5 * 60_000;
const TYPED = "textarea, input:is(:not([type]), [type=text], [type=search], [type=email], [type=url], [type=number])";

function tellOthers(moment) {
  try {
    localStorage.setItem(USED, String(moment));
  } catch {
    // Other windows of this browser then count for themselves.
  }
}

/** When the others were last used, as text: "0" once one of them is signed out. */
function toldByOthers() {
  try {
    return localStorage.getItem(USED);
  } catch {
    return null;
  }
}

/** What stands in fields otherwise than the page brought it: the words of the field, and the text. */
function typed() {
  return [...document.querySelectorAll(TYPED)]
    .filter((field) => field.value.trim() && field.value !== field.defaultValue)
    .map((field) => [field.labels?.[0]?.textContent.trim() || field.getAttribute("aria-label") || "", field.value]);
}

function clearScreen() {
  const kept = typed();
  const page = document.getElementById("session-ended").content.cloneNode(true);
  const pieces = kept.map(([words, text]) => {
    const piece = page.querySelector("[data-piece]").cloneNode(true);
    piece.querySelector("span").textContent = words;
    piece.querySelector("textarea").value = text;
    return piece;
  });
  if (pieces.length) page.querySelector("[data-piece]").replaceWith(...pieces);
  else page.querySelector("[data-typed]").remove();
  document.title = "filrouge";
  document.body.className = "bare";
  document.body.replaceChildren(page);
  document.querySelector("main").focus();
}

export function readySession(csrf) {
  const strip = document.querySelector("[data-session]");
  if (!strip) return;
  const button = strip.querySelector("button");
  const seconds = (name) => Number(strip.dataset[name]) * 1000;
  const [idle, warning, oldest] = [seconds("idle"), seconds("warning"), Date.now() + seconds("left")];
  const ended = new AbortController();
  const { signal } = ended;
  let used = 0;
  let asked = 0;
  let shown = 0;
  let before = null;

  const over = () => {
    if (signal.aborted) return;
    ended.abort();
    clearInterval(watch);
    clearScreen();
  };
  const outOfTime = () => {
    // What the page says is made true: the server counts otherwise, by what a page that follows a job asks, too.
    const headers = { "X-CSRF-Token": csrf() };
    fetch("/signout", { method: "POST", headers, keepalive: true, redirect: "manual" }).catch(() => {});
    tellOthers(0);
    over();
  };
  const look = () => {
    if (signal.aborted) return;
    // Read, not waited for: a window that was frozen looks before it hears what it missed.
    const others = toldByOthers();
    if (others === "0") return over();
    used = Math.max(used, Number(others));
    const now = Date.now();
    const ends = Math.min(used + idle, oldest);
    if (now >= ends) return outOfTime();
    const near = now >= ends - warning;
    if (near && ends !== shown) {
      shown = ends;
      const which = ends === oldest ? "age" : "use";
      const form = new Intl.DateTimeFormat(document.documentElement.lang, { timeStyle: "short", timeZone: "UTC" });
      strip.querySelector("[data-words]").textContent = strip.dataset[which].replace("{time}", form.format(ends));
      // Nothing helps against age.
      button.hidden = which === "age";
    }
    strip.hidden = !near;
  };
  const wasUsed = (moment) => {
    if (signal.aborted) return;
    used = moment;
    tellOthers(moment);
    look();
  };
  const stay = async () => {
    asked = Date.now();
    try {
      const answer = await fetch("/account/here", { redirect: "manual" });
      if (answer.status === 204) wasUsed(Date.now());
      else if (answer.type === "opaqueredirect") over();
    } catch {
      // The workbench does not answer just now; the clock runs on.
    }
  };
  const goOn = () => {
    if (Date.now() - Math.max(used, asked) > TELL_AGAIN) stay();
  };

  strip.addEventListener("focusin", ({ relatedTarget }) => (before = relatedTarget), { signal });
  button.addEventListener("click", async () => {
    await stay();
    if (strip.hidden) (before?.isConnected ? before : document.querySelector("main"))?.focus();
  }, { signal });
  // To write, or to press what there is to press, is to use.
  for (const name of ["input", "click"]) document.addEventListener(name, goOn, { signal });
  document.addEventListener("htmx:after:request", ({ detail }) => {
    if (detail?.ctx?.response?.status < 400) wasUsed(Date.now());
  }, { signal });
  // What was sent by htmx to a server that knows the session no more is still in its field.
  document.addEventListener("htmx:before:response", (event) => {
    const { status, headers } = event.detail?.ctx?.response ?? {};
    if (status !== 401 || !headers?.get("HX-Redirect")?.startsWith("/sign-in")) return;
    event.preventDefault();
    over();
  }, { signal });
  // Another window was used, or signed out.
  addEventListener("storage", look, { signal });
  // A computer that slept runs no timers.
  document.addEventListener("visibilitychange", look, { signal });
  addEventListener("pageshow", look, { signal });
  document.querySelector('form[action="/signout"]')?.addEventListener("submit", () => tellOthers(0), { signal });
  const watch = setInterval(look, LOOK_EVERY);
  wasUsed(Date.now());
}
