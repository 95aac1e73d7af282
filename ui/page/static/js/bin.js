// Recently deleted: conversations that can be brought back for a while, or deleted for good.
import { clicks, el, toast } from "./dom.js";
import { go } from "./routes.js";
import * as store from "./store.js";

const DAY = 24 * 3600 * 1000;
const days = (many) => (many === 1 ? "1 day" : `${many} days`);

/** Draw the deleted conversations of a library; `leave` goes back to the others. */
export async function bin(element, library, leave) {
  const found = await store.deleted(library);
  const rows = found.map((one) => {
    const left = Math.max(0, Math.ceil(store.DAYS - (Date.now() - one.deleted) / DAY));
    return el("li", { data: { id: one.id }, class: "ap-binned" },
      el("span", { class: "ap-name", text: one.title, title: one.title }),
      el("span", { class: "ap-binfeet" },
        el("span", { class: "ap-left", text: `${days(left)} left` }),
        el("button", { type: "button", class: "ap-act", data: { do: "restore" }, text: "Restore", "aria-label": `Restore the conversation ${one.title}` }),
        el("button", { type: "button", class: "ap-act ap-danger", data: { do: "purge" }, text: "For good", "aria-label": `Delete for good the conversation ${one.title}`, title: "Delete for good" })));
  });
  const made = el("section", { class: "ap-bin", "aria-label": "Recently deleted" },
    el("div", { class: "ap-binhead" },
      el("h3", { class: "ap-group", text: "Recently deleted" }),
      found.length > 1 && el("button", { type: "button", class: "ap-act ap-danger", data: { do: "purgeAll" }, text: "Empty", title: "Delete all of them for good" }),
      el("button", { type: "button", class: "ap-act", data: { do: "leave" }, text: "Back" })),
    found.length ? el("ul", { class: "ap-list" }, ...rows) : el("p", { class: "ap-empty", text: `Nothing. What you delete can be brought back here for ${store.DAYS} days.` }));
  const idOf = (pressed) => pressed.closest("li").dataset.id;
  /** What can't be undone is asked twice, in its place. */
  const sure = (pressed, work) => {
    if (pressed.dataset.sure) return work();
    Object.assign(pressed, { textContent: "Really?" }).dataset.sure = "true";
    pressed.addEventListener("blur", () => (delete pressed.dataset.sure, (pressed.textContent = pressed.dataset.do === "purge" ? "For good" : "Empty")), { once: true });
    return undefined;
  };
  clicks(made, {
    leave,
    restore: async (pressed) => {
      const id = idOf(pressed);
      await store.restore([id]);
      toast("Restored");
      await go(`#/c/${id}`);
    },
    purge: (pressed) => sure(pressed, () => store.purge([idOf(pressed)])),
    purgeAll: (pressed) => sure(pressed, () => store.purge(found.map((one) => one.id))),
  });
  element.replaceChildren(made);
}
