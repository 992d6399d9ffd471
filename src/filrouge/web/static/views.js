// Coordinated views. What is chosen in one chart, chip, graph or map filters the others of the same group.
//
// A group is the name in data-filter-group, on a chart, a graph, a map, or on any element around rows.
// An element in such a group with data-day, data-cluster, data-agency or data-place is shown when it fits what is chosen;
// one without the attribute asked for is left as it is. data-cluster may hold several, divided by spaces.
// A chip or button with data-choose="cluster" data-value="C12" chooses; pressed again, it lets go.

const FIELDS = ["day", "cluster", "agency", "place"];
const groups = new Map(); // group -> {day: {from, to}, cluster: Set, agency: Set, place: Set}
const listeners = new Map(); // group -> Set of functions

const stateOf = (group) => {
  if (!groups.has(group)) groups.set(group, {});
  return groups.get(group);
};

/** Calls `listener(state, source)` at each change of the group's choice. */
export function onChoice(group, listener) {
  if (!listeners.has(group)) listeners.set(group, new Set());
  listeners.get(group).add(listener);
  if (Object.keys(stateOf(group)).length) listener(stateOf(group), null);
}

/** Chooses in `field`: a {from, to} of ISO days, a list of values, or null to let go. */
export function choose(group, field, value, source = null) {
  const state = stateOf(group);
  const empty = !value || (Array.isArray(value) && !value.length);
  if (empty && !(field in state)) return;
  if (empty) delete state[field];
  else state[field] = Array.isArray(value) ? new Set(value.map(String)) : value;
  for (const listener of listeners.get(group) ?? []) listener(state, source);
  applyToRows(group);
  sayChoice(group);
}

export function clear(group, source = null) {
  for (const field of FIELDS) delete stateOf(group)[field];
  for (const listener of listeners.get(group) ?? []) listener(stateOf(group), source);
  applyToRows(group);
  sayChoice(group);
}

/** True where a row of data, with day, cluster, agency, place, fits what is chosen. */
export function fits(state, row) {
  if (state.day && row.day != null) {
    const day = String(row.day).slice(0, 10);
    if (day < state.day.from || day > state.day.to) return false;
  }
  for (const field of ["cluster", "agency", "place"]) {
    if (!state[field] || row[field] == null) continue;
    const values = Array.isArray(row[field]) ? row[field].map(String) : [String(row[field])];
    if (!values.some((value) => state[field].has(value))) return false;
  }
  return true;
}

function rowOf(element) {
  const { day, cluster, agency, place } = element.dataset;
  return { day, agency, place, cluster: cluster === undefined ? undefined : cluster.split(" ") };
}

function applyToRows(group) {
  const state = stateOf(group);
  let shown = 0;
  let all = 0;
  for (const around of document.querySelectorAll(`[data-filter-group="${CSS.escape(group)}"]`)) {
    for (const element of around.querySelectorAll("[data-day], [data-cluster], [data-agency], [data-place]")) {
      if (element.matches("[data-choose]")) continue;
      const fit = fits(state, rowOf(element));
      element.toggleAttribute("data-filtered-out", !fit);
      all += 1;
      shown += fit;
    }
  }
  for (const chip of document.querySelectorAll("[data-choose]")) {
    if (groupOf(chip) !== group) continue;
    const chosen = state[chip.dataset.choose];
    chip.setAttribute("aria-pressed", String(Boolean(chosen instanceof Set && chosen.has(chip.dataset.value))));
  }
  return { shown, all };
}

const groupOf = (element) => element.dataset.group ?? element.closest("[data-filter-group]")?.dataset.filterGroup ?? "";

const listed = (values) => [...values].join(", ");

/** [data-choice-of="group"] says what is chosen; its [data-choice-words] holds the words, [data-choice-clear] lets go. */
function sayChoice(group) {
  for (const range of document.querySelectorAll(`[data-choose-days="${CSS.escape(group)}"]`)) {
    const { from = "", to = "" } = stateOf(group).day ?? {};
    range.querySelector("[data-from]").value = from;
    range.querySelector("[data-to]").value = to;
  }
  const state = stateOf(group);
  const day = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium", timeZone: "UTC" });
  const said = [];
  if (state.day) said.push([state.day.from, state.day.to].map((end) => (end.length === 10 ? day.format(new Date(end)) : "…")).join(" – "));
  for (const field of ["cluster", "agency", "place"]) if (state[field]) said.push(listed(state[field]));
  for (const note of document.querySelectorAll(`[data-choice-of="${CSS.escape(group)}"]`)) {
    note.hidden = !said.length;
    const words = note.querySelector("[data-choice-words]");
    if (words) words.textContent = said.join(" · ");
  }
}

export function readyViews() {
  document.addEventListener("click", (event) => {
    const chip = event.target.closest("[data-choose]");
    if (chip) {
      event.preventDefault();
      const group = groupOf(chip);
      const before = stateOf(group)[chip.dataset.choose];
      const values = new Set(before instanceof Set ? before : []);
      if (!values.delete(chip.dataset.value)) values.add(chip.dataset.value);
      choose(group, chip.dataset.choose, [...values], chip);
    }
    const clearer = event.target.closest("[data-choice-clear]");
    if (clearer) clear(clearer.closest("[data-choice-of]").dataset.choiceOf, clearer);
  });
  document.addEventListener("change", (event) => {
    const range = event.target.closest("[data-choose-days]");
    if (!range) return;
    const from = range.querySelector("[data-from]").value;
    const to = range.querySelector("[data-to]").value;
    choose(range.dataset.chooseDays, "day", from || to ? { from: from || "0000", to: to || "9999" } : null, range);
  });
  document.addEventListener("keydown", (event) => {
    // Escape lets go of what is chosen, wherever one is; menus and dialogs come first.
    if (event.key !== "Escape" || event.defaultPrevented || document.querySelector("dialog[open], details[data-menu][open]")) return;
    for (const [group, state] of groups) if (Object.keys(state).length) clear(group);
  });
}
