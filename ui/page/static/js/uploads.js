// Bringing papers in.
import { el } from "./dom.js";

export function uploads({ element }) {
  element.replaceChildren(el("p", { class: "ap-empty", text: "Add papers" }));
}
