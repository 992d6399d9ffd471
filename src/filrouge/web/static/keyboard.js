// Keys for those who go through many rows. Any table with data-keys takes part:
//   j / k          the next row, the row before (class "current", aria-current on the row)
//   Enter or o     opens the row's data-href
//   x              ticks the row's first checkbox
//   l              opens the row's [data-label-menu] (a details or a button), or the page's
//   /              focuses [data-search], else the first search field
//   ?              shows the keys
//   Ctrl Enter     sends the form of a <textarea data-submit-keys>
// A page adds its own: <a data-key="n"> or <button data-key="n"> is pressed by that key.

const TYPING = "input:not([type=checkbox], [type=radio], [type=button], [type=submit], [type=range]), textarea, select, [contenteditable]";

const rows = () =>
  [...document.querySelectorAll("[data-keys] [data-row], [data-keys-list] > [data-row]")].filter(
    (row) => !row.hidden && row.checkVisibility?.() !== false,
  );

const current = () => document.querySelector("[data-row].current");

function move(step) {
  const all = rows();
  if (!all.length) return;
  const here = all.indexOf(current());
  const next = all[here < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, here + step))];
  choose(next);
}

function choose(row) {
  const before = current();
  before?.classList.remove("current");
  before?.removeAttribute("aria-current");
  row.classList.add("current");
  row.setAttribute("aria-current", "true");
  // The row's own link takes the focus, so that a screen reader says where one is.
  const target = row.querySelector("a[href]") ?? row.querySelector("button, input:not([type=hidden])");
  target?.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
  row.dispatchEvent(new CustomEvent("filrouge:current", { bubbles: true }));
}

const ACTIONS = {
  j: () => move(1),
  k: () => move(-1),
  x: () => current()?.querySelector('input[type="checkbox"]')?.click(),
  o: () => follow(),
  l: () => {
    const menu = (current() ?? document).querySelector("[data-label-menu]") ?? document.querySelector("[data-label-menu]");
    if (!menu) return;
    if (menu.tagName !== "DETAILS") return menu.click();
    menu.open = true;
    menu.querySelector("button, a, input:not([type=hidden]), select, textarea")?.focus();
  },
  "/": () => {
    const search = document.querySelector("[data-search]") ?? document.querySelector('input[type="search"]');
    search?.focus();
    search?.select?.();
  },
};

function follow() {
  const row = current();
  const href = row?.dataset.href ?? row?.querySelector("a[href]")?.href;
  if (href) location.assign(href);
}

export function readyKeys(openDialog) {
  document.addEventListener("keydown", (event) => {
    const box = event.target.closest?.("textarea[data-submit-keys]");
    if (box && event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      return box.form?.requestSubmit();
    }
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest(TYPING) || document.querySelector("dialog[open]")) return;
    if (event.target.closest("[data-own-keys]")) return;
    if (event.key === "?") {
      event.preventDefault();
      return openDialog("keyboard-help");
    }
    if (event.key === "Enter") {
      // On a link or a button Enter means that link or button.
      if (current() && !event.target.closest("a, button, summary, input")) follow();
      return;
    }
    const own = [...document.querySelectorAll("[data-key]")].find(
      (element) => element.dataset.key === event.key && element.checkVisibility?.() !== false,
    );
    const action = own ? () => own.click() : ACTIONS[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  });
  document.addEventListener("click", (event) => {
    const row = event.target.closest("[data-keys] [data-row]");
    if (row && row !== current()) {
      const focused = document.activeElement;
      choose(row);
      focused?.focus({ preventScroll: true });
    }
  });
}
