// What the console does in the browser itself: drafts, scrolling, uploads, and where we are.
"use strict";

const holdfast = (() => {
  const MAX_SEEN = 300;
  const NEAR_THE_END = 80; // pixels
  const MAX_FILES = 10;
  const TYPING_EVERY = 5500; // milliseconds; the server passes on one in five seconds
  let current = null; // the conversation whose draft is on the page
  let atEnd = true;
  let typingToldAt = 0;

  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  document.cookie = `holdfast_zone=${zone}; path=/agent; max-age=31536000; samesite=lax`;

  const read = (storage, key) => {
    try {
      return storage.getItem(key);
    } catch {
      return null; // a browser may forbid it; then nothing is remembered
    }
  };
  const write = (storage, key, value) => {
    try {
      if (value) storage.setItem(key, value);
      else storage.removeItem(key);
    } catch {
      /* as above */
    }
  };

  // -- where we are ------------------------------------------------------------------------------

  const follow = (event) => {
    if (event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return false;
    event.preventDefault();
    history.pushState({}, "", event.currentTarget.href);
    return true;
  };
  const visit = (path) => {
    if (path !== location.pathname) history.pushState({}, "", path);
  };
  window.addEventListener("popstate", () => emitEvent("holdfast_path", location.pathname));

  // -- what has been read ------------------------------------------------------------------------

  const seen = () => {
    try {
      return JSON.parse(read(localStorage, "holdfast.seen")) ?? {};
    } catch {
      return {};
    }
  };
  const saw = (id, seq) => {
    if (document.visibilityState !== "visible") {
      document.addEventListener("visibilitychange", () => saw(id, seq), { once: true });
      return;
    }
    const { [id]: before = 0, ...others } = seen();
    const kept = Object.entries(others).slice(1 - MAX_SEEN);
    write(localStorage, "holdfast.seen", JSON.stringify({ ...Object.fromEntries(kept), [id]: Math.max(before, seq) }));
    emitEvent("holdfast_read", id);
  };

  // -- the draft: this tab's, until it is sent -----------------------------------------------------

  const area = () => document.getElementById("draft");
  const keyOf = (id) => `holdfast.draft.${id}`;
  const text = () => area()?.value ?? "";
  const grow = () => {
    const field = area();
    if (!field) return;
    field.style.height = "auto";
    field.style.height = `${field.scrollHeight + 2}px`;
  };
  const put = (value) => {
    area().value = value;
    grow();
  };
  const openDraft = (id) => {
    current = id;
    typingToldAt = 0;
    put(read(sessionStorage, keyOf(id)) ?? "");
  };
  const sent = (id, what) => {
    const rest = (whole) => (whole.startsWith(what) ? whole.slice(what.length) : whole);
    if (id === current) put(rest(text()));
    write(sessionStorage, keyOf(id), id === current ? text() : rest(read(sessionStorage, keyOf(id)) ?? ""));
    atEnd = true;
    toEnd();
  };
  const enterSends = (event) => {
    // While an input method composes, Enter only accepts what it proposes.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return false;
    event.preventDefault();
    return !document.querySelector("button.round.primary")?.hidden;
  };
  const tellTyping = () => {
    if (!text().trim() || Date.now() - typingToldAt < TYPING_EVERY) return;
    typingToldAt = Date.now();
    emitEvent("holdfast_typing", current);
  };
  const insert = (what) => {
    const field = area();
    field.setRangeText(what, field.selectionStart, field.selectionEnd, "end");
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.focus();
  };
  const focusDraft = () => area()?.focus();
  window.addEventListener("resize", grow);
  document.addEventListener("input", (event) => {
    if (event.target.id !== "draft") return;
    write(sessionStorage, keyOf(current), event.target.value);
    tellTyping();
    grow();
  });
  const forget = () => {
    for (const key of Object.keys(sessionStorage)) {
      if (key.startsWith("holdfast.")) sessionStorage.removeItem(key);
    }
  };

  // -- time that runs out ------------------------------------------------------------------------

  const ends = new WeakMap(); // the browser's clock may be wrong, but not how fast it goes
  const countDown = (shown) => {
    const { until, seconds } = shown.dataset;
    if (until !== ends.get(shown)?.until) ends.set(shown, { until, at: performance.now() + seconds * 1000 });
    const left = Math.max(0, Math.ceil((ends.get(shown).at - performance.now()) / 1000));
    const units = [Math.floor(left / 3600), Math.floor(left / 60) % 60, left % 60];
    const [first, ...rest] = units[0] ? units : units.slice(1);
    const text = [first, ...rest.map((unit) => String(unit).padStart(2, "0"))].join(":");
    if (shown.textContent !== text) shown.textContent = text;
  };
  const countAllDown = () => document.querySelectorAll("[data-until]").forEach(countDown);
  setInterval(countAllDown, 250);

  // -- the transcript stays at its end, unless the reader went up ----------------------------------

  const pane = () => document.getElementById("transcript");
  const toEnd = () => {
    const scroller = pane();
    if (scroller && atEnd) scroller.scrollTop = scroller.scrollHeight;
  };
  const stickToEnd = () => {
    atEnd = true;
    toEnd();
  };
  const watch = () => {
    const scroller = pane();
    if (!scroller) return;
    let shape = "";
    scroller.addEventListener("scroll", () => {
      // A page that changes its shape scrolls by itself; only people leave the end.
      const { scrollHeight, scrollTop, clientHeight } = scroller;
      const isNear = scrollHeight - scrollTop - clientHeight < NEAR_THE_END;
      if (isNear || shape === `${scrollHeight} ${clientHeight}`) atEnd = isNear;
      shape = `${scrollHeight} ${clientHeight}`;
    });
    new MutationObserver(toEnd).observe(scroller, { childList: true, subtree: true, characterData: true });
    new ResizeObserver(toEnd).observe(scroller);
    scroller.addEventListener("load", toEnd, true); // a picture has arrived
    toEnd();
  };
  window.addEventListener("load", () => {
    const page = new MutationObserver(() => {
      if (!pane()) return;
      page.disconnect();
      watch();
    });
    page.observe(document.body, { childList: true, subtree: true });
    if (pane()) {
      page.disconnect();
      watch();
    }
  });

  // -- files -------------------------------------------------------------------------------------

  const uploadOne = async (file, field) => {
    const form = new FormData();
    form.append("file", file, file.name);
    try {
      const answer = await fetch(field.dataset.address, { method: "POST", body: form });
      return await answer.json();
    } catch {
      return { problem: field.dataset.problem };
    }
  };
  const upload = async (event) => {
    const field = event.target;
    const files = [...field.files].slice(0, MAX_FILES);
    field.value = "";
    field.closest(".composer")?.classList.add("uploading");
    const answers = [];
    for (const file of files) answers.push(await uploadOne(file, field));
    field.closest(".composer")?.classList.remove("uploading");
    return answers;
  };

  // -- dialogs -----------------------------------------------------------------------------------

  const showDialog = (id) => setTimeout(() => document.getElementById(id)?.showModal(), 0);
  const closeDialog = (id) => document.getElementById(id)?.close();

  return {
    follow, visit, seen, saw, text, openDraft, sent, enterSends, insert, focusDraft, forget,
    stickToEnd, upload, showDialog, closeDialog,
  };
})();
globalThis.holdfast = holdfast;
