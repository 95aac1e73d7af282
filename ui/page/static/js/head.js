// The head: what is served, light or dark, and whether the server is there.
import { desk, on } from "./desk.js";
import { byId, clicks, el } from "./dom.js";
import { online } from "./server.js";
import { pocket } from "./store.js";

const DARK = "askpapers.dark";
const dark = pocket.get(DARK);
if (dark !== null) document.body.classList.toggle("dark", dark === "true");

const narrow = matchMedia("(max-width: 768px)");
/** Shut the list of conversations where it lies over the rest, on a phone: at first, and when one was chosen. */
export const shut = () => narrow.matches && document.querySelector("#ap-drawer.open .toggle-button")?.click();

export function head({ element }) {
  clicks(element, {
    theme: () => {
      pocket.put(DARK, String(document.body.classList.toggle("dark")));
      document.dispatchEvent(new CustomEvent("askpapers:theme"));
    },
  });
  const what = element.querySelector(".ap-what");
  function draw() {
    const { library, name, papers, samples, answerers, check, user, writes } = desk.about;
    document.body.dataset.writes = String(writes ?? true); // css/readers.css hides what a reader can't do
    const kept = (name, otherwise) => pocket.get(`askpapers.${name}.${library}`) ?? otherwise;
    const keep = (name, value) => (pocket.put(`askpapers.${name}.${library}`, value), draw());
    const writer = answerers.find((one) => one.name === kept("answerer", "")) ?? answerers[0];
    desk.answerer = writer.name === answerers[0].name ? null : writer.name;
    desk.check = writer.checks && kept("check", String(check)) === "true";

    const choice = el("select", { class: "ap-answerer", "aria-label": "Who writes the answers" }, ...answerers.map((one) => el("option", { value: one.name, text: one.label, selected: one === writer })));
    choice.addEventListener("change", () => keep("answerer", choice.value));
    const box = el("input", { type: "checkbox" });
    box.checked = desk.check;
    box.addEventListener("change", () => keep("check", String(box.checked)));
    const by = desk.check ? `claims checked by ${writer.checker || "the model itself"}` : "claims not checked";
    const held = what.contains(document.activeElement) && document.activeElement.tagName;
    what.replaceChildren(
      el("b", { text: name }), ` · ${papers.toLocaleString("en")} ${samples ? "sample papers" : "papers"} · answers by `,
      answerers.length > 1 ? choice : writer.label,
      ...(writer.checks ? [" · ", el("label", { class: "ap-checks", title: "Each claim is compared with what it cites, by meaning; it takes longer" }, box, ` ${by}`)] : []),
      ...(user ? [" · ", el("span", { class: "ap-user", title: writes ? "" : "You may read and ask, not change the library", text: writes ? user : `${user} (reader)` }), " ", el("a", { class: "ap-logout", href: "logout", text: "Log out" })] : []));
    if (held) what.querySelector(held)?.focus();
  }
  on("about", draw);
  shut();
  on("opened", shut);
  narrow.addEventListener("change", shut); // a window made narrow, a tablet turned: it lies over the rest from now on
  document.addEventListener("pointerdown", (event) => event.target.closest("#ap-drawer") || shut());
  online((there) => {
    let banner = byId("ap-banner");
    if (there) return banner?.remove();
    if (!banner) document.body.append((banner = el("div", { id: "ap-banner", role: "alert", text: "The server can't be reached. Looking for it …" })));
  });
}
