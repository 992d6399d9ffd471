// The theme's colours for what is drawn by script, and the locale of its dates and numbers.
const NAMES = {
  paper: "--paper", card: "--card", sunk: "--sunk", ink: "--ink", soft: "--soft", line: "--line", edge: "--edge",
  thread: "--chart-1", info: "--info",
  accent1: "--chart-1", accent2: "--chart-2", accent3: "--chart-3", accent4: "--chart-4", accent5: "--chart-5", accent6: "--chart-6",
};

/** {name: "rgb(...)"}: as they look now, light or dark. */
export function colours() {
  const probe = document.createElement("span");
  probe.hidden = true;
  document.body.append(probe);
  const found = {};
  for (const [name, property] of Object.entries(NAMES)) {
    probe.style.color = `var(${property})`;
    found[name] = getComputedStyle(probe).color;
  }
  probe.remove();
  return found;
}

/** A copy of a specification in which every "@thread", "@soft"... is that colour. */
export function painted(spec, palette) {
  if (typeof spec === "string") return spec.startsWith("@") ? (palette[spec.slice(1)] ?? spec) : spec;
  if (Array.isArray(spec)) return spec.map((part) => painted(part, palette));
  if (spec && typeof spec === "object")
    return Object.fromEntries(Object.entries(spec).map(([key, part]) => [key, key === "values" ? part : painted(part, palette)]));
  return spec;
}

export const language = () => document.documentElement.lang || "en";

export const sans = () => getComputedStyle(document.body).fontFamily;

/** Vega's configuration for this theme. */
export function vegaConfig(palette) {
  const font = sans();
  const words = { labelFont: font, titleFont: font, labelColor: palette.soft, titleColor: palette.soft, labelFontSize: 12, titleFontSize: 12, titleFontWeight: "normal" };
  return {
    background: "transparent",
    aria: false,
    font,
    view: { stroke: null },
    axis: { ...words, gridColor: palette.line, domainColor: palette.edge, tickColor: palette.edge, labelLimit: 140 },
    axisX: { grid: false },
    legend: { ...words, orient: "top", symbolType: "circle" },
    header: words,
    title: { color: palette.ink, font },
    mark: { color: palette.thread },
    bar: { color: palette.thread },
    circle: { color: palette.thread, opacity: 1 },
    line: { color: palette.thread, strokeWidth: 2 },
    rule: { color: palette.thread },
    tick: { color: palette.thread },
    text: { color: palette.ink, font },
    range: {
      category: ["accent1", "accent2", "accent3", "accent4", "accent5", "accent6"].map((name) => palette[name]),
      heatmap: [palette.sunk, palette.thread],
      ramp: [palette.line, palette.thread],
    },
    selection: { interval: { mark: { fill: palette.soft, fillOpacity: 0.16, stroke: palette.thread, strokeWidth: 1.5 } } },
  };
}

/** d3's time locale out of the browser's own. */
export function timeLocale() {
  const name = (options, dates) => dates.map((date) => new Intl.DateTimeFormat(language(), { ...options, timeZone: "UTC" }).format(date));
  const days = [...Array(7).keys()].map((day) => new Date(Date.UTC(2023, 0, 1 + day)));
  const months = [...Array(12).keys()].map((month) => new Date(Date.UTC(2023, month, 1)));
  const french = language().startsWith("fr");
  return {
    dateTime: french ? "%A %e %B %Y à %X" : "%x, %X",
    date: "%Y-%m-%d",
    time: "%H:%M:%S",
    periods: ["AM", "PM"],
    days: name({ weekday: "long" }, days),
    shortDays: name({ weekday: "short" }, days),
    months: name({ month: "long" }, months),
    shortMonths: name({ month: "short" }, months),
  };
}

export function numberLocale() {
  return language().startsWith("fr")
    ? { decimal: ",", thousands: "\u202f", grouping: [3], currency: ["", "\u00a0$"], percent: "\u202f%" }
    : { decimal: ".", thousands: ",", grouping: [3], currency: ["$", ""] };
}

const loading = new Map();

/** Loads a classic script of ours once, after those it stands on. */
export function script(src) {
  if (!loading.has(src))
    loading.set(
      src,
      new Promise((done, failed) => {
        const element = document.createElement("script");
        element.src = src;
        element.async = false;
        element.onload = done;
        element.onerror = () => failed(new Error(`${src} could not be loaded`));
        document.head.append(element);
      }),
    );
  return loading.get(src);
}

// With their versions, so that a browser keeps them until they change; tests compare these with versions.json.
const VEGA = ["vega.min.js?v=6.4.0", "vega-lite.min.js?v=6.4.3", "vega-embed.min.js?v=7.3.0"];
const CYTOSCAPE = ["cytoscape.min.js?v=3.34.4", "layout-base.js?v=2.0.1", "cose-base.js?v=2.2.0", "cytoscape-fcose.js?v=2.2.0"];

export const vega = () => Promise.all(VEGA.map((name) => script(`/static/vendor/${name}`)));

export function cytoscape() {
  // Cytoscape would add a style element, which the policy refuses; one of that name makes it think that it has.
  if (!document.getElementById("__________cytoscape_stylesheet")) {
    const stand_in = document.createElement("meta");
    stand_in.id = "__________cytoscape_stylesheet";
    document.head.append(stand_in);
  }
  return Promise.all(CYTOSCAPE.map((name) => script(`/static/vendor/${name}`)));
}

/** The JSON of the block that `element`'s attribute names. */
export function dataOf(element, attribute) {
  const block = document.getElementById(element.dataset[attribute]);
  return JSON.parse(block.textContent);
}

/** Embeds a Vega-Lite specification without evaluation of code or styles of its own; gives its view. */
export async function embedded(element, spec, palette) {
  await vega();
  const result = await globalThis.vegaEmbed(element, spec, {
    mode: "vega-lite",
    renderer: "svg",
    ast: true,
    actions: false,
    logLevel: 1,
    defaultStyle: false,
    tooltip: { disableDefaultStyle: true, theme: "own" },
    config: vegaConfig(palette),
    timeFormatLocale: timeLocale(),
    formatLocale: numberLocale(),
  });
  return result;
}
