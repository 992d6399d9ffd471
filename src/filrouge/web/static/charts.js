// Vega-Lite charts from blocks of JSON, part of the coordinated views where they have a group.
import { colours, dataOf, embedded, language, painted } from "./paint.js";
import { choose, fits, onChoice } from "./views.js";

const HEIGHTS = { s: 96, m: 190, l: 340 };
// Marks that can be dimmed without changing shape; with others (lines, areas) rows that do not fit are left out.
const DIMMED = new Set(["bar", "point", "circle", "square", "tick", "rect", "rule", "text", "arc"]);

export function ready(root) {
  const places = [...root.querySelectorAll("[data-chart]")];
  if (root.matches?.("[data-chart]")) places.push(root);
  for (const place of places) {
    if (place.dataset.ready) continue;
    place.dataset.ready = "1";
    start(place).catch((error) => fail(place, error));
  }
}

function fail(place, error) {
  // The words and the table beside the chart say the same.
  place.classList.add("failed");
  console.error(`Chart ${place.dataset.chart}:`, error);
}

async function start(place) {
  const original = dataOf(place, "chart");
  const links = JSON.parse(place.dataset.links ?? "{}");
  const group = place.dataset.filterGroup;
  const inner = document.createElement("div");
  place.append(inner);
  const chart = { place, inner, original, links, group, view: null, quiet: false };
  await draw(chart);
  document.addEventListener("filrouge:theme", () => place.isConnected && draw(chart).catch((error) => fail(place, error)));
  if (group) onChoice(group, (state, source) => heed(chart, state, source));
}

async function draw(chart) {
  const palette = colours();
  const { spec, rows, dims } = prepared(painted(chart.original, palette), chart);
  chart.result?.finalize();
  chart.rows = rows;
  chart.dims = dims;
  chart.result = await embedded(chart.inner, spec, palette);
  chart.view = chart.result.view;
  chart.place.classList.add("drawn");
  const image = chart.inner;
  image.setAttribute("role", "img");
  image.setAttribute("aria-label", `${chart.place.dataset.title}. ${chart.place.dataset.description}`);
  for (const svg of image.querySelectorAll("svg")) svg.setAttribute("aria-hidden", "true");
  for (const [parameter, field] of Object.entries(chart.links)) listen(chart, parameter, field);
  if (chart.state) show(chart, chart.state);
}

/** The specification as it is embedded: its data named, its days in UTC, what does not fit dimmed. */
function prepared(spec, chart) {
  const whole = structuredClone(spec);
  whole.width ??= "container";
  whole.height ??= HEIGHTS[[...chart.place.classList].find((name) => name.startsWith("chart-"))?.slice(6)] ?? HEIGHTS.m;
  whole.autosize ??= { type: "fit-x", contains: "padding" };
  if (whole.vconcat || whole.hconcat || whole.concat || whole.facet || whole.repeat) {
    delete whole.width;
    delete whole.height;
    delete whole.autosize;
  }
  let rows = null;
  if (whole.data?.values) {
    rows = whole.data.values;
    whole.data.name = "rows";
  } else if (whole.data?.name && whole.datasets?.[whole.data.name]) {
    rows = whole.datasets[whole.data.name];
    whole.data = { ...whole.data, values: rows, name: "rows" };
  }
  const units = [];
  visit(whole, (unit) => units.push(unit));
  for (const unit of units) inUtc(unit, rows ?? []);
  const filtered = rows && chart.group && "filtered" in chart.place.dataset;
  const dims = filtered && units.filter((unit) => unit.mark).every((unit) => DIMMED.has(unit.mark.type ?? unit.mark));
  if (dims) {
    for (const row of rows) row._fits = true;
    for (const unit of units)
      if (unit.mark && !unit.encoding?.opacity) {
        unit.encoding = {
          ...unit.encoding,
          opacity: { field: "_fits", type: "ordinal", scale: { domain: [true, false], range: [1, 0.14] }, legend: null },
          order: unit.encoding?.order ?? { field: "_fits", type: "ordinal", sort: "descending" },
        };
      }
  }
  // Vega marks the rows that it is given with an id; ours stay without, so that new ones can be made of them.
  return { spec: whole, rows: filtered ? structuredClone(rows) : null, dims };
}

