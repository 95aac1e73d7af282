// One paper opened beside the list: its abstract, its collections and tags, a note, and what can be done with it.
import { takeOut, askOnly } from "./chosen.js";
import { pick } from "./collections.js";
import { emit, on, refresh } from "./desk.js";
import { button, clicks, copy, el, later, toast } from "./dom.js";
import { handle, route, tabShown, turn } from "./routes.js";
import { tried } from "./server.js";

let wanted = null; // the paper to show once the part is there
let show = null;
let shut = () => {};
let opener = null; // the title that was pressed, to go back to
/** Open a paper beside the list; the address names it. Gives its title once that is known. */
export async function openPaper(paper, from = null) {
  wanted = paper;
  opener = from;
  route(`#/paper/${paper}`);
  return show?.(paper);
}
handle("paper", (id) => (turn("library"), openPaper(Number(id))));
handle("library", () => (turn("library"), shut())); // who goes back from a paper is at the list again

export function opened({ element }) {
  async function draw(paper) {
    const [told, marked] = await Promise.all([tried("paper", { paper }), tried("marks", { papers: [paper] })]);
    if (!told || paper !== wanted) return null;
    const marks = marked?.marks[paper] ?? { collections: [], tags: [], note: "" };
    const chip = (kind, name) => el("span", { class: "ap-chip" }, kind === "tag" ? `# ${name}` : name,
      el("button", { type: "button", class: "ap-unchip", "aria-label": `Take the paper out of ${name}`, data: { do: "unmark", kind, name }, text: "×" }));
    const note = el("textarea", { class: "ap-papernote", rows: 2, maxlength: 20000, placeholder: "Your note on this paper", "aria-label": "Note on this paper" });
    note.value = marks.note;
    let kept = marks.note;
    const keep = async () => {
      const text = note.value;
      if (text === kept || !(await tried("note", { paper, note: text }))) return;
      kept = text;
      toast("Note kept");
      emit("noted");
    };
    note.addEventListener("input", later(keep, 900));
    note.addEventListener("change", keep); // who leaves it doesn't wait
    const held = element.contains(document.activeElement) && document.activeElement.dataset.do;
    const fresh = !element.querySelector(`.ap-card[data-paper="${paper}"]`);
    element.replaceChildren(
      el("button", { type: "button", class: "ap-close", data: { do: "close" }, "aria-label": "Close the paper", title: "Close (Esc)", text: "×" }),
      el("div", { html: told.html }),
      el("div", { class: "ap-papermarks" },
        ...marks.collections.map((name) => chip("collection", name)), ...marks.tags.map((name) => chip("tag", name)),
        button("collect", "Add to a collection", {}, "+ collection"), button("tag", "Add a tag", {}, "+ tag"), button("asklone", "Ask only this paper")),
      note);
    const card = element.querySelector(".ap-card");
    if (fresh) {
      element.scrollTop = 0;
      card?.focus({ preventScroll: true });
    } else if (held) element.querySelector(`[data-do="${held}"]`)?.focus({ preventScroll: true });
    return card?.getAttribute("aria-label") ?? null;
  }
  show = draw;

  function close() {
    wanted = null;
    element.replaceChildren();
    if (tabShown() === "library") route("#/library");
    const title = opener?.isConnected ? opener : [...document.querySelectorAll("#ap-papers .ap-paper")].find((one) => one.dataset.paper === opener?.dataset.paper);
    (title ?? document.querySelector("#ap-papers .ap-sought"))?.focus({ preventScroll: true });
  }
  shut = () => wanted !== null && close();
  element.addEventListener("keydown", (event) => {
    if (event.isComposing || event.key !== "Escape" || wanted === null) return;
    event.stopPropagation();
    close();
  });
  clicks(element, {
    close,
    bibtex: async () => {
      const told = await tried("paper_reference", { form: "bibtex", paper: wanted });
      if (told) copy(told.text);
    },
    remove: () => takeOut([wanted], async () => (await refresh(), wanted !== null && draw(wanted))),
    collect: (pressed) => pick("collection", [wanted], pressed),
    tag: (pressed) => pick("tag", [wanted], pressed),
    unmark: async ({ dataset: { kind, name } }) => (await tried("unmark", { kind, name, papers: [wanted] })) && emit("groups"),
    asklone: () => askOnly([wanted], "1 paper chosen"),
  });
  on("groups", () => wanted !== null && draw(wanted));
  if (wanted !== null) draw(wanted);
}
