// The conversations of this browser, the latest first.
import { desk, known, on, open } from "./desk.js";
import { clicks, el, later, toast } from "./dom.js";
import { route, turn } from "./routes.js";
import * as store from "./store.js";

export function sidebar({ element }) {
  const list = el("ul", { class: "ap-list" });
  element.replaceChildren(
    el("nav", { class: "ap-conversations", "aria-label": "Conversations" },
      el("button", { type: "button", class: "ap-new", data: { do: "new" }, text: "New conversation" }), list));

  async function draw() {
    const found = await store.conversations((await known).library);
    list.replaceChildren(...found.map((one) => {
      const when = new Date(one.saved).toLocaleString();
      return el("li", {},
        el("button", { type: "button", text: one.title, title: `${one.title} (${when})`, data: { do: "open", id: one.id }, "aria-current": one.id === desk.id ? "true" : null }),
        el("button", { type: "button", class: "ap-delete", text: "×", "aria-label": `Delete the conversation ${one.title}`, data: { do: "delete", id: one.id } }));
    }));
  }
  const soon = later(() => draw().catch(() => {}), 60);

  clicks(element, {
    new: async () => {
      await open(null);
      turn("ask");
      document.querySelector("#ap-composer textarea")?.focus();
    },
    open: async (pressed) => {
      await open(pressed.dataset.id);
      turn("ask");
      route(`#/c/${pressed.dataset.id}`);
    },
    delete: async (pressed) => {
      const { id } = pressed.dataset;
      await store.remove([id]);
      toast("Conversation deleted", { undo: () => store.restore([id]) });
    },
  });
  on("listed", soon);
  on("opened", soon);
  soon();
}
