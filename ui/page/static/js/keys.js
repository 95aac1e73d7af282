// Keys that work everywhere on the page.
import { desk, stop } from "./desk.js";

export function keys() {
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.key !== "Escape") return;
    const writing = desk.path.filter((one) => !one.done);
    if (writing.length) writing.forEach((one) => stop(one.id));
    else document.body.classList.remove("ap-sheet");
  });
}
