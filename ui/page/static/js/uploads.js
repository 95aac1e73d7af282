// Bringing papers in: files are sent with their progress, then the server works on them, whoever watches.
import { putBack } from "./chosen.js";
import { on, refresh } from "./desk.js";
import { button, clicks, el, say, toast } from "./dom.js";
import { filesOf } from "./dropped.js";
import { call, patiently, tried } from "./server.js";

const LOOK = 500; // milliseconds between two looks at work that goes on
const MOST_FILES = 1000; // of one upload, as the server has it
const FORMS = "BibTeX, RIS, PubMed, arXiv, Zotero, CSV, JSON, saved pages; also zipped";

/** Send files to gradio; gives where they lie on the server. `told(share)` hears how far it is, 0 to 1. */
function send(files, told, stopped) {
  return new Promise((done, failed) => {
    const form = new FormData();
    for (const file of files) form.append("files", file);
    const request = new XMLHttpRequest();
    request.open("POST", new URL("gradio_api/upload", document.baseURI));
    request.upload.onprogress = (event) => event.lengthComputable && told(event.loaded / event.total);
    request.onload = () => {
      if (request.status === 413) return failed(new Error("These files are too large: at most 500 MB at once. Put them into the library with: askpapers ingest PATH"));
      if (request.status !== 200) return failed(new Error(`The upload was refused (${request.status}). Try again.`));
      done(JSON.parse(request.responseText));
    };
    request.onerror = () => failed(new Error("The upload broke off: the server can't be reached. Add the files again."));
    request.onabort = () => failed(null);
    stopped.addEventListener("abort", () => request.abort());
    request.send(form);
  });
}

const namesOf = (files) => (files.length <= 3 ? files.map((one) => one.name).join(", ") : `${files.length.toLocaleString("en")} files`);

/** How long the rest takes, by the pace so far; empty while that can't be told. */
function left(share, since) {
  const seconds = ((Date.now() - since) / share) * (1 - share) / 1000;
  if (!Number.isFinite(seconds) || seconds < 1) return "";
  return seconds < 60 ? ` · ${Math.round(seconds)} s left` : ` · ${Math.round(seconds / 60)} min left`;
}

export function uploads({ element }) {
  const input = el("input", { type: "file", multiple: true, hidden: true, "aria-label": "Files to add" });
  const drop = el("button", { type: "button", class: "ap-drop" }, el("b", { text: "Add papers" }), el("span", { text: `Drop files or folders here, or click: ${FORMS}` }));
  const sending = el("div", { class: "ap-sending" });
  const listed = el("div", { class: "ap-jobs" });
  element.replaceChildren(drop, input, sending, listed);

  let before = "";
  function show(html) {
    if (html === before) return;
    before = html;
    const held = listed.contains(document.activeElement) ? document.activeElement : null;
    const job = held?.closest(".ap-job")?.dataset.job;
    listed.innerHTML = html;
    if (held) (listed.querySelector(`[data-job="${job}"] [data-do="${held.dataset.do}"]`) ?? listed.querySelector(`[data-job="${job}"] button`) ?? drop).focus({ preventScroll: true });
  }

  let begun = false; // something new that was asked for elsewhere on the page, and isn't seen yet
  /** What is at work here and the server knows no more was lost with an earlier server: say so. */
  function tellLost(html) {
    const now = el("div");
    now.innerHTML = html;
    const lost = [...listed.querySelectorAll(":is(.ap-waiting, .ap-working)")].filter((job) => !now.querySelector(`[data-job="${job.dataset.job}"]`));
    if (lost.length) toast(`The server was restarted before ${lost.map((job) => job.ariaLabel).join(", ")} was brought in. What came stays; bring it in again to go on.`, { error: true });
  }

  let looking = null;
  /** Show the uploads until none is at work; a tab that saw one at work then asks what is served. */
  const look = () => (looking ??= follow().finally(() => (looking = null)));
  async function follow() {
    for (let worked = false; ; worked = true) {
      const told = await patiently(() => call("jobs")).catch((error) => toast(error.message, { error: true }));
      if (!told) return;
      tellLost(told.html);
      show(told.html);
      if (begun) listed.querySelector(".ap-job")?.scrollIntoView({ block: "nearest" });
      begun = false;
      if (!told.working) {
        if (worked) say(listed.querySelector(".ap-job")?.innerText ?? ""), await refresh();
        return;
      }
      await new Promise((done) => setTimeout(done, LOOK));
    }
  }

  async function bring(files) {
    files = [...files];
    if (!files.length) return;
    if (files.length > MOST_FILES) return toast(`At most ${MOST_FILES.toLocaleString("en")} files at once, and these are ${files.length.toLocaleString("en")}. Zip them, or put them into the library with: askpapers ingest PATH`, { error: true });
    const stop = new AbortController();
    const bar = el("progress", { max: 1, value: 0, "aria-label": "Sending" });
    const words = el("span", { text: `Sending ${namesOf(files)}` });
    const row = el("p", { class: "ap-progress" }, words, button("abort", "Cancel", { "aria-label": `Cancel sending ${namesOf(files)}`, on: { click: () => stop.abort() } }), bar);
    sending.append(row);
    const since = Date.now();
    const far = (share) => {
      bar.value = share;
      words.textContent = `Sending ${namesOf(files)}${left(share, since)}`;
    };
    try {
      const paths = await send(files, far, stop.signal);
      const added = await tried("add", { files: paths });
      row.remove();
      if (added) await look(), await refresh();
    } catch (error) {
      if (error) toast(error.message, { error: true });
    } finally {
      row.remove();
    }
  }

  drop.addEventListener("click", () => input.click());
  input.addEventListener("change", () => (bring(input.files), (input.value = "")));
  const over = (event, here) => (event.preventDefault(), drop.classList.toggle("ap-over", here));
  drop.addEventListener("dragover", (event) => over(event, true));
  drop.addEventListener("dragleave", (event) => over(event, false));
  drop.addEventListener("drop", async (event) => (over(event, false), bring(await filesOf(event.dataTransfer))));

  const jobOf = (pressed) => pressed.closest(".ap-job").dataset.job;
  clicks(listed, {
    cancel: async (pressed) => {
      if (!(await tried("cancel", { job: jobOf(pressed) }))) return;
      const told = await tried("jobs");
      if (told) show(told.html);
      look();
    },
    takeout: async (pressed) => {
      const told = await tried("take_out_job", { job: jobOf(pressed) });
      if (!told) return;
      toast(told.papers === 1 ? "1 paper removed" : `${told.papers.toLocaleString("en")} papers removed`, { undo: () => putBack(told.undo, refresh) });
      await refresh();
      await look();
    },
  });
  on("working", look);
  on("begun", () => ((begun = true), look()));
  look();
}
