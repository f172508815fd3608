// What the console does about offers in the browser: it rings, notifies, says what was seen, and answers keys.
"use strict";

const holdfastOffers = (() => {
  const MAX_RUNG = 100;
  const SEEN_PART = 0.25; // of an offer: from here on somebody can see what it is
  const NOTES = [660, 880]; // Hz
  const NOTE_LASTS = 0.14; // seconds
  const LOUDNESS = 0.08;
  const RUNG = "holdfast.rung";
  const ASKED = "holdfast.notify";

  const read = (key) => {
    try {
      return localStorage.getItem(key);
    } catch {
      return null; // a browser may forbid it; then it rings again, and asks again
    }
  };
  const write = (key, value) => {
    try {
      localStorage.setItem(key, value);
    } catch {
      /* as above */
    }
  };
  const list = () => document.getElementById("offers");
  const offers = () => [...document.querySelectorAll("#offers [data-offer]")];

  // -- sound: browsers allow it once somebody has touched the page ---------------------------------

  let audio = null;
  const ring = () => {
    if (navigator.userActivation && !navigator.userActivation.hasBeenActive) return;
    audio ??= new AudioContext();
    audio.resume();
    NOTES.forEach((frequency, position) => {
      const [tone, volume] = [audio.createOscillator(), audio.createGain()];
      const from = audio.currentTime + position * NOTE_LASTS;
      tone.frequency.value = frequency;
      volume.gain.setValueAtTime(LOUDNESS, from);
      volume.gain.exponentialRampToValueAtTime(0.001, from + NOTE_LASTS);
      tone.connect(volume).connect(audio.destination);
      tone.start(from);
      tone.stop(from + NOTE_LASTS);
    });
  };

  // -- desktop notifications: only while nobody can see the page -----------------------------------

  const notices = new Map();
  const canNotify = () => globalThis.Notification?.permission === "granted";
  const notify = (text, id) => {
    if (document.visibilityState === "visible" || !canNotify()) return;
    try {
      const notice = new Notification(document.title, { body: text, tag: id });
      notice.addEventListener("click", () => {
        window.focus();
        notice.close();
      });
      if (id) {
        notice.addEventListener("show", () => tellShown(id));
        notices.set(id, notice);
      }
    } catch {
      /* phones have no notifications of pages */
    }
  };
  const showQuestion = () => {
    const question = document.getElementById("offer-notify");
    const isOpen = globalThis.Notification?.permission === "default" && !read(ASKED);
    if (question) question.hidden = !isOpen;
  };
  const refuse = () => {
    write(ASKED, "yes");
    showQuestion();
  };
  const allow = () => {
    refuse(); // whatever the browser's own question is answered, ours is not asked again
    Notification.requestPermission();
  };

  // -- what was seen -----------------------------------------------------------------------------

  const told = new Set();
  const tellShown = (id) => {
    if (told.has(id)) return;
    told.add(id);
    emitEvent("holdfast_offer_shown", id);
  };
  // A page that is hidden draws nothing, and this is part of drawing: so it means that somebody can see it.
  const eyes = new IntersectionObserver(
    (found) => {
      for (const { isIntersecting, target } of found) if (isIntersecting) tellShown(target.dataset.offer);
    },
    { threshold: SEEN_PART },
  );

  // -- offers come and go ------------------------------------------------------------------------

  const known = new Set();
  const heard = (text) => {
    const voice = document.getElementById("offer-heard");
    if (voice) voice.textContent = text;
  };
  const isFirst = (id) => {
    // Other tabs, and this one before it was loaded again, may have rung for it.
    const rung = (read(RUNG) ?? "").split(" ");
    if (rung.includes(id)) return false;
    write(RUNG, [...rung, id].slice(-MAX_RUNG).join(" "));
    return true;
  };
  const came = (element) => {
    const { offer, heard: text } = element.dataset;
    known.add(offer);
    eyes.observe(element);
    heard(text);
    showQuestion();
    if (!isFirst(offer)) return;
    ring();
    notify(text, offer);
  };
  const went = (id) => {
    known.delete(id);
    notices.get(id)?.close();
    notices.delete(id);
  };
  const follow = () => {
    const now = offers();
    const ids = new Set(now.map((element) => element.dataset.offer));
    for (const id of [...known]) if (!ids.has(id)) went(id);
    for (const element of now) if (!known.has(element.dataset.offer)) came(element);
  };
  const watch = () => {
    new MutationObserver(follow).observe(list(), { childList: true, subtree: true, attributeFilter: ["data-offer"] });
    follow();
  };
  const page = new MutationObserver(() => {
    if (!list()) return;
    page.disconnect();
    watch();
  });
  page.observe(document.documentElement, { childList: true, subtree: true });

  const tell = (text) => {
    heard(text);
    ring();
    notify(text);
  };

  // -- answers -----------------------------------------------------------------------------------

  const reason = (id) => document.getElementById(id)?.value ?? "";
  const first = (what) => document.querySelector(`#offers .${what}:not([hidden])`);
  const keys = { KeyA: "accept", KeyD: "decline" };
  document.addEventListener("keydown", (event) => {
    if (event.altKey && event.shiftKey && !event.ctrlKey && !event.metaKey && keys[event.code]) {
      const wanted = first(keys[event.code]);
      if (!wanted) return;
      event.preventDefault();
      wanted.click();
    }
  });
  document.addEventListener("keydown", (event) => {
    const form = event.target.closest?.(".declining");
    if (!form || event.isComposing) return;
    if (event.key === "Escape") form.querySelector(".keep").click();
    if (event.key === "Enter" && event.target.matches("input")) form.querySelector(".decline-now").click();
  });
  // The form opens when the server has heard of it; then the focus goes where the next key belongs.
  document.addEventListener("click", (event) => {
    const offer = event.target.closest?.(".offer");
    const next = event.target.matches?.(".decline") ? "input" : event.target.matches?.(".keep") ? ".decline" : null;
    if (!offer || !next) return;
    const opened = new MutationObserver(() => {
      if (!offer.querySelector(next).checkVisibility()) return;
      opened.disconnect();
      offer.querySelector(next).focus();
    });
    opened.observe(offer, { attributes: true, subtree: true, attributeFilter: ["hidden"] });
  });

  return { tell, allow, refuse, reason };
})();
globalThis.holdfastOffers = holdfastOffers;
