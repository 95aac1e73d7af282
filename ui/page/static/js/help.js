// What the keys do, in a dialog; and whether single keys do anything, for they are in the way of some.
import { el } from "./dom.js";
import { pocket } from "./store.js";

const OFF = "askpapers.keys.off";
/** True unless the reader turned single keys off. */
export const single = () => !pocket.get(OFF);

const KEYS = [
  ["Ask", [["/", "Write a question"], ["Enter", "Ask it; Shift+Enter begins a new line"], ["↑", "In an empty question: edit the last one"], ["n", "New conversation"], ["Esc", "Close what is open; else stop writing"]]],
  ["Answers", [["j", "Next answer"], ["k", "Previous answer"], ["e", "Evidence of the answer"], ["c", "Copy the answer"]]],
  ["Conversations", [["↑ ↓", "From one to the next, in the list"], ["F2", "Rename"], ["Delete", "Delete; it can be brought back"], ["Shift+click", "Select a range"]]],
  ["Help", [["?", "This list"]]],
];

let shown = null;
/** Open the list of keys; Esc closes it. */
export function help() {
  if (shown?.open) return;
  const sections = KEYS.map(([name, keys]) => el("section", {}, el("h3", { text: name }),
    el("dl", {}, ...keys.map(([key, what]) => el("div", {}, el("dt", {}, ...key.split(" ").map((one) => el("kbd", { text: one }))), el("dd", { text: what }))))));
  const turned = el("input", { type: "checkbox", on: { change: () => pocket.put(OFF, turned.checked ? "" : "true") } });
  turned.checked = single();
  shown = el("dialog", { class: "ap-help", "aria-labelledby": "ap-helphead" },
    el("header", {}, el("h2", { id: "ap-helphead", text: "Keys" }), el("button", { type: "button", class: "ap-act", "aria-label": "Close", text: "×", on: { click: () => shown.close() } })),
    el("div", { class: "ap-helpbody" }, ...sections),
    el("label", { class: "ap-helpfoot" }, turned, " Single letters, / and ? act when no field is being written in"));
  shown.addEventListener("click", (event) => event.target === shown && shown.close()); // beside it
  shown.addEventListener("close", () => shown.remove());
  (document.querySelector(".gradio-container") ?? document.body).append(shown);
  shown.showModal();
}
/** Close the list of keys; false when it isn't open. */
export function closeHelp() {
  if (!shown?.open) return false;
  shown.close();
  return true;
}
