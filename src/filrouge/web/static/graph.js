// Clusters and their ties, drawn so that it never becomes a ball of wool: clusters first, the identifiers of one when it is
// opened, and of many ties those that hold the whole together. All that it shows stands in the table below it, too.
import { colours, cytoscape, dataOf, language, sans } from "./paint.js";
import { choose, onChoice } from "./views.js";

const MOST_CLUSTERS = 60;
// Beside the ties that hold all together, how many more each cluster shows: fewer the more there are.
const tiesOfEach = (clusters) => (clusters > 40 ? 1 : clusters > 20 ? 2 : 3);
const plain = new Intl.NumberFormat(language(), { maximumFractionDigits: 1 });

export function ready(root) {
  const places = [...root.querySelectorAll("[data-graph]")];
  if (root.matches?.("[data-graph]")) places.push(root);
  for (const place of places) {
    if (place.dataset.ready) continue;
    place.dataset.ready = "1";
    start(place).catch((error) => {
      place.hidden = true;
      console.error(`Graph ${place.dataset.graph}:`, error);
    });
  }
}

async function start(place) {
  const data = dataOf(place, "graph");
  await cytoscape();
  if (!globalThis.cytoscape.filrouge) {
    globalThis.cytoscape.use(globalThis.cytoscapeFcose);
    globalThis.cytoscape.filrouge = true;
  }
  const canvas = Object.assign(document.createElement("div"), { className: "graph-canvas", tabIndex: 0 });
  canvas.setAttribute("role", "application");
  canvas.setAttribute("aria-label", `${place.dataset.title}. ${place.dataset.description} ${place.dataset.wordHelp}`);
  canvas.dataset.ownKeys = "";
  const tools = Object.assign(document.createElement("div"), { className: "graph-tools" });
  const note = Object.assign(document.createElement("p"), { className: "graph-note" });
  note.setAttribute("role", "status");
  const field = Object.assign(document.createElement("div"), { className: "graph-field" });
  field.append(canvas, note);
  place.append(tools, field);

  const shown = chosenElements(data);
  const cy = globalThis.cytoscape({
    container: canvas,
    elements: shown.elements,
    style: look(),
    minZoom: 0.15,
    maxZoom: 3,
    boxSelectionEnabled: false,
  });
  const graph = { place, canvas, tools, note, cy, data, opened: new Set(), group: place.dataset.filterGroup };
  layOut(cy);
  place.filrouge = { cy, goTo: (node) => goTo(graph, node) };
  buttons(graph);
  events(graph);
  graph.hidden = [
    shown.left ? place.dataset.wordLeft.replace("{count}", plain.format(shown.left)) : "",
    shown.ties ? place.dataset.wordTies.replace("{count}", plain.format(shown.ties)) : "",
  ].join(" ").trim();
  say(graph, graph.hidden);
  document.addEventListener("filrouge:theme", () => cy.style(look()));
  // A graph in a part that was folded is drawn when it gets its size.
  new ResizeObserver(() => {
    const before = graph.width;
    graph.width = canvas.clientWidth;
    cy.resize();
    if (!before || Math.abs(before - graph.width) > 40) cy.fit(undefined, 40);
  }).observe(canvas);
  if (graph.group) onChoice(graph.group, (state) => dim(cy, state));
}

/** The clusters with the strongest ties, and of the ties each cluster's strongest and those that hold all together. */
function chosenElements(data) {
  const clusters = data.nodes.filter((node) => node.kind === "cluster");
  const between = data.edges.filter((edge) => clusters.some((node) => node.id === edge.source) && clusters.some((node) => node.id === edge.target));
  const held = new Map(clusters.map((node) => [node.id, 0]));
  for (const { source, target, bits } of between) for (const end of [source, target]) held.set(end, held.get(end) + Math.max(0, bits));
  const kept = new Set(
    [...clusters].sort((a, b) => held.get(b.id) - held.get(a.id) || b.ads - a.ads).slice(0, MOST_CLUSTERS).map((node) => node.id),
  );
  const candidates = between.filter((edge) => kept.has(edge.source) && kept.has(edge.target)).sort((a, b) => b.bits - a.bits);
  const ties = backbone(candidates, kept);
  return {
    left: clusters.length - kept.size,
    ties: between.length - ties.length,
    elements: [...clusters.filter((node) => kept.has(node.id)).map(nodeOf), ...ties.map(edgeOf)],
  };
}

function backbone(edges, nodes) {
  const root = new Map([...nodes].map((id) => [id, id]));
  const find = (id) => {
    while (root.get(id) !== id) id = root.get(id);
    return id;
  };
  const count = new Map();
  const most = tiesOfEach(nodes.size);
  return edges.filter(({ source, target }) => {
    const joins = find(source) !== find(target);
    if (joins) root.set(find(source), find(target));
    const few = Math.min(count.get(source) ?? 0, count.get(target) ?? 0) < most;
    if (!joins && !few) return false;
    for (const end of [source, target]) count.set(end, (count.get(end) ?? 0) + 1);
    return true;
  });
}

