// Bringing papers in: files are sent with their progress, then the server works on them, whoever watches.
import { putBack } from "./chosen.js";
import { refresh } from "./desk.js";
import { button, clicks, el, toast } from "./dom.js";
import { tried } from "./server.js";

const LOOK = 500; // milliseconds between two looks at work that goes on
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

export function uploads({ element }) {
  const input = el("input", { type: "file", multiple: true, hidden: true });
  const drop = el("button", { type: "button", class: "ap-drop" }, el("b", { text: "Add papers" }), el("span", { text: `Drop files here, or click: ${FORMS}` }));
  const sending = el("div", { class: "ap-sending", role: "status" });
  const listed = el("div", { class: "ap-jobs", "aria-live": "polite" });
  element.replaceChildren(drop, input, sending, listed);

  let before = "";
  let looking = false;
  async function look() {
    if (looking) return;
    looking = true;
    for (;;) {
      const told = await tried("jobs");
      if (!told) break;
      if (told.html !== before) listed.innerHTML = told.html;
      before = told.html;
      if (!told.working) break;
      await new Promise((done) => setTimeout(done, LOOK));
    }
    looking = false;
  }

  async function bring(files) {
    files = [...files];
    if (!files.length) return;
    const stop = new AbortController();
    const bar = el("progress", { max: 1, value: 0, "aria-label": "Sending" });
    const row = el("p", { class: "ap-progress" }, `Sending ${files.map((one) => one.name).join(", ")} `, bar, button("abort", "Cancel", { on: { click: () => stop.abort() } }));
    sending.append(row);
    try {
      const paths = await send(files, (share) => (bar.value = share), stop.signal);
      if (await tried("add", { files: paths })) await look();
      await refresh();
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
  drop.addEventListener("drop", (event) => (over(event, false), bring(event.dataTransfer.files)));

  const jobOf = (pressed) => pressed.closest(".ap-job").dataset.job;
  clicks(listed, {
    cancel: async (pressed) => (await tried("cancel", { job: jobOf(pressed) })) && look(),
    takeout: async (pressed) => {
      const told = await tried("take_out_job", { job: jobOf(pressed) });
      if (!told) return;
      toast(`${told.papers.toLocaleString("en")} papers removed`, { undo: () => putBack(told.undo, refresh) });
      await refresh();
      await look();
    },
  });
  look().then(() => before && refresh());
}
