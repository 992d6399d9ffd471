// Places and routes over time. The land is Natural Earth's, served by the application; no tiles, no other host.
import { colours, dataOf, embedded, language } from "./paint.js";
import { choose, fits, onChoice } from "./views.js";

const RADIAN = Math.PI / 180;
const STEP = 650; // milliseconds that a day stands while it plays

export function ready(root) {
  const places = [...root.querySelectorAll("[data-map]")];
  if (root.matches?.("[data-map]")) places.push(root);
  for (const place of places) {
    if (place.dataset.ready) continue;
    place.dataset.ready = "1";
    start(place).catch((error) => {
      place.classList.add("failed");
      console.error(`Map ${place.dataset.map}:`, error);
    });
  }
}

async function start(place) {
  const data = dataOf(place, "map");
  const inner = document.createElement("div");
  place.append(inner);
  const map = { place, inner, data, state: {}, until: null, zoom: 1 };
  map.days = [...new Set((data.days ?? []).map((row) => row.day))].sort();
  await draw(map);
  tools(map);
  const again = () => place.isConnected && draw(map);
  document.addEventListener("filrouge:theme", again);
  let width = inner.clientWidth;
  new ResizeObserver(() => {
    if (Math.abs(inner.clientWidth - width) < 24) return;
    width = inner.clientWidth;
    again();
  }).observe(place);
  const group = place.dataset.filterGroup;
  if (group)
    onChoice(group, (state) => {
      map.state = { ...state };
      if (place.isConnected) show(map);
    });
}

const mercator = (lat) => Math.log(Math.tan(Math.PI / 4 + (Math.max(-84, Math.min(84, lat)) * RADIAN) / 2));

/** Centre and scale of a Mercator map that shows all places with room around them. */
function frame(places, width, height) {
  if (!places.length) return { center: [0, 20], scale: width / (2 * Math.PI), spread: 360 };
  const lons = places.map((row) => row.lon);
  const ys = places.map((row) => mercator(row.lat));
  const [west, east, south, north] = [Math.min(...lons), Math.max(...lons), Math.min(...ys), Math.max(...ys)];
  const across = Math.max((east - west) * RADIAN, 0.02);
  const up = Math.max(north - south, 0.02);
  // Room at the sides for the names of places that lie there.
  const scale = Math.min(Math.max(0.5 * width, width - 170) / across, (0.74 * height) / up, 9000);
  const middle = (2 * Math.atan(Math.exp((south + north) / 2)) - Math.PI / 2) / RADIAN;
  return { center: [(west + east) / 2, middle], scale, spread: width / scale / RADIAN };
}