const nodeOf = (node) => ({
  group: "nodes",
  classes: node.kind === "cluster" ? "cluster" : "identifier",
  data: { ...node, size: node.kind === "cluster" ? Math.min(78, 26 + 9 * Math.log2(1 + (node.ads ?? 1))) : 15 },
});

const edgeOf = (edge) => ({
  group: "edges",
  classes: edge.possible ? "possible" : "",
  data: { ...edge, id: edge.id ?? `${edge.source}→${edge.target}`, width: Math.min(9, 1 + Math.sqrt(Math.max(0, edge.bits ?? 0)) * 0.9) },
});

function look() {
  const c = colours();
  return [
    {
      selector: "node",
      style: {
        label: "data(label)", "font-family": sans(), color: c.ink, "font-size": 14, "min-zoomed-font-size": 6,
        width: "data(size)", height: "data(size)", "text-valign": "center", "text-wrap": "wrap",
        "background-color": c.card, "border-color": c.thread, "border-width": 2, "overlay-opacity": 0,
      },
    },
    { selector: "node.cluster.opened", style: { "border-width": 4 } },
    {
      selector: "node.identifier",
      style: {
        shape: "round-rectangle", "background-color": c.soft, "border-width": 0, "font-size": 11, color: c.ink, "text-valign": "bottom",
        "text-margin-y": 3, "text-background-color": c.card, "text-background-opacity": 0.85, "text-background-padding": 2,
      },
    },
    {
      selector: "edge",
      style: {
        width: "data(width)", "line-color": c.thread, "curve-style": "bezier", "line-opacity": 0.75, "overlay-opacity": 0,
        "font-family": sans(), "font-size": 11, color: c.ink, "text-background-color": c.card, "text-background-opacity": 0.9, "text-background-padding": 2,
      },
    },
    { selector: "edge.possible", style: { "line-style": "dashed", "line-dash-pattern": [6, 5], "line-color": c.edge } },
    { selector: "edge.holds", style: { width: 1.2, "line-color": c.soft } },
    { selector: "edge.told", style: { label: "data(words)", "line-opacity": 1 } },
    { selector: ".here", style: { "background-color": c.thread, color: c.card, "border-color": c.ink, "border-width": 3 } },
    { selector: "node.identifier.here", style: { color: c.ink } },
    { selector: ".faint", style: { opacity: 0.18 } },
  ];
}

/** Lays the graph out; `fresh`: from nothing, else from where all stands. The same data always gives the same picture. */
function layOut(cy, fresh = true) {
  const random = Math.random;
  let seed = 20260101;
  // fcose has no seed of its own. It runs to its end within run(), so nobody else meets this.
  Math.random = () => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return seed / 4294967296;
  };
  try {
    cy.layout({
      name: "fcose", quality: "default", animate: false, randomize: fresh, padding: 40, nodeSeparation: 60,
      nodeDimensionsIncludeLabels: true, nodeRepulsion: 6000,
      idealEdgeLength: (edge) => (edge.hasClass("holds") ? 70 : 120 - Math.min(60, 3 * (edge.data("bits") ?? 0))),
    }).run();
  } finally {
    Math.random = random;
  }
  if (!fresh) return;
  // A layout that lies across is stood up where the window is tall.
  const box = cy.nodes().boundingBox();
  if (box.w > box.h !== cy.width() > cy.height()) {
    cy.nodes().positions((node) => ({ x: node.position("y"), y: node.position("x") }));
    cy.fit(undefined, 40);
  }
  if (cy.zoom() > 1.4) cy.zoom({ level: 1.4, renderedPosition: { x: cy.width() / 2, y: cy.height() / 2 } });
}

function buttons(graph) {
  const { place, tools, cy } = graph;
  const add = (words, action) => {
    const button = Object.assign(document.createElement("button"), { type: "button", className: "small", textContent: words });
    button.addEventListener("click", action);
    tools.append(button);
    return button;
  };
  add(place.dataset.wordFit, () => cy.fit(undefined, 40));
  if (graph.data.nodes.some((node) => node.kind !== "cluster"))
    add(place.dataset.wordAll, () => {
      cy.nodes(".cluster").forEach((node) => open(graph, node, true));
      layOut(cy, false);
    });
  add("+", () => zoom(cy, 1.3)).setAttribute("aria-label", place.dataset.wordCloser);
  add("−", () => zoom(cy, 1 / 1.3)).setAttribute("aria-label", place.dataset.wordFarther);
}

const zoom = (cy, by) => cy.zoom({ level: cy.zoom() * by, renderedPosition: { x: cy.width() / 2, y: cy.height() / 2 } });

