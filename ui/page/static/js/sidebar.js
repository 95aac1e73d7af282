// The conversations of this browser: searched, named, pinned, several deleted at once, and brought back.
// Rows are drawn a screen at a time, so a thousand conversations are as quick as ten.
import { bin } from "./bin.js";
import { desk, known, on } from "./desk.js";
import { clicks, el, later, toast } from "./dom.js";
import { conversationMenu, openFiles } from "./exports.js";
import { groups } from "./groups.js";
import { shut } from "./head.js";
import { help } from "./help.js";
import { menu } from "./menu.js";
import { compose, go } from "./routes.js";
import { marked, prepare, search, words } from "./search.js";
import * as store from "./store.js";

const SCREEN = 80; // rows that are drawn before the reader scrolls on

/** Begin a new conversation. */
export async function fresh() {
  await go("#/");
  shut();
  compose();
}

/** Delete conversations; whoever read one of them comes back to it by Undo. */
export async function removed(ids) {
  const read = ids.includes(desk.id) ? desk.id : null;
  await store.remove(ids);
  const undo = async () => {
    await store.restore(ids);
    if (read && !desk.id) await go(`#/c/${read}`);
  };
  toast(ids.length === 1 ? "Conversation deleted" : `${ids.length} conversations deleted`, { undo });
}