async function draw(map) {
  const { inner, data } = map;
  const palette = colours();
  const width = Math.max(280, inner.clientWidth || map.place.clientWidth);
  const height = Math.round(Math.min(560, Math.max(300, width * 0.56)));
  const { center, scale, spread } = frame(data.places, width, height);
  const land = spread < 70 ? "world-50m.json?v=2.0.2" : "world-110m.json?v=2.0.2";
  const most = Math.max(1, ...data.places.map((row) => row.ads));
  const spec = {
    width,
    height,
    padding: 0,
    view: { fill: palette.sunk },
    autosize: "none",
    params: [
      { name: "until", value: map.until ?? "9999" },
      { name: "scale", value: scale * map.zoom },
      { name: "picked", select: { type: "point", fields: ["place"] }, views: ["places"] },
    ],
    projection: { type: "mercator", center, scale: { expr: "scale" }, translate: [width / 2, height / 2] },
    layer: [
      {
        data: { url: `/static/vendor/${land}`, format: { type: "topojson", feature: "countries" } },
        mark: { type: "geoshape", fill: palette.card, stroke: palette.edge, strokeWidth: 0.6, tooltip: null },
      },
      {
        data: { name: "moves", values: movesOf(data) },
        transform: [{ filter: "datum.day <= until" }],
        mark: { type: "rule", color: palette.thread, strokeWidth: 1.6, strokeCap: "round" },
        encoding: {
          longitude: { field: "lon", type: "quantitative" },
          latitude: { field: "lat", type: "quantitative" },
          longitude2: { field: "lon2" },
          latitude2: { field: "lat2" },
          opacity: { condition: [{ test: "datum._fits === false", value: 0.06 }, { test: "datum.day === until", value: 1 }], value: 0.5 },
        },
      },
      {
        name: "places",
        data: { name: "places", values: structuredClone(data.places) },
        mark: { type: "circle", color: palette.thread, stroke: palette.card, strokeWidth: 1.5, cursor: "pointer" },
        encoding: {
          longitude: { field: "lon", type: "quantitative" },
          latitude: { field: "lat", type: "quantitative" },
          size: { field: "ads", type: "quantitative", scale: { domain: [0, most], range: [50, 900] }, legend: null },
          opacity: { condition: [{ test: "datum._fits === false || (isValid(datum.first) && datum.first > until)", value: 0.12 }], value: 0.85 },
          tooltip: [{ field: "place", title: " " }, { field: "ads", title: map.place.dataset.wordAds }, { field: "first_shown", title: map.place.dataset.wordFirst }, { field: "last_shown", title: map.place.dataset.wordLast }],
        },
      },
      {
        data: { name: "now", values: nowOf(data) },
        transform: [{ filter: "datum.day === until" }],
        mark: { type: "point", color: palette.ink, size: 420, strokeWidth: 2.5, filled: false },
        encoding: { longitude: { field: "lon", type: "quantitative" }, latitude: { field: "lat", type: "quantitative" } },
      },
      {
        data: { name: "names", values: named(structuredClone(data.places), center, scale * map.zoom, width, height) },
        mark: { type: "text", dy: -15, fontSize: 12, fontWeight: 600, fill: palette.ink, stroke: palette.card, strokeWidth: 3.5, strokeJoin: "round", paintOrder: "stroke" },
        encoding: {
          longitude: { field: "lon", type: "quantitative" },
          latitude: { field: "lat", type: "quantitative" },
          text: { field: "place" },
          opacity: { condition: [{ test: "datum._fits === false", value: 0.15 }], value: 1 },
        },
      },
    ],
  };
  // A halo below the letters: Vega has no paint order, so the names are written twice.
  const names = spec.layer.at(-1);
  const { stroke, strokeWidth, strokeJoin, paintOrder, ...letters } = names.mark;
  spec.layer.push({ ...names, data: { name: "names" }, mark: letters });
  names.mark = { ...letters, stroke, strokeWidth, strokeJoin };
  map.result?.finalize();
  map.result = await embedded(inner, spec, palette);
  map.view = map.result.view;
  inner.setAttribute("role", "img");
  inner.setAttribute("aria-label", `${map.place.dataset.title}. ${map.place.dataset.description}`);
  for (const svg of inner.querySelectorAll("svg")) svg.setAttribute("aria-hidden", "true");
  const group = map.place.dataset.filterGroup;
  if (group) map.view.addSignalListener("picked", (_name, value) => choose(group, "place", value?.place ?? null, map));
  show(map);
}

function movesOf({ places, moves = [] }) {
  const at = new Map(places.map((row) => [row.place, row]));
  return moves
    .filter((move) => at.has(move.from) && at.has(move.to))
    .map((move) => ({ ...move, place: [move.from, move.to], lon: at.get(move.from).lon, lat: at.get(move.from).lat, lon2: at.get(move.to).lon, lat2: at.get(move.to).lat }));
}

function nowOf({ places, days = [] }) {
  const at = new Map(places.map((row) => [row.place, row]));
  return days.filter((row) => at.has(row.place)).map((row) => ({ ...row, lon: at.get(row.place).lon, lat: at.get(row.place).lat }));
}