function events(graph) {
  const { cy, canvas } = graph;
  cy.on("tap", "node", ({ target }) => {
    goTo(graph, target);
    if (target.hasClass("cluster")) open(graph, target);
  });
  cy.on("tap", "edge", ({ target }) => tell(graph, target));
  cy.on("tap", ({ target }) => target === cy && goTo(graph, null));
  // The wheel scrolls the page; with Ctrl it zooms, as maps do.
  canvas.addEventListener("wheel", (event) => !event.ctrlKey && event.stopPropagation(), { capture: true });
  canvas.addEventListener("focus", () => !graph.here && canvas.matches(":focus-visible") && goTo(graph, cy.nodes(".cluster").max((node) => node.data("ads") ?? 0).ele));
  canvas.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const step = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] }[event.key];
    if (step) goTo(graph, nearest(graph, step) ?? graph.here);
    else if ((event.key === "Enter" || event.key === " ") && graph.here?.hasClass("cluster")) open(graph, graph.here);
    else if (event.key === "o" && graph.here?.data("href")) location.assign(graph.here.data("href"));
    else if (event.key === "f" && graph.group && graph.here?.hasClass("cluster")) choose(graph.group, "cluster", [graph.here.data("label")], graph);
    else if (event.key === "+" || event.key === "-") zoom(cy, event.key === "+" ? 1.3 : 1 / 1.3);
    else return;
    event.preventDefault();
  });
}

/** The node that lies most in the direction of `step` from here; what is tied to here counts as nearer. */
function nearest({ cy, here }, [x, y]) {
  if (!here) return cy.nodes(".cluster")[0];
  const from = here.position();
  const tied = here.neighborhood("node");
  let best = null;
  let least = Infinity;
  cy.nodes().not(here).forEach((node) => {
    const to = node.position();
    const along = (to.x - from.x) * x + (to.y - from.y) * y;
    const aside = Math.abs((to.x - from.x) * y) + Math.abs((to.y - from.y) * x);
    if (along <= 0) return;
    const far = (along + 2 * aside) * (tied.contains(node) ? 0.5 : 1);
    if (far < least) [least, best] = [far, node];
  });
  return best;
}

function goTo(graph, node) {
  const { cy } = graph;
  cy.elements().removeClass("here told");
  graph.here = node?.length ? node : null;
  if (!graph.here) return say(graph, graph.hidden);
  node.addClass("here");
  for (const edge of node.connectedEdges().toArray()) name(edge);
  node.connectedEdges().addClass("told");
  const { x, y } = node.renderedPosition();
  if (x < 30 || y < 30 || x > cy.width() - 30 || y > cy.height() - 30) cy.center(node);
  const { label, ads, href, title } = node.data();
  say(graph, [title ?? label, ads ? `${plain.format(ads)} ${graph.place.dataset.wordAds}` : ""].filter(Boolean).join(" · "), href);
  return undefined;
}

const name = (edge) => edge.data("words", edge.data("bits") === undefined ? "" : plain.format(edge.data("bits")));

function tell(graph, edge) {
  graph.cy.elements().removeClass("here told");
  name(edge);
  edge.addClass("told");
  const { bits, label, possible, href } = edge.data();
  const ends = `${edge.source().data("label")} – ${edge.target().data("label")}`;
  const bit = bits === undefined ? "" : `${plain.format(bits)} ${graph.place.dataset.wordBits}`;
  say(graph, [ends, bit, label, possible ? graph.place.dataset.wordPossible : ""].filter(Boolean).join(" · "), href);
}

function say({ note, place }, words, href) {
  note.textContent = words;
  if (!href) return;
  const link = Object.assign(document.createElement("a"), { href, textContent: place.dataset.wordPage });
  note.append(" ", link);
}

/** Shows or hides the identifiers of a cluster, around it; the others stay where they are. */
function open(graph, cluster, always = false) {
  const { cy, data, opened } = graph;
  const id = cluster.id();
  if (opened.has(id)) {
    if (always) return;
    opened.delete(id);
    cluster.removeClass("opened");
    cy.nodes(".identifier").filter((node) => !node.neighborhood(".opened").length).remove();
    return;
  }
  opened.add(id);
  cluster.addClass("opened");
  const mine = data.edges.filter(({ source, target }) => source === id || target === id);
  const other = ({ source, target }) => (source === id ? target : source);
  const nodes = data.nodes.filter((node) => node.kind !== "cluster" && mine.some((edge) => other(edge) === node.id));
  const fresh = nodes.filter((node) => cy.getElementById(node.id).empty());
  const { x, y } = cluster.position();
  const radius = cluster.data("size") / 2 + 55;
  fresh.forEach((node, index) => {
    const turn = (2 * Math.PI * index) / fresh.length - Math.PI / 2;
    cy.add({ ...nodeOf(node), position: { x: x + radius * Math.cos(turn), y: y + radius * Math.sin(turn) } });
  });
  // An identifier that other clusters use, too, is tied to those that are shown: that is what one looks for.
  for (const edge of data.edges)
    if (nodes.some((node) => node.id === edge.source || node.id === edge.target)) {
      const element = edgeOf(edge);
      if (cy.getElementById(element.data.id).empty() && cy.getElementById(edge.source).nonempty() && cy.getElementById(edge.target).nonempty())
        cy.add({ ...element, classes: "holds" });
    }
}

function dim(cy, state) {
  cy.elements().removeClass("faint");
  if (!state.cluster) return;
  const kept = cy.nodes(".cluster").filter((node) => state.cluster.has(String(node.data("label"))) || state.cluster.has(String(node.id())));
  if (kept.empty()) return;
  cy.elements().not(kept).not(kept.connectedEdges()).not(kept.neighborhood()).addClass("faint");
}
