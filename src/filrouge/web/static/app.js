// What the pages gain from a script. Nothing here is needed to read or to decide: forms post and links lead.
import { readyKeys } from "./keyboard.js";
import { readySession } from "./session.js";
import { readyViews } from "./views.js";

const csrf = () => document.querySelector('meta[name="csrf"]')?.content ?? "";

document.addEventListener("htmx:config:request", (event) => {
  const request = event.detail.ctx.request;
  if (request.method && request.method.toUpperCase() !== "GET" && csrf()) request.headers["X-CSRF-Token"] = csrf();
});

// Theme: as the system, light, dark, and round again.
const THEMES = ["system", "light", "dark"];

function readyTheme() {
  const button = document.querySelector("[data-theme-switch]");
  if (!button) return;
  const root = document.documentElement;
  const say = () => {
    const words = button.dataset[`theme${{ light: "Light", dark: "Dark" }[root.dataset.theme] ?? "System"}`];
    button.title = words;
    button.setAttribute("aria-label", words);
  };
  button.addEventListener("click", () => {
    const now = root.dataset.theme ?? "system";
    const next = THEMES[(THEMES.indexOf(now) + 1) % THEMES.length];
    if (next === "system") delete root.dataset.theme;
    else root.dataset.theme = next;
    try {
      localStorage.setItem("filrouge-theme", next);
    } catch {
      // The choice then lasts as long as the page.
    }
    say();
    document.dispatchEvent(new CustomEvent("filrouge:theme"));
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () =>
    document.dispatchEvent(new CustomEvent("filrouge:theme")),
  );
  say();
}

// On a narrow window the rooms are a line that scrolls, on a low one a column that does: where one is must be in it.
function readyRooms() {
  const rooms = document.querySelector("nav.rooms");
  if (!rooms) return;
  const current = rooms.querySelector("[aria-current]");
  const bringIntoSight = () => {
    if (!current) return;
    const [line, room] = [rooms.getBoundingClientRect(), current.getBoundingClientRect()];
    if (rooms.scrollWidth > rooms.clientWidth) rooms.scrollLeft += room.left - line.left - (line.width - room.width) / 2;
    if (room.bottom > line.bottom) rooms.scrollTop += room.top - line.top - (line.height - room.height) / 2;
  };
  const all = rooms.querySelector("[data-all-rooms]");
  const spread = (wide) => {
    rooms.classList.toggle("spread", wide);
    all.setAttribute("aria-expanded", wide);
    if (!wide) bringIntoSight();
  };
  all?.addEventListener("click", () => spread(!rooms.classList.contains("spread")));
  rooms.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !rooms.classList.contains("spread")) return;
    spread(false);
    all.focus({ preventScroll: true });
  });
  bringIntoSight();
}

// A menu is a <details>; it shuts when one leaves it.
function readyMenus() {
  const shut = (except) => {
    for (const menu of document.querySelectorAll("details[data-menu][open]")) if (menu !== except) menu.open = false;
  };
  document.addEventListener("click", (event) => shut(event.target.closest("details[data-menu]")));
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const menu = document.querySelector("details[data-menu][open]");
    if (!menu) return;
    const held = menu.contains(document.activeElement);
    menu.open = false;
    if (held) menu.querySelector("summary").focus();
  });
}

/** The section `id` as a modal dialog: its element is changed at the first opening, its content stays the same nodes. */
export function openDialog(id) {
  let section = document.getElementById(id);
  if (!section) return;
  if (section.tagName !== "DIALOG") {
    const dialog = document.createElement("dialog");
    for (const { name, value } of section.attributes) dialog.setAttribute(name, value);
    dialog.removeAttribute("tabindex");
    dialog.classList.remove("needs-js");
    dialog.append(...section.childNodes);
    section.replaceWith(dialog);
    section = dialog;
    dialog.addEventListener("click", (event) => {
      if (event.target === dialog || event.target.closest("[data-close-dialog]")) dialog.close();
    });
    globalThis.htmx?.process(dialog);
  }
  if (!section.open) section.showModal();
}

function readyClicks() {
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-open-dialog]");
    if (opener) {
      event.preventDefault();
      const menu = opener.closest("details[data-menu]");
      if (menu) menu.open = false;
      openDialog(opener.dataset.openDialog);
    }
    event.target.closest("[data-dismiss]")?.closest(".flash")?.remove();
  });
}

// A form that did not pass says so to those who hear the page, and stands where they are.
function readyErrors(root) {
  // What was asked for has come: who hears the page, or goes on by keys, stands at its heading.
  if (root !== document.documentElement) root.querySelector?.("[data-focus]")?.focus();
  root.querySelector?.(".errors")?.focus();
  // A dialog whose form came back with an error, or that the address names, opens by itself.
  const wanted = root.querySelector?.("[data-dialog][data-open], [data-dialog]:target");
  if (wanted) openDialog(wanted.id);
}

function readyDrops(root) {
  for (const drop of root.querySelectorAll("[data-drop]")) {
    if (drop.dataset.ready) continue;
    drop.dataset.ready = "1";
    const input = drop.querySelector('input[type="file"]');
    const list = drop.querySelector("[data-drop-list]");
    const size = (bytes) =>
      new Intl.NumberFormat(document.documentElement.lang, {
        style: "unit", unit: bytes < 1e6 ? "kilobyte" : "megabyte", maximumFractionDigits: 1,
      }).format(bytes / (bytes < 1e6 ? 1e3 : 1e6));
    const show = () =>
      list.replaceChildren(
        ...[...input.files].map((file) => {
          const item = document.createElement("li");
          item.textContent = `${file.name} · ${size(file.size)}`;
          return item;
        }),
      );
    input.addEventListener("change", show);
    for (const name of ["dragenter", "dragover"])
      drop.addEventListener(name, (event) => {
        event.preventDefault();
        drop.classList.add("over");
      });
    for (const name of ["dragleave", "drop"]) drop.addEventListener(name, () => drop.classList.remove("over"));
    drop.addEventListener("drop", (event) => {
      event.preventDefault();
      if (!event.dataTransfer.files.length) return;
      input.files = event.dataTransfer.files;
      input.dispatchEvent(new Event("change", { bubbles: true }));
    });
  }
}

/** Everything that a new piece of page needs; called for the page and for what htmx puts in. */
async function ready(root) {
  readyDrops(root);
  readyErrors(root);
  const has = (selector) => root.matches?.(selector) || root.querySelector(selector);
  if (has("[data-upload]")) (await import("./upload.js")).ready(root);
  if (has("[data-events]")) (await import("./jobs.js")).ready(root);
  // The drawing scripts are heavy; a page without drawings does not ask for them.
  if (has("[data-chart]")) (await import("./charts.js")).ready(root);
  if (has("[data-graph]")) (await import("./graph.js")).ready(root);
  if (has("[data-map]")) (await import("./map.js")).ready(root);
}

readyTheme();
readyRooms();
readyMenus();
readyClicks();
readyKeys(openDialog);
readyViews();
readySession(csrf);
ready(document.documentElement);
document.addEventListener("htmx:after:swap", (event) => {
  const target = event.detail?.ctx?.target ?? event.target;
  ready(target?.isConnected ? target : document.documentElement);
});
