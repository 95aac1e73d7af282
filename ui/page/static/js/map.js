// The map of all papers: made by the server in the background, drawn by Plotly, which is fetched when it is first shown.
// Beside it its clusters: each can be listed, asked, searched.
import { ask, desk, on, refresh } from "./desk.js";
import { button, clicks, el } from "./dom.js";
import { askOnly, takeOut } from "./chosen.js";
import { collect } from "./collections.js";
import { tried } from "./server.js";

const AGAIN = 500; // milliseconds between two looks whether it is made
const LISTED = 40; // titles of a cluster
const PHONE = 620; // pixels; narrower, the labels stand beside the map alone

let plotly = null;
const loaded = () =>
  (plotly ??= new Promise((done, failed) => {
    const script = el("script", { src: "assets/plotly.js", on: { load: () => done(window.Plotly), error: () => failed(new Error("the plotting library can't be loaded")) } });
    document.head.append(script);
  }));

const colour = (name, otherwise) => getComputedStyle(document.body).getPropertyValue(name).trim() || otherwise;

/** The clusters whose labels have room: the largest first, each only where no other one stands. */
function roomy(clusters, width, height) {
  const taken = [];
  return clusters.filter(({ label, at }) => {
    const half = label.length * 3.6 + 8;
    const x = ((at[0] + 1) / 2) * Math.min(width, height);
    const y = ((1 - at[1]) / 2) * Math.min(width, height);
    const free = taken.every((one) => Math.abs(one.x - x) > one.half + half || Math.abs(one.y - y) > 22);
    if (free) taken.push({ x, y, half });
    return free;
  });
}