function visit(spec, each) {
  if (spec.mark || spec.encoding) each(spec);
  for (const key of ["layer", "vconcat", "hconcat", "concat"]) for (const part of spec[key] ?? []) visit(part, each);
  if (spec.spec) visit(spec.spec, each);
}

// A day without a time is read as midnight in UTC; drawn in local time it would be the day before in America.
function inUtc(unit, rows) {
  // Dots on the first and the last day need not lie across the axis.
  const roomy = ["circle", "point", "tick"].includes(unit.mark?.type ?? unit.mark);
  for (const [channel, definition] of Object.entries(unit.encoding ?? {}))
    for (const part of Array.isArray(definition) ? definition : [definition]) {
      if (typeof part?.timeUnit === "string" && !part.timeUnit.startsWith("utc")) part.timeUnit = `utc${part.timeUnit}`;
      if (part?.type !== "temporal") continue;
      if (channel === "x" || channel === "y") {
        if (part.scale !== null) part.scale = { type: "utc", ...(roomy ? { padding: 10 } : {}), ...part.scale };
        if (part.axis !== null) part.axis = { format: dayFormat(rows, part.field), labelOverlap: true, labelFlush: true, ...part.axis };
      } else {
        part.timeUnit ??= "utcyearmonthdate";
        part.format ??= language().startsWith("fr") ? "%-d %b %Y" : "%b %-d, %Y";
      }
    }
}

/** Days and months, or months and years where the rows span most of a year. */
function dayFormat(rows, field) {
  const days = rows.map((row) => row[field]).filter(Boolean).sort();
  const span = days.length ? (new Date(days.at(-1)) - new Date(days[0])) / 864e5 : 0;
  if (span > 300) return "%b %Y";
  return language().startsWith("fr") ? "%-d %b" : "%b %-d";
}

const iso = (value) => new Date(Number(value)).toISOString().slice(0, 10);

function listen(chart, parameter, field) {
  let waiting = 0;
  let view;
  const listener = (_name, value) => {
    if (chart.quiet) return;
    clearTimeout(waiting);
    // A brush tells of each pixel; the others follow when it rests for a moment.
    waiting = setTimeout(() => {
      const chosen = Object.entries(value ?? {}).filter(([key, part]) => Array.isArray(part) && key !== "vlPoint");
      const values = chosen.length ? chosen[0][1] : null;
      if (field === "day") choose(chart.group, "day", values && { from: iso(values[0]), to: iso(values.at(-1)) }, chart);
      else choose(chart.group, field, values, chart);
    }, 60);
  };
  try {
    view = chart.view;
    view.addSignalListener(parameter, listener);
  } catch {
    console.error(`Chart ${chart.place.dataset.chart} has no parameter ${parameter}`);
  }
}

function heed(chart, state, source) {
  if (!chart.place.isConnected) return; // swapped away
  const own = new Set(Object.values(chart.links));
  chart.state = Object.fromEntries(Object.entries(state).filter(([field]) => !own.has(field) || (source !== chart && !drawnHere(chart))));
  const let_go = [...own].some((field) => chart.chosen?.[field] && !(field in state));
  chart.chosen = { ...state };
  // What was brushed here and let go elsewhere: drawn anew, the brush is gone.
  if (let_go && source !== chart) draw(chart).catch((error) => fail(chart.place, error));
  else show(chart, chart.state);
}

/** Whether the chart's own parameter holds the choice, so that its own rows must not be dimmed by it. */
function drawnHere(chart) {
  return Object.keys(chart.links).some((parameter) => {
    const value = chart.view?.signal(parameter);
    return value && Object.keys(value).length > 0;
  });
}

function show(chart, state) {
  if (!chart.rows || !chart.view) return;
  const rows = chart.dims
    ? chart.rows.map((row) => ({ ...row, _fits: fits(state, row) }))
    : chart.rows.filter((row) => fits(state, row));
  chart.view.data("rows", rows).runAsync();
}
