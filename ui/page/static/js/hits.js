// Papers found, as a list to choose from: how many match, the best first, more on demand, and what can be done with
// those that are chosen. The server sets the list (views/found.py).
import { chooser } from "./chosen.js";
import { clicks, el } from "./dom.js";
import { tried } from "./server.js";

const FEW = 10;
const MORE = 100; // that a press on 'show more' adds
const SLOW = 300; // milliseconds from which on a reader is shown that work is under way

/** Fill an element with the papers found for {query, bounds, cited}; gives how many match, null when nobody knows. */
export async function listHits(body, sought) {
  const list = el("div");
  const { bar, draw } = chooser(list);
  async function look(limit) {
    const slow = setTimeout(() => (list.childElementCount ? list.setAttribute("aria-busy", "true") : list.append(el("p", { class: "ap-wait", role: "status", text: "Looking …" }))), SLOW);
    const told = await tried("found", { ...sought, limit });
    clearTimeout(slow);
    list.removeAttribute("aria-busy");
    if (told) list.innerHTML = told.html;
    else list.querySelector(".ap-wait")?.remove(); // what was found before stays
    draw();
    return told?.papers ?? null;
  }
  let limit = FEW;
  clicks(list, { all: () => look((limit += MORE)) });
  body.replaceChildren(bar, list);
  return look(limit);
}