export function map({ element }) {
  const plot = el("div", { class: "ap-plot", role: "group", "aria-label": "Map of the papers" });
  const side = el("div", { class: "ap-mapside" });
  element.replaceChildren(el("div", { class: "ap-maprow" }, plot, side));
  let found = null;
  let version = "";
  let lit = null; // the cluster that is looked at
  let timer = 0;

  async function look() {
    if (!element.isConnected || !element.checkVisibility()) return;
    const told = await tried("map_of_papers");
    if (!told) return;
    if (told.error) return plot.replaceChildren(el("p", { class: "ap-empty", text: told.error }));
    if (!told.clusters) {
      wait(told);
      clearTimeout(timer);
      return void (timer = setTimeout(look, AGAIN));
    }
    const now = JSON.stringify([desk.about?.stamp, told.papers, told.clusters.map((one) => one.ids.length)]);
    if (now !== version) {
      found = told;
      version = now;
      lit = null;
      list();
    }
    await draw();
  }

  function wait({ papers, elapsed, expected }) {
    const bar = el("progress", { max: 1, value: Math.min(0.97, elapsed / expected), "aria-label": "The map is being made" });
    const text = `Laying out ${papers.toLocaleString("en")} papers: ${Math.round(elapsed)} s of about ${expected} s. You can go on elsewhere.`;
    plot.replaceChildren(el("div", { class: "ap-progress", role: "status" }, el("p", { text }), bar));
  }

  async function draw() {
    if (!found) return;
    const Plotly = await loaded();
    if (!plot.querySelector(".plot-container")) plot.replaceChildren();
    const ink = colour("--body-text-color", "#222");
    const paper = colour("--body-background-fill", "#fff");
    const common = { type: found.papers > 3000 ? "scattergl" : "scatter", mode: "markers", hoverinfo: "text", showlegend: false };
    const size = found.papers > 3000 ? 4 : 7;
    const traces = found.clusters.map((one, number) => ({
      ...common, name: one.name, x: one.x, y: one.y, text: one.titles, customdata: one.ids,
      marker: { color: one.colour, size, opacity: lit === null || lit === number ? 0.85 : 0.15 },
    }));
    traces.push(ring(common, ink));
    const axis = { visible: false, zeroline: false };
    const { clientWidth: width, clientHeight: height } = plot;
    const labels = width < PHONE ? [] : roomy(found.clusters, width, height);
    await Plotly.react(plot, traces, {
      xaxis: axis, yaxis: { ...axis, scaleanchor: "x" }, dragmode: "pan", hovermode: "closest",
      margin: { l: 0, r: 0, t: 0, b: 0 }, paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)",
      font: { color: ink, family: getComputedStyle(document.body).fontFamily, size: 12 },
      modebar: { bgcolor: "rgba(0,0,0,0)", color: ink },
      annotations: labels.map((one) => ({
        x: one.at[0], y: one.at[1], text: one.label.replace(/[&<>]/g, (sign) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;" })[sign]),
        showarrow: false, font: { size: 12, color: ink }, bgcolor: paper, opacity: 0.85, captureevents: false,
      })),
    }, { responsive: true, displaylogo: false, scrollZoom: true, modeBarButtons: [["zoomIn2d", "zoomOut2d", "resetScale2d"]] });
    if (plot.heard) return;
    plot.heard = true;
    plot.on("plotly_click", ({ points }) => points[0]?.customdata !== undefined && open(points[0].customdata));
  }

  /** A ring round each paper that the chosen answer cites. */
  function ring(common, ink) {
    const answer = desk.exchanges.get(desk.chosen)?.answer;
    const ids = new Set((answer?.citations ?? []).map((one) => one.paper_id));
    const made = { ...common, name: "this answer", x: [], y: [], text: [], customdata: [],
      marker: { symbol: "circle-open", size: 18, color: ink, line: { width: 2.5 } } };
    for (const one of found.clusters)
      one.ids.forEach((id, place) => {
        if (!ids.has(id)) return;
        made.x.push(one.x[place]);
        made.y.push(one.y[place]);
        made.text.push(one.titles[place]);
        made.customdata.push(id);
      });
    return made;
  }

  // --- beside it

  const dot = (one) => {
    const made = el("span", { class: "ap-dot", "aria-hidden": "true" });
    made.style.background = one.colour;
    return made;
  };

  function list() {
    side.replaceChildren(
      el("h3", { text: `${found.papers.toLocaleString("en")} papers in ${found.clusters.length} groups` }),
      el("p", { class: "ap-empty", text: "Near each other is alike in meaning. Click a point to read it, a group to see its papers." }),
      el("ul", { class: "ap-clusters" }, ...found.clusters.map((one, number) =>
        el("li", {}, el("button", { type: "button", class: "ap-cluster", data: { do: "cluster", number } },
          dot(one), el("span", { text: one.name }), el("span", { class: "ap-size", text: one.ids.length.toLocaleString("en") }))))));
  }

  function cluster(number) {
    lit = number;
    const one = found.clusters[number];
    const more = one.ids.length - LISTED;
    side.replaceChildren(
      button("back", "All groups", {}, "← All groups"),
      el("h3", {}, dot(one), one.name),
      el("p", { class: "ap-count", text: `${one.ids.length.toLocaleString("en")} papers` }),
      el("div", { class: "ap-feet" }, button("askthese", "Ask only these papers"), button("about", "What are these papers about?"), button("collect", "Make a collection of them")),
      el("ul", { class: "ap-titles" }, ...one.ids.slice(0, LISTED).map((id, place) =>
        el("li", {}, el("button", { type: "button", class: "ap-paper", data: { do: "open", paper: id }, html: one.titles[place] }))),
        more > 0 && el("li", { class: "ap-empty", text: `and ${more.toLocaleString("en")} more` })));
    draw();
  }

  async function open(paper) {
    const told = await tried("paper", { paper });
    if (!told) return;
    const back = lit === null ? button("back", "All groups", {}, "← All groups") : button("cluster", "Back to the group", { data: { do: "cluster", number: lit } }, "← The group");
    side.replaceChildren(back, el("div", { html: told.html }));
    side.scrollTo({ top: 0 });
  }

  const askThese = () => askOnly(found.clusters[lit].ids, found.clusters[lit].name);
  clicks(side, {
    back: () => ((lit = null), list(), draw()),
    cluster: (pressed) => cluster(Number(pressed.dataset.number)),
    open: (pressed) => open(Number(pressed.dataset.paper)),
    askthese: askThese,
    about: () => (askThese(), ask("What are these papers about?")),
    collect: () => collect(found.clusters[lit].ids, found.clusters[lit].name.slice(0, 80)),
    remove: (pressed) => takeOut([Number(pressed.closest(".ap-card").dataset.paper)], refresh),
  });

  document.addEventListener("askpapers:theme", draw);
  on("about", look);
  // Whoever comes back to the map may have another answer by now.
  new IntersectionObserver((seen) => seen.some((one) => one.isIntersecting) && look()).observe(element);
}
