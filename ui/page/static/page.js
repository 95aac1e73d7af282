// What happens in the browser: clicks become events for Python, conversations are kept in IndexedDB, the map is drawn.
// Text reaches the page as ready HTML from Python or as textContent here, never as HTML made here.
window.askpapers = (() => {
  const parts = {};
  const byId = (id) => document.getElementById(id);
  let wanted = null; // what to show of evidence that is on its way: {number, claim} or {paper}
  let writing = false; // an answer is on its way
  let current = null; // the conversation on the page

  // --- small things

  function toast(text) {
    let box = byId("ap-toast");
    if (!box) {
      box = document.createElement("div");
      box.id = "ap-toast";
      box.setAttribute("role", "status");
      document.body.append(box);
    }
    box.textContent = text;
    box.classList.add("ap-on");
    clearTimeout(box.timer);
    box.timer = setTimeout(() => box.classList.remove("ap-on"), 2600);
  }

  async function copy(text) {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      // Without https beyond this machine there is no clipboard object.
      const area = document.createElement("textarea");
      area.value = text;
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
    }
    toast("Copied");
  }

  // For screen readers: that an answer is there.
  function say(text) {
    let box = byId("ap-said");
    if (!box) {
      box = document.createElement("p");
      box.id = "ap-said";
      box.setAttribute("role", "status");
      document.body.append(box);
    }
    box.textContent = text;
  }

  // What a mark means, beside it and never cut off; the same text is its label for screen readers.
  function tip(event) {
    let box = byId("ap-tip");
    if (!box) {
      box = document.createElement("div");
      box.id = "ap-tip";
      box.setAttribute("aria-hidden", "true");
      document.body.append(box);
    }
    const mark = event.type === "pointerout" || event.type === "focusout" ? null : event.target.closest?.("[data-tip]");
    box.hidden = !mark;
    if (!mark) return;
    box.textContent = mark.dataset.tip;
    const at = mark.getBoundingClientRect();
    const left = Math.min(Math.max(6, at.left + at.width / 2 - box.offsetWidth / 2), innerWidth - box.offsetWidth - 6);
    const above = at.top - box.offsetHeight - 6;
    box.style.left = `${left}px`;
    box.style.top = `${above > 4 ? above : at.bottom + 6}px`;
  }
  for (const kind of ["pointerover", "pointerout", "focusin", "focusout"]) document.addEventListener(kind, tip);

  function clicks(element, actions) {
    element.addEventListener("click", (event) => {
      const button = event.target.closest("[data-do]");
      const action = button && element.contains(button) && actions[button.dataset.do];
      if (action) action(button, event);
    });
  }

  const copied = (button, within) => copy(button.closest(within).querySelector(".ap-copied").value);
  const article = (element) => element.closest(".ap-turn");
  const indexOf = (element) => Number(article(element).dataset.index);
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const into = (element, block) => element.scrollIntoView({ block, behavior: calm.matches ? "auto" : "smooth" });

  // --- conversations in the browser

  const kept = {
    open: () =>
      new Promise((done, failed) => {
        const request = indexedDB.open("askpapers", 1);
        request.onupgradeneeded = () => request.result.createObjectStore("conversations", { keyPath: "id" });
        request.onsuccess = () => done(request.result);
        request.onerror = () => failed(request.error);
      }),
    async run(mode, work) {
      const database = await kept.open();
      try {
        return await new Promise((done, failed) => {
          const transaction = database.transaction("conversations", mode);
          const request = work(transaction.objectStore("conversations"));
          transaction.oncomplete = () => done(request.result);
          transaction.onerror = transaction.onabort = () => failed(transaction.error);
        });
      } finally {
        database.close();
      }
    },
    put: (value) => kept.run("readwrite", (store) => store.put(value)),
    get: (id) => kept.run("readonly", (store) => store.get(id)),
    remove: (id) => kept.run("readwrite", (store) => store.delete(id)),
    all: () => kept.run("readonly", (store) => store.getAll()),
  };
  const library = () => document.querySelector(".ap-header")?.dataset.library ?? "";

  async function last(given) {
    const id = sessionStorage.getItem("askpapers.current");
    try {
      const found = id && (await kept.get(id));
      return found && (!library() || found.library === library()) ? found : given;
    } catch {
      return given;
    }
  }

  parts.store = ({ element, props, trigger, watch }) => {
    const list = element.querySelector(".ap-list");
    async function draw() {
      const found = (await kept.all()).filter((one) => one.library === library());
      found.sort((a, b) => b.saved - a.saved);
      list.replaceChildren(
        ...found.map((one) => {
          const item = document.createElement("li");
          const open = document.createElement("button");
          open.type = "button";
          open.textContent = one.title;
          open.title = `${one.title} (${new Date(one.saved).toLocaleString()})`;
          open.dataset.do = "open";
          open.dataset.id = one.id;
          if (one.id === current?.id) open.setAttribute("aria-current", "true");
          const remove = document.createElement("button");
          remove.type = "button";
          remove.textContent = "×";
          remove.className = "ap-delete";
          remove.setAttribute("aria-label", `Delete the conversation ${one.title}`);
          remove.dataset.do = "delete";
          remove.dataset.id = one.id;
          item.append(open, remove);
          return item;
        }),
      );
    }
    function show(value) {
      current = value;
      props.value = value;
      if (value) sessionStorage.setItem("askpapers.current", value.id);
      else sessionStorage.removeItem("askpapers.current");
      trigger("opened", {});
    }
    clicks(element, {
      new: () => {
        document.body.classList.remove("ap-listing");
        show(null);
        document.querySelector("#ap-composer textarea")?.focus();
      },
      open: async (button) => {
        document.body.classList.remove("ap-listing");
        show(await kept.get(button.dataset.id));
      },
      delete: async (button) => {
        if (!confirm("Delete this conversation from this browser?")) return;
        await kept.remove(button.dataset.id);
        if (button.dataset.id === current?.id) show(null);
        await draw();
      },
    });
    watch("value", async () => {
      current = props.value;
      try {
        if (current?.exchanges?.length) {
          sessionStorage.setItem("askpapers.current", current.id);
          await kept.put({ ...current, library: library(), saved: Date.now() });
        }
        await draw();
      } catch (error) {
        toast(`This conversation can't be kept in the browser: ${error?.message ?? error}`);
      }
    });
    document.addEventListener("visibilitychange", () => document.hidden || draw());
    draw().catch(() => {});
  };

  // --- the conversation on the page

  function choose(turn) {
    for (const other of document.querySelectorAll(".ap-turn.ap-chosen")) other.classList.remove("ap-chosen");
    for (const claim of document.querySelectorAll(".ap-claim.ap-rests")) claim.classList.remove("ap-rests");
    turn.classList.add("ap-chosen");
  }

  parts.transcript = ({ element, trigger, watch }) => {
    function evidence(button, asked) {
      const turn = article(button);
      const there = turn.classList.contains("ap-chosen");
      wanted = asked;
      document.body.classList.add("ap-sheet");
      if (there) return reveal();
      choose(turn);
      trigger("chosen", { index: indexOf(button) });
    }
    function ask(index, question) {
      if (writing) return toast("Wait for this answer, or stop it with Esc");
      trigger("again", { index, question });
    }
    function rate(button, good) {
      trigger("rated", { index: indexOf(button), good: button.getAttribute("aria-pressed") === "true" ? null : good, note: "" });
    }
    function note(button) {
      const turn = article(button);
      const good = turn.querySelector('[data-do="good"]').getAttribute("aria-pressed") === "true";
      trigger("rated", { index: indexOf(button), good, note: turn.querySelector(".ap-noteinput").value });
      toast("Kept");
    }
    function edit(button) {
      const box = button.closest(".ap-question");
      const asked = box.querySelector(".ap-asked");
      const area = document.createElement("textarea");
      area.className = "ap-editing";
      area.setAttribute("aria-label", "Question");
      area.maxLength = 4000;
      area.value = asked.innerText;
      const index = indexOf(button);
      const close = () => (area.replaceWith(asked), (button.hidden = false));
      area.addEventListener("keydown", (event) => {
        if (event.key === "Escape") close();
        if (event.key === "Enter" && !event.shiftKey) {
          event.preventDefault();
          if (area.value.trim()) ask(index, area.value);
        }
      });
      asked.replaceWith(area);
      button.hidden = true;
      area.focus();
    }
    clicks(element, {
      cite: (button) => evidence(button, { number: button.dataset.number, claim: button.dataset.claim }),
      card: (button) => evidence(button, { paper: button.dataset.paper }),
      choose: (button) => evidence(button, {}),
      copy: (button) => copied(button, ".ap-feet"),
      again: (button) => ask(indexOf(button), article(button).querySelector(".ap-asked").innerText),
      example: (button) => ask(null, button.textContent),
      edit,
      good: (button) => rate(button, true),
      bad: (button) => rate(button, false),
      note,
    });
    element.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && event.target.classList.contains("ap-noteinput")) note(event.target);
    });
    let before = "";
    watch("value", () => {
      const turns = element.querySelectorAll(".ap-turn");
      const now = `${current?.id} ${turns.length}`;
      if (now === before) return; // a rating changes no place
      before = now;
      if (!turns.length) return;
      requestAnimationFrame(() => turns[turns.length - 1].scrollIntoView({ block: "start" }));
      say(turns[turns.length - 1].querySelector(".ap-line, .ap-verdict")?.textContent ?? "");
    });
  };

  parts.live = ({ element, props, trigger, watch }) => {
    const ended = new Set(); // what was stopped: a last piece of it may still be on its way
    function stop() {
      const turn = element.querySelector(".ap-turn");
      if (!turn || ended.has(turn.dataset.exchange)) return;
      ended.add(turn.dataset.exchange);
      trigger("stopped", {
        index: indexOf(turn),
        question: turn.querySelector(".ap-asked").innerText,
        text: [...turn.querySelectorAll(".ap-answer > p:not(.ap-wait)")].map((one) => one.innerText).join("\n\n"),
      });
    }
    clicks(element, { stop });
    document.addEventListener("keydown", (event) => event.key === "Escape" && stop());
    watch("value", () => {
      element.classList.remove("ap-inline");
      const turn = element.querySelector(".ap-turn");
      if (turn && ended.has(turn.dataset.exchange)) {
        writing = false;
        props.value = "";
        return;
      }
      if (turn && !writing) turn.scrollIntoView({ block: "start" });
      writing = Boolean(turn);
    });
    // A question may wait in line before Python hears of it.
    function asking(event) {
      if (writing) {
        event.preventDefault();
        event.stopImmediatePropagation();
        toast("Wait for this answer, or stop it with Esc");
      } else if (document.querySelector("#ap-composer textarea").value.trim()) {
        element.classList.add("ap-inline");
      }
    }
    const enters = (event) => event.key === "Enter" && !event.shiftKey && event.target.closest?.("#ap-composer textarea");
    for (const kind of ["keydown", "keypress"]) document.addEventListener(kind, (event) => enters(event) && asking(event), true);
    document.addEventListener("click", (event) => event.target.closest?.("#ap-composer button") && asking(event), true);
  };

  // --- evidence

  function reveal() {
    const shown = byId("ap-shown");
    const asked = wanted;
    wanted = null;
    for (const lit of shown.querySelectorAll(".ap-lit")) lit.classList.remove("ap-lit");
    if (!asked) return void byId("ap-evidence").scrollTo({ top: 0 });
    const card = asked.number
      ? shown.querySelector(`.ap-card[data-number="${asked.number}"]`)
      : asked.paper && shown.querySelector(`.ap-card[data-paper="${asked.paper}"]`);
    if (!card) return;
    card.classList.add("ap-lit");
    const slices = asked.claim === undefined ? [] : card.querySelectorAll(`mark[data-claims~="${asked.claim}"]`);
    for (const slice of slices) slice.classList.add("ap-lit");
    card.focus({ preventScroll: true });
    into(slices[0] ?? card, slices.length ? "center" : "start");
  }

  function resting(card) {
    const claims = card.dataset.claims.split(" ").filter(Boolean);
    let first = null;
    for (const claim of document.querySelectorAll("#ap-transcript .ap-claim")) {
      const rests = claims.includes(claim.dataset.claim) && article(claim).classList.contains("ap-chosen");
      claim.classList.toggle("ap-rests", rests);
      first ??= rests ? claim : null;
    }
    if (first) {
      document.body.classList.remove("ap-sheet");
      into(first, "center");
    }
  }

  parts.cards = ({ element, trigger }) =>
    clicks(element, {
      bibtex: (button) => copied(button, ".ap-card"),
      remove: (button) => {
        if (confirm("Remove this paper from the library?")) trigger("removed", { paper: button.dataset.paper });
      },
    });

  parts.evidence = ({ element, watch }) => {
    clicks(element, {
      bibtex: (button) => copied(button, ".ap-card"),
      resting: (button) => resting(button.closest(".ap-card")),
      close: () => document.body.classList.remove("ap-sheet"),
    });
    element.addEventListener("click", (event) => {
      const card = event.target.closest(".ap-card");
      if (card && !event.target.closest("button, a") && !String(getSelection())) resting(card);
    });
    document.addEventListener("keydown", (event) => event.key === "Escape" && document.body.classList.remove("ap-sheet"));
    watch("value", reveal);
  };

  // --- library, exports, head

  parts.plain = () => {};
  parts.table = ({ element, trigger }) => {
    // Gradio's label for the upload isn't what its button says; without it, it is named by what is seen.
    const upload = byId("ap-upload");
    const bare = () => upload.querySelectorAll("button[aria-dropeffect]").forEach((one) => one.removeAttribute("aria-label"));
    if (upload) {
      new MutationObserver(bare).observe(upload, { childList: true, subtree: true });
      bare();
    }
    const turned = (order, descending, page) => trigger("turned", { order, descending, page });
    const at = () => element.querySelector(".ap-shelf").dataset;
    clicks(element, {
      sort: (button) => turned(button.dataset.order, button.dataset.descending === "true", 0),
      page: (button) => turned(at().order, at().descending === "true", Number(button.dataset.page)),
      open: (button) => trigger("opened", { paper: button.dataset.paper }),
    });
  };
  parts.runs = ({ element, trigger }) =>
    clicks(element, { open: (button) => trigger("opened", { run: button.dataset.run }) });
  parts.exports = ({ element, trigger }) =>
    element.addEventListener("click", (event) => {
      const button = event.target.closest("[data-form]");
      if (button) trigger("asked", { form: button.dataset.form });
    });
  parts.files = ({ props, watch }) =>
    watch("value", () => {
      const file = props.value;
      if (!file) return;
      if (file.error) return toast(file.error);
      const url = URL.createObjectURL(new Blob([file.text], { type: "text/plain;charset=utf-8" }));
      const link = Object.assign(document.createElement("a"), { href: url, download: file.name });
      link.click();
      setTimeout(() => URL.revokeObjectURL(url), 10000);
    });
  const redraws = [];
  parts.head = ({ element }) => {
    const dark = localStorage.getItem("askpapers.dark");
    if (dark !== null) document.body.classList.toggle("dark", dark === "true");
    clicks(element, {
      theme: () => {
        localStorage.setItem("askpapers.dark", String(document.body.classList.toggle("dark")));
        for (const redraw of redraws) redraw();
      },
      list: () => document.body.classList.toggle("ap-listing"),
    });
    document.addEventListener("pointerdown", (event) => {
      if (!event.target.closest("#ap-side, .ap-listing-button, [role=listbox]")) document.body.classList.remove("ap-listing");
    });
  };

  // --- the map

  let plotly = null;
  const loaded = () =>
    (plotly ??= new Promise((done, failed) => {
      const script = document.createElement("script");
      script.src = "assets/plotly.js";
      script.onload = () => done(window.Plotly);
      script.onerror = () => failed(new Error("the plotting library can't be loaded"));
      document.head.append(script);
    }));

  parts.map = ({ element, props, trigger, watch }) => {
    async function draw() {
      const found = props.value;
      const plot = element.querySelector(".ap-plot");
      if (!found || !plot) return;
      if (found.error) return void (plot.textContent = found.error);
      const Plotly = await loaded();
      const style = getComputedStyle(document.body);
      const ink = style.getPropertyValue("--body-text-color").trim() || "#222";
      const paper = style.getPropertyValue("--body-background-fill").trim() || "#fff";
      const common = { type: "scatter", mode: "markers", hoverinfo: "text" };
      const traces = found.traces.map((one) => ({
        ...common, name: one.name, x: one.x, y: one.y, text: one.titles, customdata: one.ids,
        marker: { color: one.colour, size: found.papers > 3000 ? 4 : 7, opacity: 0.8 },
      }));
      const ids = new Set([...document.querySelectorAll("#ap-shown .ap-card")].map((card) => Number(card.dataset.paper)));
      const ring = { ...common, name: "this answer", x: [], y: [], text: [], customdata: [],
        marker: { symbol: "circle-open", size: 18, color: ink, line: { width: 2.5 } } };
      for (const one of found.traces)
        one.ids.forEach((id, place) => {
          if (!ids.has(id)) return;
          ring.x.push(one.x[place]), ring.y.push(one.y[place]), ring.text.push(one.titles[place]), ring.customdata.push(id);
        });
      if (ring.x.length) traces.push(ring);
      const axis = { visible: false, zeroline: false };
      await Plotly.react(plot, traces, {
        xaxis: axis, yaxis: { ...axis, scaleanchor: "x" }, dragmode: "pan", hovermode: "closest",
        margin: { l: 0, r: 0, t: 0, b: 0 }, paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)",
        font: { color: ink, family: style.fontFamily, size: 12 },
        legend: { orientation: "h", y: 0, yanchor: "top", font: { size: 11 } },
        modebar: { bgcolor: "rgba(0,0,0,0)", color: ink },
        annotations: found.traces.map((one) => ({
          x: one.at[0], y: one.at[1], text: one.label, showarrow: false, font: { size: 12, color: ink }, bgcolor: paper, opacity: 0.85,
          captureevents: false,
        })),
      }, { responsive: true, displaylogo: false, scrollZoom: true, modeBarButtons: [["zoomIn2d", "zoomOut2d", "resetScale2d"]] });
      if (!plot.heard) {
        plot.heard = true;
        plot.on("plotly_click", (event) => {
          const paper = event.points[0]?.customdata;
          if (paper !== undefined) trigger("picked", { paper });
        });
      }
    }
    redraws.push(draw);
    watch("value", draw);
    // Whoever comes back to the map may have another answer by now.
    new IntersectionObserver((seen) => seen.some((one) => one.isIntersecting) && draw()).observe(element);
  };

  return { parts, last };
})();
