// One paper opened beside the list: its abstract, its collections and tags, a note, and what can be done with it.
import { takeOut, askOnly } from "./chosen.js";
import { pick } from "./collections.js";
import { desk, emit, on, refresh } from "./desk.js";
import { button, clicks, copy, el, later, toast } from "./dom.js";
import { closes } from "./keys.js";
import { handle, route, tabShown, turn } from "./routes.js";
import { tried } from "./server.js";
import { pocket } from "./store.js";

let wanted = null; // the paper that is shown, or is to be
let give;
const made = new Promise((done) => (give = done)); // the part, which is there once its tab was shown: {draw, close, clear}
let opener = null; // the title that was pressed, to go back to
/** Open a paper beside the list; the address names it. Gives its title, false when there is no such paper. */
export async function openPaper(paper, from = null) {
  wanted = paper;
  opener = from;
  route(`#/paper/${paper}`);
  return (await made).draw(paper);
}
handle("paper", async (id) => {
  turn("library");
  const title = /^\d{1,15}$/.test(id) && (await openPaper(Number(id)));
  if (title === false) (await made).clear();
  return title;
});
handle("library", async () => {
  turn("library");
  if (wanted !== null) (await made).close(); // who goes back from a paper is at the list again
});

/** Where a note stands until the server has it: who reloads, or is cut off, finds it. */
const slot = (paper) => `askpapers.note.${desk.about?.library}.${paper}`;

export function opened({ element }) {
  const shutter = () => el("button", { type: "button", class: "ap-close", data: { do: "close" }, "aria-label": "Close the paper", title: "Close (Esc)", text: "×" });

  async function draw(paper) {
    const [told, marked] = await Promise.all([tried("paper", { paper }), tried("marks", { papers: [paper] })]);
    if (!told || paper !== wanted) return null;
    if (told.title === null) {
      element.replaceChildren(shutter(), el("div", { html: told.html }));
      return false;
    }
    const marks = marked?.marks[paper] ?? { collections: [], tags: [], note: "" };
    const chip = (kind, name) => el("span", { class: "ap-chip" }, kind === "tag" ? `# ${name}` : name,
      el("button", { type: "button", class: "ap-unchip", "aria-label": `Take the paper out of ${name}`, data: { do: "unmark", kind, name }, text: "×" }));
    const note = el("textarea", { class: "ap-papernote", readonly: desk.about?.writes === false, rows: 2, maxlength: 20000, placeholder: "Your note on this paper", "aria-label": "Note on this paper" });
    note.value = pocket.get(slot(paper)) ?? marks.note;
    let kept = marks.note;
    const keep = async () => {
      const text = note.value;
      if (text === kept || !(await tried("note", { paper, note: text }))) return;
      kept = text;
      if (pocket.get(slot(paper)) === text) pocket.put(slot(paper), null);
      toast("Note kept");
      emit("noted");
    };
    const soon = later(keep, 900);
    note.addEventListener("input", () => (pocket.put(slot(paper), note.value), soon()));
    note.addEventListener("change", keep); // who leaves it doesn't wait
    if (note.value !== kept) keep(); // it was written when the server was gone
    const held = element.contains(document.activeElement) && (document.activeElement.matches(".ap-papernote") ? ".ap-papernote" : `[data-do="${document.activeElement.dataset.do}"]`);
    const fresh = !element.querySelector(`.ap-card[data-paper="${paper}"]`);
    element.replaceChildren(
      shutter(), el("div", { html: told.html }),
      el("div", { class: "ap-papermarks" },
        ...marks.collections.map((name) => chip("collection", name)), ...marks.tags.map((name) => chip("tag", name)),
        button("collect", "Add to a collection", {}, "+ collection"), button("tag", "Add a tag", {}, "+ tag"), button("asklone", "Ask only this paper")),
      note);
    const card = element.querySelector(".ap-card");
    if (fresh) {
      element.scrollTop = 0;
      card?.focus({ preventScroll: true });
    } else if (held) element.querySelector(held)?.focus({ preventScroll: true });
    return told.title;
  }

  const clear = () => ((wanted = null), element.replaceChildren());
  function close() {
    clear();
    if (tabShown() === "library") route("#/library");
    const title = opener?.isConnected ? opener : [...document.querySelectorAll("#ap-papers .ap-paper")].find((one) => one.dataset.paper === opener?.dataset.paper);
    (title ?? document.querySelector("#ap-papers .ap-sought"))?.focus({ preventScroll: true });
  }
  closes(() => {
    const at = document.activeElement;
    const elsewhere = !element.contains(at) && at?.matches("input, textarea, select"); // Esc is the field's there
    return wanted !== null && !elsewhere && element.checkVisibility() && (close(), true);
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
  give({ draw, close, clear });
}
