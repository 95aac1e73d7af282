// The runs of the evaluation: a table, and one opened.
import { clicks, el } from "./dom.js";
import { tried } from "./server.js";

export function runs({ element }) {
  const listed = el("div", { id: "ap-listed" });
  const opened = el("div", { id: "ap-run" });
  element.replaceChildren(listed, opened);
  const into = async (place, name, sent) => {
    const told = await tried(name, sent);
    if (told) place.innerHTML = told.html;
  };
  clicks(element, { open: (pressed) => into(opened, "run", { run: pressed.dataset.run }) });
  new IntersectionObserver((seen) => seen.some((one) => one.isIntersecting) && into(listed, "runs")).observe(element);
}