/** The places whose names find room: the ones with most ads first. */
function named(places, [lon, lat], scale, width, height) {
  const taken = [];
  return [...places]
    .sort((a, b) => b.ads - a.ads)
    .filter((row) => {
      const x = width / 2 + (row.lon - lon) * RADIAN * scale;
      const y = height / 2 - (mercator(row.lat) - mercator(lat)) * scale - 15;
      const half = 4 + 3.6 * row.place.length;
      if (x - half < 0 || x + half > width || y < 10 || y > height - 4) return false;
      if (taken.some((box) => Math.abs(box.x - x) < box.half + half && Math.abs(box.y - y) < 16)) return false;
      taken.push({ x, y, half });
      return true;
    });
}

function show(map) {
  const mark = (rows) => rows.map((row) => ({ ...row, _fits: fits(map.state, row) }));
  // A place fits by its own name, and by what was advertised there.
  const seen = (row) => {
    const { place, ...others } = map.state;
    if (place && !place.has(row.place)) return false;
    if (!Object.keys(others).length || !map.data.days?.length) return true;
    return map.data.days.some((day) => day.place === row.place && fits(others, day));
  };
  const places = map.data.places.map((row) => ({ ...row, _fits: seen(row) }));
  const fitting = new Map(places.map((row) => [row.place, row._fits]));
  map.view.data("places", places);
  map.view.data("moves", mark(movesOf(map.data)));
  map.view.data("names", map.view.data("names").map(({ place, lon, lat }) => ({ place, lon, lat, _fits: fitting.get(place) })));
  map.view.runAsync();
}

function tools(map) {
  const { place, days } = map;
  const words = place.dataset;
  const bar = Object.assign(document.createElement("div"), { className: "map-tools" });
  place.append(bar);
  const button = (text, action, label = text) => {
    const made = Object.assign(document.createElement("button"), { type: "button", className: "small", textContent: text });
    made.setAttribute("aria-label", label);
    made.addEventListener("click", action);
    bar.append(made);
    return made;
  };
  if ("play" in words && days.length > 1) playing(map, bar, button);
  button("+", () => zoom(map, 1.5), words.wordCloser);
  button("−", () => zoom(map, 1 / 1.5), words.wordFarther);
}

function zoom(map, by) {
  map.zoom = Math.max(0.05, Math.min(30, map.zoom * by));
  draw(map);
}

function playing(map, bar, button) {
  const { place, days } = map;
  const words = place.dataset;
  const shown = new Intl.DateTimeFormat(language(), { dateStyle: "medium", timeZone: "UTC" });
  const play = button(words.wordPlay, () => (timer ? stop() : go()));
  const slider = Object.assign(document.createElement("input"), { type: "range", min: 0, max: days.length, value: days.length });
  slider.setAttribute("aria-label", words.wordDay);
  const output = document.createElement("output");
  bar.append(slider, output);
  let timer = 0;
  const set = (index) => {
    slider.value = index;
    const day = days[index];
    map.until = day ?? null;
    const said = day ? shown.format(new Date(day)) : words.wordAll;
    output.textContent = said;
    slider.setAttribute("aria-valuetext", said);
    map.view.signal("until", day ?? "9999").runAsync();
  };
  const stop = () => {
    clearInterval(timer);
    timer = 0;
    play.textContent = words.wordPlay;
    play.setAttribute("aria-label", words.wordPlay);
  };
  const go = () => {
    if (Number(slider.value) >= days.length - 1) set(0);
    play.textContent = words.wordPause;
    play.setAttribute("aria-label", words.wordPause);
    timer = setInterval(() => {
      if (!place.isConnected) return clearInterval(timer);
      const next = Number(slider.value) + 1;
      set(next);
      if (next >= days.length) stop();
      return undefined;
    }, STEP);
  };
  slider.addEventListener("input", () => {
    stop();
    set(Number(slider.value));
  });
  set(days.length);
}