export function sidebar({ element }) {
  const sought = el("input", { type: "search", class: "ap-seek", placeholder: "Search conversations", "aria-label": "Search conversations" });
  const told = el("p", { class: "ap-told", role: "status" });
  const trouble = el("p", { class: "ap-trouble", role: "status", hidden: true });
  const listing = el("div", { class: "ap-listing" });
  const choosing = el("div", { class: "ap-choosing", hidden: true, role: "group", "aria-label": "Selected conversations" });
  const foot = el("div", { class: "ap-sidefoot" });
  const nav = el("nav", { class: "ap-conversations", "aria-label": "Conversations" },
    el("button", { type: "button", class: "ap-new", data: { do: "new" }, title: "New conversation (n)", text: "New conversation" }), sought, trouble, told, choosing, listing, foot);
  element.replaceChildren(nav);

  let all = []; // the conversations, the latest first
  let hits = null; // what a search found of them
  let waiting = new Set(); // those in which an answer is being written
  let drawn = SCREEN;
  let picked = null; // the ids selected, while some are being selected
  let anchor = null; // where a range begins
  let binned = false; // the deleted ones are shown
  let listed = []; // ids in the order in which they are shown

  // --- drawing

  async function draw() {
    if (listing.querySelector(".ap-rename")) return;
    const { library } = await known;
    const [found, pending] = await Promise.all([store.conversations(library), store.pending(library)]);
    all = found;
    waiting = new Set(pending.map((one) => one.conversation));
    if (picked) picked = new Set(all.map((one) => one.id).filter((id) => picked.has(id)));
    hits = await search(sought.value, all);
    if (binned) await bin(listing, library, () => ((binned = false), draw()));
    else show();
    drawFoot();
  }

  function show() {
    const held = document.activeElement?.closest?.(".ap-listing li") && [document.activeElement.closest("li").dataset.id, document.activeElement.dataset.do];
    const sections = hits ? [["", hits]] : groups(all).map(([name, some]) => [name, some.map((one) => ({ one }))]);
    listed = sections.flatMap(([, some]) => some.map(({ one }) => one.id));
    drawn = Math.max(drawn, Math.min(listed.length, listed.indexOf(desk.id) + 10));
    const sought_ = words(sought.value);
    const made = [];
    let left = drawn;
    for (const [name, some] of sections) {
      if (left <= 0) break;
      const list = el("ul", { class: "ap-list", "aria-label": name || "Found" }, ...some.slice(0, left).map((hit) => row(hit, sought_)));
      made.push(el("section", {}, name && el("h3", { class: "ap-group", text: name }), list));
      left -= some.length;
    }
    if (listed.length > drawn) made.push(more);
    listing.replaceChildren(...(listed.length ? made : []));
    told.textContent = hits ? (hits.length ? `${hits.length} of ${all.length} conversations` : "No conversation says that.") : "";
    told.hidden = !hits;
    drawChoosing();
    if (held) (listing.querySelector(`li[data-id="${held[0]}"] [data-do="${held[1]}"]`) ?? listing.querySelector("a"))?.focus({ preventScroll: true });
  }

  const more = el("div", { class: "ap-more", "aria-hidden": "true" });
  new IntersectionObserver((seen) => {
    if (!seen.some((one) => one.isIntersecting)) return;
    drawn += SCREEN;
    show();
  }, { root: listing, rootMargin: "400px" }).observe(more);

  const withMarks = (pieces) => pieces.map(([text, is]) => (is ? el("mark", { text }) : text));

  function row({ one, exchange = null, snippet = null }, sought_) {
    const { id, title } = one;
    const current = id === desk.id;
    const sign = waiting.has(id) ? el("span", { class: "ap-sign ap-iswriting", role: "img", "aria-label": "An answer is being written", title: "An answer is being written" })
      : one.fresh && !current ? el("span", { class: "ap-sign ap-isfresh", role: "img", "aria-label": "An answer that you haven't seen", title: "An answer that you haven't seen" }) : null;
    const link = el("a", { href: exchange ? `#/c/${id}/${exchange}` : `#/c/${id}`, draggable: "false", title: `${title} (${new Date(one.saved).toLocaleString()})`, data: { do: "open" }, "aria-current": current ? "true" : null },
      el("span", { class: "ap-name" }, ...(sought_.length ? withMarks(marked(title, sought_)) : [title])),
      snippet && el("span", { class: "ap-snippet" }, ...withMarks(snippet)));
    const made = el("li", { data: { id }, class: picked?.has(id) ? "ap-picked" : "" });
    if (picked) {
      const box = el("input", { type: "checkbox", class: "ap-pick", "aria-label": `Select ${title}`, data: { do: "pick" } });
      box.checked = picked.has(id);
      made.append(box);
    }
    made.append(link, ...(sign ? [sign] : []));
    if (!picked)
      made.append(
        el("button", { type: "button", class: "ap-rowmenu", text: "⋯", "aria-label": `More on the conversation ${title}`, "aria-haspopup": "menu", title: "More", data: { do: "menu" } }),
        el("button", { type: "button", class: "ap-delete", text: "×", "aria-label": `Delete the conversation ${title}`, title: "Delete", data: { do: "delete" } }));
    return made;
  }

  function drawChoosing() {
    choosing.hidden = !picked;
    if (!picked) return;
    const some = picked.size;
    const delete_ = el("button", { type: "button", class: "ap-act ap-danger", data: { do: "deletePicked" }, text: "Delete" });
    delete_.disabled = !some;
    choosing.replaceChildren(el("span", { role: "status", text: `${some} selected` }), el("button", { type: "button", class: "ap-act", data: { do: "all" }, text: some === listed.length && some ? "None" : "All" }), delete_,
      el("button", { type: "button", class: "ap-act", data: { do: "endPicking" }, text: "Done" }));
  }

  function drawFoot() {
    const act = (name, text, title, more_ = {}) => el("button", { type: "button", class: "ap-act", data: { do: name }, text, title, ...more_ });
    const held = foot.contains(document.activeElement) && document.activeElement.dataset.do;
    foot.replaceChildren(
      ...[desk.conversation && act("export", "Export", "Save, share or export this conversation", { "aria-haspopup": "menu" }),
        act("file", "Open", "Open a conversation that was saved to a file"),
        all.length > 1 && !binned && act("select", "Select", "Select several conversations", { "aria-pressed": String(Boolean(picked)) }),
        act("bin", "Deleted", `Recently deleted: kept for ${store.DAYS} days`, { "aria-pressed": String(binned) }),
        act("help", "?", "What the keys do (?)", { "aria-label": "What the keys do" })].filter(Boolean));
    if (held) foot.querySelector(`[data-do="${held}"]`)?.focus();
  }

  // --- what the reader does

  const idOf = (pressed) => pressed.closest("li").dataset.id;
  const conversation = (pressed) => all.find((one) => one.id === idOf(pressed));

  function pick(id, range) {
    picked ??= new Set();
    const on_ = range && anchor ? true : !picked.has(id);
    const [from, to] = [listed.indexOf(range && anchor ? anchor : id), listed.indexOf(id)].sort((a, b) => a - b);
    for (const one of listed.slice(Math.max(0, from), to + 1)) on_ ? picked.add(one) : picked.delete(one);
    anchor = id;
    show();
    drawFoot();
  }
  const endPicking = () => ((picked = anchor = null), show(), drawFoot());

  function rename(id) {
    const one = all.find((other) => other.id === id);
    const link = listing.querySelector(`li[data-id="${id}"] [data-do="open"]`);
    if (!one || !link) return;
    const field = el("input", { type: "text", class: "ap-rename", maxlength: 200, "aria-label": "Name of the conversation" });
    field.value = one.title;
    let over = false;
    const close = async (keep) => {
      if (over) return;
      over = true;
      if (keep && field.value.trim() !== one.title) await store.rename(id, field.value);
      field.remove();
      await draw();
      listing.querySelector(`li[data-id="${id}"] [data-do="open"]`)?.focus();
    };
    field.addEventListener("keydown", (event) => {
      if (event.isComposing) return;
      event.stopPropagation();
      if (event.key === "Enter") close(true);
      if (event.key === "Escape") close(false);
    });
    field.addEventListener("blur", () => close(true));
    link.replaceWith(field);
    field.focus();
    field.select();
  }

  const actions = {
    new: fresh,
    open: async (pressed, event) => {
      if (event.button > 0 || event.ctrlKey || event.metaKey) return; // a tab of its own, as the browser does it
      event.preventDefault();
      if (picked || event.shiftKey) return pick(idOf(pressed), event.shiftKey);
      await go(pressed.getAttribute("href"));
      shut();
    },
    pick: (pressed, event) => pick(idOf(pressed), event.shiftKey),
    menu: (pressed) => {
      const one = conversation(pressed);
      const items = [
        { label: "Rename", act: () => rename(one.id) },
        { label: one.pinned ? "Unpin" : "Pin", act: () => store.alter(one.id, { pinned: !one.pinned }) },
        ...conversationMenu(one.id),
        { label: "Delete", danger: true, act: () => removed([one.id]) },
      ];
      menu(pressed, items, `The conversation ${one.title}`);
    },
    delete: (pressed) => removed([idOf(pressed)]),
    export: (pressed) => menu(pressed, conversationMenu(desk.id), "Save, share, export"),
    file: openFiles,
    select: () => (picked ? endPicking() : ((picked = new Set()), show(), drawFoot())),
    bin: () => ((binned = !binned), (picked = null), draw()),
    help,
    all: () => {
      const every = picked.size === listed.length;
      picked = new Set(every ? [] : listed);
      show();
    },
    endPicking,
    deletePicked: async () => {
      const ids = [...picked];
      picked = anchor = null;
      await removed(ids);
      await draw();
    },
  };
  clicks(nav, actions);
  listing.addEventListener("mousedown", (event) => event.shiftKey && event.preventDefault()); // a range of rows, not of text
  listing.addEventListener("dblclick", (event) => event.target.closest('[data-do="open"]') && !picked && rename(idOf(event.target)));
  nav.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const link = event.target.closest('[data-do="open"]');
    if (event.key === "Escape" && picked) event.stopPropagation(), endPicking();
    else if (event.key === "Escape" && sought.value && event.target === sought) event.stopPropagation(), event.preventDefault(), (sought.value = ""), draw();
    else if (event.target === sought && event.key === "ArrowDown") event.preventDefault(), listing.querySelector("a")?.focus();
    else if (link && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      const links = [...listing.querySelectorAll('[data-do="open"]')];
      event.preventDefault();
      (links[links.indexOf(link) + (event.key === "ArrowDown" ? 1 : -1)] ?? sought).focus();
    } else if (link && event.key === "F2") event.preventDefault(), rename(idOf(link));
    else if (link && event.key === "Delete") event.preventDefault(), picked?.size ? actions.deletePicked() : removed([idOf(link)]);
  });
  sought.addEventListener("focus", prepare);
  sought.addEventListener("input", later(() => ((drawn = SCREEN), (binned = false), draw().then(() => listing.scrollTo({ top: 0 }))), 120));

  const soon = later(() => draw().catch((error) => toast(error.message, { error: true })), 60);
  on("listed", soon);
  on("opened", soon);
  on("changed", soon);
  document.addEventListener("visibilitychange", () => document.hidden || soon()); // another day may have begun
  store.troubled((text) => {
    trouble.textContent = text;
    trouble.hidden = !text;
    if (text) toast(text, { error: true });
  });
  soon();
}
