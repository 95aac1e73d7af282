// Whether the papers that are served are still those that this tab knows: another tab or reader may have added some,
// and the samples give way to the first papers of one's own.
import { desk, emit, refresh } from "./desk.js";
import { call, online } from "./server.js";

const EVERY = 10000; // milliseconds between two looks while the tab is seen

let looking = false;
async function look() {
  if (looking || document.hidden) return;
  looking = true;
  try {
    const { stamp, working } = await call("news");
    if (working) emit("working");
    else if (stamp !== desk.about?.stamp) await refresh();
  } catch {
    // a server that is gone is told of by the banner
  } finally {
    looking = false;
  }
}

/** Look from now on: now and then, whenever the reader comes back to this tab, and when the server is back. */
export function watch() {
  setInterval(look, EVERY);
  document.addEventListener("visibilitychange", look);
  addEventListener("focus", look);
  let first = true;
  online((there) => (first ? (first = false) : there && look()));
}
