// The map of all papers: drawn by Plotly, which is fetched when the tab is first shown.
import { el } from "./dom.js";
import { tried } from "./server.js";

let plotly = null;
const loaded = () =>
  (plotly ??= new Promise((done, failed) => {
    const script = el("script", { src: "assets/plotly.js", on: { load: () => done(window.Plotly), error: () => failed(new Error("the plotting library can't be loaded")) } });
    document.head.append(script);
  }));

export function map({ element }) {
  const plot = el("div", { class: "ap-plot" });
  const picked = el("div", { class: "ap-picked" }, el("p", { class: "ap-empty", text: "Each point is a paper, near the papers that it is like. Click one to read it." }));
  element.replaceChildren(el("div", { class: "ap-maprow" }, plot, picked));
  let found = null;

  async function draw() {
    if (!found) return;
    if (found.error) return void (plot.textContent = found.error);
    const Plotly = await loaded();
    const style = getComputedStyle(document.body);
    const ink = style.getPropertyValue("--body-text-color").trim() || "#222";
    const paper = style.getPropertyValue("--body-background-fill").trim() || "#fff";
    const common = { type: "scatter", mode: "markers", hoverinfo: "text" };
    const traces = found.traces.map((one) => ({
      ...common, name: one.name, x: one.x, y: one.y, text: one.titles, customdata: one.ids,
      marker: { color: one.colour, size: found.papers > 3000 ? 4 : 7, opacity: 0.8 },
    }));
    const ids = new Set([...document.querySelectorAll("#ap-evidence .ap-card")].map((card) => Number(card.dataset.paper)));
    const ring = { ...common, name: "this answer", x: [], y: [], text: [], customdata: [],
      marker: { symbol: "circle-open", size: 18, color: ink, line: { width: 2.5 } } };
    for (const one of found.traces)
      one.ids.forEach((id, place) => {
        if (!ids.has(id)) return;
        ring.x.push(one.x[place]), ring.y.push(one.y[place]), ring.text.push(one.titles[place]), ring.customdata.push(id);
      });
    if (ring.x.length) traces.push(ring);
    const axis = { visible: false, zeroline: false };
    await Plotly.react(plot, traces, {
      xaxis: axis, yaxis: { ...axis, scaleanchor: "x" }, dragmode: "pan", hovermode: "closest",
      margin: { l: 0, r: 0, t: 0, b: 0 }, paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)",
      font: { color: ink, family: style.fontFamily, size: 12 },
      legend: { orientation: "h", y: 0, yanchor: "top", font: { size: 11 } },
      modebar: { bgcolor: "rgba(0,0,0,0)", color: ink },
      annotations: found.traces.map((one) => ({
        x: one.at[0], y: one.at[1], text: one.label, showarrow: false, font: { size: 12, color: ink }, bgcolor: paper, opacity: 0.85,
        captureevents: false,
      })),
    }, { responsive: true, displaylogo: false, scrollZoom: true, modeBarButtons: [["zoomIn2d", "zoomOut2d", "resetScale2d"]] });
    if (!plot.heard) {
      plot.heard = true;
      plot.on("plotly_click", (event) => {
        const paper = event.points[0]?.customdata;
        if (paper !== undefined) open(paper);
      });
    }
  }
  async function open(paper) {
    const told = await tried("paper", { paper });
    if (told) picked.innerHTML = told.html;
  }
  async function look() {
    found ??= await tried("map_of_papers");
    await draw();
  }
  document.addEventListener("askpapers:theme", draw);
  // Whoever comes back to the map may have another answer by now.
  new IntersectionObserver((seen) => seen.some((one) => one.isIntersecting) && look()).observe(element);
}
