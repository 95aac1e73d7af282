// The page's beginning: gradio mounts each HTML part by its name here, when the tab that holds it is first shown.
import { compare } from "./compare.js";
import { composer } from "./composer.js";
import { refresh, resume } from "./desk.js";
import { toast } from "./dom.js";
import { evidence } from "./evidence.js";
import { drops } from "./exports.js";
import { fetching } from "./fetching.js";
import { head } from "./head.js";
import { keeping } from "./keep.js";
import "./hover.js";
import { keys } from "./keys.js";
import { papers } from "./library.js";
import { map } from "./map.js";
import { watch } from "./news.js";
import { opened } from "./paper.js";
import { start } from "./routes.js";
import { runs } from "./runs.js";
import { patiently, wire } from "./server.js";
import { sidebar } from "./sidebar.js";
import { sweep } from "./store.js";
import { transcript } from "./transcript.js";
import { uploads } from "./uploads.js";

const parts = { compare, composer, evidence, fetching, head, map, opened, papers, runs, sidebar, transcript, uploads, wire };

/** Bring a part to life: `element` holds it, `server` is gradio's way to our server, `upload` that of files. */
export function mount(name, context) {
  parts[name](context);
}

async function begin() {
  keys();
  drops();
  const about = await patiently(refresh);
  await keeping(about);
  await start(about.library);
  await resume();
  await sweep();
  watch();
  document.body.dataset.ready = "true"; // for whoever waits for the page
}

begin().catch((error) => toast(`The page can't begin: ${error.message}`, { error: true }));
