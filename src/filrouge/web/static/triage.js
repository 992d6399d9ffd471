// What the triage gains from a script: how many rows are ticked, the row one is at ticked by "l", and "/" for filters.

const boxes = () => [...document.querySelectorAll('input[type="checkbox"][name="lead"]')];

function count() {
  const ticked = boxes().filter((box) => box.checked).length;
  const shown = document.querySelector("[data-ticked]");
  if (shown) {
    shown.textContent = new Intl.NumberFormat(document.documentElement.lang).format(ticked);
    shown.hidden = !ticked;
  }
  document.querySelector(".triage-bar")?.classList.toggle("ticked", ticked > 0);
}

document.addEventListener("change", (event) => {
  if (event.target.matches('input[name="lead"]')) count();
});

document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-tick-all]")) return;
  const all = boxes();
  const tick = all.some((box) => !box.checked);
  for (const box of all) box.checked = tick;
  count();
});

document.querySelector("#label-menu")?.addEventListener("toggle", (event) => {
  if (!event.target.open || boxes().some((box) => box.checked)) return;
  const here = document.querySelector("[data-row].current input[name=lead]");
  if (here) {
    here.checked = true;
    count();
  }
});

// The filters are folded away; whoever asks for them by "/" wants to write in them.
document.addEventListener(
  "keydown",
  (event) => {
    if (event.key !== "/" || event.target.closest("input, select, textarea")) return;
    const box = document.querySelector("#filter-box");
    if (box) box.open = true;
  },
  true,
);
document.addEventListener("keydown", (event) => {
  const menu = document.querySelector("#label-menu[open]");
  if (event.key === "Escape" && menu?.contains(document.activeElement)) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

count();
