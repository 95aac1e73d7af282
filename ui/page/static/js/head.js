// The head: what is served, light or dark, and whether the server is there.
import { desk, emit, on } from "./desk.js";
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
    const { library, name, papers, samples, answerers, check } = desk.about;
    const kept = (what, otherwise) => localStorage.getItem(`askpapers.${what}.${library}`) ?? otherwise;
    const keep = (what, value) => localStorage.setItem(`askpapers.${what}.${library}`, value);
    const writer = answerers.find((one) => one.name === kept("answerer", "")) ?? answerers[0];
    desk.answerer = writer.name === answerers[0].name ? null : writer.name;
    desk.check = writer.checks && kept("check", String(check)) === "true";

    const choice = el("select", { class: "ap-answerer", "aria-label": "Who writes the answers" }, ...answerers.map((one) => el("option", { value: one.name, text: one.label, selected: one === writer })));
    choice.addEventListener("change", () => (keep("answerer", choice.value), emit("about")));
    const box = el("input", { type: "checkbox" });
    box.checked = desk.check;
    box.addEventListener("change", () => (keep("check", String(box.checked)), emit("about")));
    const by = desk.check ? `claims checked by ${writer.checker || "the model itself"}` : "claims not checked";
    element.querySelector(".ap-what").replaceChildren(
      el("b", { text: name }), ` · ${papers.toLocaleString("en")} ${samples ? "sample papers" : "papers"} · answers by `,
      answerers.length > 1 ? choice : writer.label,
      ...(writer.checks ? [" · ", el("label", { class: "ap-checks", title: "Each claim is compared with what it cites, by meaning; it takes longer" }, box, ` ${by}`)] : []));
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
