// The head: what is served, light or dark, and whether the server is there.
import { desk, on } from "./desk.js";
import { byId, clicks, el } from "./dom.js";
import { online } from "./server.js";

const DARK = "askpapers.dark";
const dark = localStorage.getItem(DARK);
if (dark !== null) document.body.classList.toggle("dark", dark === "true");

// On a phone the list of conversations lies over the rest: it is shut at first, and when one was chosen.
const narrow = matchMedia("(max-width: 768px)");
const drawer = () => document.querySelector("#ap-drawer.open");
const shut = () => narrow.matches && drawer()?.querySelector(".toggle-button")?.click();

export function head({ element }) {
  clicks(element, {
    theme: () => {
      localStorage.setItem(DARK, String(document.body.classList.toggle("dark")));
      document.dispatchEvent(new CustomEvent("askpapers:theme"));
    },
  });
  on("about", () => {
    const { name, papers, samples, answerer } = desk.about;
    const what = element.querySelector(".ap-what");
    what.replaceChildren(el("b", { text: name }), ` · ${papers.toLocaleString("en")} ${samples ? "sample papers" : "papers"} · answers by ${answerer}`);
  });
  shut();
  on("opened", shut);
  document.addEventListener("pointerdown", (event) => event.target.closest("#ap-drawer") || shut());
  online((there) => {
    let banner = byId("ap-banner");
    if (there) return banner?.remove();
    if (!banner) document.body.append((banner = el("div", { id: "ap-banner", role: "alert", text: "The server can't be reached. Looking for it …" })));
  });
}
