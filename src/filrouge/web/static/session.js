// A session ends when it is not used, and after some hours in all. Who is here is warned and may go on (WCAG 2.2.1);
// once it has ended, what the case holds is taken off the screen, and what was typed stays, to be copied.
const USED = "filrouge-used";
const LOOK_EVERY = 5_000;
const TELL_AGAIN = 5 * 60_000;
const TYPED = 'textarea, input:is(:not([type]), [type="text"], [type="search"])';

function tellOthers(moment) {
  try {
    localStorage.setItem(USED, String(moment));
  } catch {
    // Other windows of this browser then count for themselves.
  }
}

/** What stands in fields otherwise than the page brought it: the words of the field, and the text. */
function typed() {
  return [...document.querySelectorAll(TYPED)]
    .filter((field) => field.value.trim() && field.value !== field.defaultValue)
    .map((field) => [field.labels?.[0]?.textContent.trim() || field.getAttribute("aria-label") || "", field.value]);
}

function end() {
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

export function readySession() {
  const strip = document.querySelector("[data-session]");
  if (!strip) return;
  const seconds = (name) => Number(strip.dataset[name]) * 1000;
  const [idle, warning, oldest] = [seconds("idle"), seconds("warning"), Date.now() + seconds("left")];
  let used = 0;
  let watch;

  const over = () => {
    clearInterval(watch);
    end();
  };
  const look = () => {
    const now = Date.now();
    const ends = Math.min(used + idle, oldest);
    if (now >= ends) return over();
    const near = now >= ends - warning;
    if (near && strip.hidden) {
      const which = ends === oldest ? "age" : "use";
      const time = new Intl.DateTimeFormat(document.documentElement.lang, { timeStyle: "short" }).format(ends);
      strip.querySelector("[data-words]").textContent = strip.dataset[which].replace("{time}", time);
      // Nothing helps against age.
      strip.querySelector("button").hidden = which === "age";
    }
    strip.hidden = !near;
  };
  const wasUsed = (moment) => {
    used = moment;
    tellOthers(moment);
    look();
  };
  const stay = async () => {
    try {
      const answer = await fetch("/account/here", { redirect: "manual" });
      if (answer.status === 204) wasUsed(Date.now());
      else over();
    } catch {
      // The workbench does not answer just now; the clock runs on.
    }
  };

  strip.querySelector("button").addEventListener("click", stay);
  // To write is to use.
  document.addEventListener("input", () => {
    if (Date.now() - used > TELL_AGAIN) {
      used = Date.now();
      stay();
    }
  });
  document.addEventListener("htmx:after:request", ({ detail }) => {
    if (detail?.ctx?.response?.status < 400) wasUsed(Date.now());
  });
  // Another window was used, or signed out.
  addEventListener("storage", ({ key, newValue }) => {
    if (key !== USED || newValue === null) return;
    if (newValue === "0") over();
    else {
      used = Math.max(used, Number(newValue));
      look();
    }
  });
  document.querySelector('form[action="/signout"]')?.addEventListener("submit", () => tellOthers(0));
  wasUsed(Date.now());
  watch = setInterval(look, LOOK_EVERY);
}
