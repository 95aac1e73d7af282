// Papers found, as a list to choose from: how many match, the best first, the rest on demand. The server sets the list
// (views/found.py), with a checkbox at each; `chosen` gives those that are ticked.
import { el } from "./dom.js";
import { tried } from "./server.js";

const FEW = 10;
const MANY = 100; // as many as the server gives

/** Fill an element with the papers found for {query, bounds, cited}; gives how many match, null when nobody knows. */
export async function listHits(body, sought, limit = FEW) {
  const slow = setTimeout(() => body.replaceChildren(el("p", { class: "ap-wait", role: "status", text: "Looking …" })), 300);
  const told = await tried("found", { ...sought, limit });
  clearTimeout(slow);
  if (!told) return body.replaceChildren(), null;
  const matching = told.matching ?? told.papers;
  const more = (matching > told.papers || told.papers === limit) && limit < MANY;
  const all = more && el("button", { type: "button", class: "ap-act", text: "Show all", data: { do: "all" }, on: { click: () => listHits(body, sought, MANY) } });
  body.replaceChildren(el("p", { class: "ap-matching", role: "status" }, el("span", { text: counted(matching, told.papers, more) }), all), el("div", { html: told.html }));
  return more && !told.matching ? null : matching;
}

const counted = (matching, shown, more) => {
  const papers = `${matching.toLocaleString("en")} ${matching === 1 ? "paper" : "papers"}`;
  return matching > shown ? `${papers} match; the best ${shown}` : more ? `The best ${shown} papers` : `${papers} found`;
};

/** The ids of the papers that are ticked in a list. */
export const chosen = (body) => [...body.querySelectorAll(".ap-pick input:checked")].map((one) => Number(one.value));
