/* The phone page: shows one chat between a customer and a business, and turns the simulator's knobs. */

import { PROVIDERS, bare, pathOf, placeIn } from "/static/providers.js";

const $ = (id) => document.getElementById(id);
const RATES = [
  ["rate_limited", "429 too many requests"], ["server_error", "503, not taken"],
  ["taken_with_error", "500, yet taken"], ["answer_lost", "Taken, answer lost"],
  ["keyed_answer_lost", "Taken with a key, answer lost"],
  ["lost_inbound", "Inbound webhook lost"], ["duplicate_inbound", "Inbound webhook twice"],
  ["reorder_inbound", "Inbound webhook overtaken"], ["early_callbacks", "Callback before the answer"],
  ["duplicate_callbacks", "Callback twice"], ["shuffle_callbacks", "Callbacks shuffled"],
  ["lost_callbacks", "Callback lost"],
];
const SWITCHES = [["down", "Provider is down"], ["token_revoked", "Token is revoked"]];
const NUMBERS = [
  ["latency_ms", "Latency, ms"], ["jitter_ms", "Jitter, ms"],
  ["callback_delay_seconds", "Callback delay, s"], ["retry_after_seconds", "Retry-After, s"], ["seed", "Seed"],
];
const PLACE = { latitude: 37.5665, longitude: 126.978, label: "Seoul City Hall", address: "110 Sejong-daero, Seoul" };
const SHOWN_WEBHOOKS = 25;
const TYPING_MS = 25_000;
const MAX_FILE_BYTES = 16 * 1024 * 1024;

const world = { numbers: [], customers: new Map(), faults: {}, offsetMs: 0 };
const chat = { provider: "twilio", business: null, customer: null, windowEndsAt: null, messages: new Map(), media: {}, names: {}, replyTo: null };
const unread = new Map();
const previews = new Map();
let typingTimer;

const now = () => Date.now() + world.offsetMs;

/* ---- talking to the simulator ---- */

async function api(path, body, method = body ? "POST" : "GET") {
  const options = { method, headers: { "Content-Type": "application/json" } };
  if (body) options.body = JSON.stringify(body);
  const answer = await fetch(`/control/${path}`, options);
  const result = await answer.json();
  if (answer.ok) return result;
  const detail = Array.isArray(result.detail) ? result.detail.map((d) => d.msg).join("; ") : result.detail;
  throw new Error(detail || `The simulator answered ${answer.status}.`);
}

function attempt(work) {
  return work().catch((error) => toast(error.message));
}

function toast(text) {
  $("toast").textContent = text;
  $("toast").hidden = false;
  clearTimeout(toast.timer);
  toast.timer = setTimeout(() => { $("toast").hidden = true; }, 6000);
}

/* ---- loading ---- */

async function loadWorld() {
  const state = await api("state");
  world.numbers = state.numbers;
  world.customers = new Map(state.customers.map((c) => [c.address, c]));
  world.faults = state.faults;
  setClock(state.now);
  const place = placeIn(location);
  if (place.address || place.isNamed) chat.provider = place.provider;
  else if (!chat.customer && !ours(world.numbers).length) chat.provider = world.numbers[0]?.provider ?? "twilio";
  if (place.address) chat.customer = place.address;
  choose();
  renderProviders();
  renderNumbers();
  renderCustomers();
  renderFaults();
  await loadThread();
  await loadWebhooks();
}

const ours = (records) => [...records].filter((record) => record.provider === chat.provider);

/* A business, and a customer, of the messenger that is shown. */
function choose() {
  const numbers = ours(world.numbers);
  chat.business = known(numbers, chat.business) ?? numbers[0]?.address ?? null;
  const isTheirs = chat.customer && (world.customers.get(chat.customer)?.provider ?? chat.provider) === chat.provider;
  if (!isTheirs) chat.customer = ours(world.customers.values())[0]?.address ?? null;
}

const known = (numbers, address) => numbers.find((n) => n.address === address)?.address;

async function loadThread() {
  chat.messages.clear();
  unread.delete(chat.customer);
  quote(null);
  if (chat.business && chat.customer) {
    const pair = new URLSearchParams({ provider: chat.provider, business: chat.business, customer: chat.customer });
    const thread = await api(`thread?${pair}`);
    const heard = [...chat.messages.values()].filter(isHere); // by the live feed, meanwhile
    chat.messages.clear();
    for (const message of [...thread.messages, ...heard]) chat.messages.set(message.message_id, message);
    Object.assign(chat.media, thread.media_types);
    Object.assign(chat.names, thread.media_names);
    chat.windowEndsAt = thread.window_ends_at && Date.parse(thread.window_ends_at);
  } else {
    chat.windowEndsAt = null;
  }
  renderThread();
  renderCustomer();
  renderWindow();
  look();
}

async function loadWebhooks() {
  const { webhooks } = await api("webhooks?limit=1000");
  $("webhooks").replaceChildren();
  for (const hit of webhooks.slice(-SHOWN_WEBHOOKS)) showWebhook(hit);
}

/* ---- small building blocks ---- */

function el(tag, properties = {}, ...children) {
  const node = Object.assign(document.createElement(tag), properties);
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

function icon(name, label) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `#i-${name}`);
  svg.append(use);
  if (label) { svg.setAttribute("role", "img"); svg.setAttribute("aria-label", label); }
  return svg;
}

function avatar(name, address) {
  const circle = el("span", { className: "avatar", textContent: (name || "?").slice(0, 1).toUpperCase() });
  let hue = 0;
  for (const letter of address) hue = (hue * 31 + letter.codePointAt(0)) % 360;
  circle.style.setProperty("--hue", hue);
  return circle;
}

/* ---- lists on the left and the header ---- */

function renderProviders() {
  const known = new Set([...world.numbers, ...world.customers.values()].map((record) => record.provider));
  known.add(chat.provider);
  const names = Object.keys(PROVIDERS).filter((name) => known.has(name));
  $("provider").replaceChildren(...names.map((name) => el("option", { value: name, selected: name === chat.provider, textContent: PROVIDERS[name].label })));
  $("provider-row").hidden = names.length < 2;
  const { id, placeholder, suggest } = PROVIDERS[chat.provider];
  const field = $("new-customer").elements.phone;
  $("customer-id").textContent = id;
  if (field.dataset.provider !== chat.provider) Object.assign(field, { placeholder, value: suggest() });
  field.dataset.provider = document.body.dataset.provider = chat.provider;
  for (const node of document.querySelectorAll("[data-on]")) node.hidden = !node.dataset.on.split(" ").includes(chat.provider);
}

/* A phone number tells people something, an id does not. */
function nameOf({ name, address, provider }) {
  return name && provider === "twilio" ? `${name} (${bare(address)})` : name || bare(address);
}

function renderNumbers() {
  const options = ours(world.numbers).map((n) => el("option", {
    value: n.address, selected: n.address === chat.business,
    textContent: nameOf(n),
  }));
  if (!options.length) options.push(el("option", { textContent: "No number yet" }));
  $("business").replaceChildren(...options);
  $("avatar").textContent = (world.numbers.find((n) => n.address === chat.business)?.name || "·").slice(0, 1);
}

function renderCustomers() {
  const items = ours(world.customers.values()).map((customer) => {
    const waiting = unread.get(customer.address);
    const button = el("button", { type: "button", onclick: () => attempt(() => openChat(customer.address)) },
      avatar(customer.profile_name, customer.address),
      el("span", {}, el("strong", { textContent: customer.profile_name || bare(customer.address) }),
        el("small", { textContent: previews.get(customer.address) || bare(customer.address) })),
      waiting ? el("span", { className: "badge", textContent: waiting }) : null);
    button.setAttribute("aria-current", String(customer.address === chat.customer));
    return el("li", {}, button);
  });
  $("customers").replaceChildren(...items);
}

async function openChat(address) {
  chat.customer = address;
  history.replaceState(null, "", pathOf(chat.provider, address));
  close("people");
  await loadThread();
  renderCustomers();
}

function renderWindow() {
  const line = $("window");
  if (!chat.customer) { line.textContent = "Add a customer to begin"; return; }
  const { always, open, never, closed } = PROVIDERS[chat.provider];
  const left = (chat.windowEndsAt ?? 0) - now();
  line.dataset.open = String(Boolean(always) || left > 0);
  if (always) line.textContent = always;
  else if (!chat.windowEndsAt) line.textContent = never;
  else line.textContent = left > 0 ? `${open} ${duration(left)}` : closed;
}

function duration(ms) {
  const seconds = Math.floor(ms / 1000);
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  if (h) return `${h} h ${String(m).padStart(2, "0")} min`;
  return m ? `${m} min ${String(s).padStart(2, "0")} s` : `${s} s`;
}

/* ---- the chat ---- */

function renderThread() {
  const thread = $("thread");
  const nodes = [];
  let day = "";
  for (const message of chat.messages.values()) {
    const its = new Date(message.created_at).toLocaleDateString(undefined, { weekday: "long", day: "numeric", month: "long" });
    if (its !== day) nodes.push(el("div", { className: "day", textContent: day = its }));
    nodes.push(bubble(message));
  }
  if (!nodes.length) nodes.push(el("p", { className: "empty", textContent: emptyText() }));
  thread.replaceChildren(...nodes);
  toEnd();
}

function toEnd() {
  $("thread").scrollTop = $("thread").scrollHeight;
}

function emptyText() {
  if (!ours(world.numbers).length) return "No business has a number yet. The running stack adds one when it starts.";
  if (!chat.customer) return "Add a customer, then write to the business as that customer would.";
  return PROVIDERS[chat.provider].hello;
}

function bubble(message) {
  const { direction, status } = message;
  const node = el("article", { className: `bubble ${classOf(message)}`, id: message.message_id });
  if (message.reply_to) node.append(el("span", { className: "quoted", textContent: summary(chat.messages.get(message.reply_to)) }));
  if (message.template_id) node.append(el("span", { className: "tag", textContent: "Template" }));
  if (message.cards.length) node.append(el("div", { className: "cards", tabIndex: 0 }, ...message.cards.map((one) => card(message, one))));
  else node.append(...message.media.map((id) => media(message, id)));
  if (message.latitude !== null) node.append(place(message));
  if (!["text", "template", "button", "interactive", "image", "video", "audio", "sticker", "document", "contacts", "location", "edit", "card", "action"].includes(message.kind)) {
    node.append(el("span", { className: "tag", textContent: message.kind }));
  }
  const isFileName = message.media.some((id) => chat.names[id] === message.text);
  if (message.text && !isFileName && !message.cards.length) node.append(el("div", { className: "body", textContent: message.text }));
  node.append(el("footer", { className: "foot" }, trouble(message), clockTime(message.created_at), ticks(message)));
  if (message.actions.length && !isOver(message)) node.append(taps(message, message.actions));
  if (direction === "outbound" && ["delivered", "read"].includes(status)) {
    node.append(el("button", { type: "button", className: "icon reply", ariaLabel: "Reply to this message", onclick: () => quote(message) }, icon("reply")));
  }
  if (direction === "inbound" && chat.provider === "line" && message.kind !== "unsent") {
    const unsend = () => attempt(() => say({ type: "unsend", concerns: message.message_id }));
    node.append(el("button", { type: "button", className: "icon reply", ariaLabel: "Unsend this message", onclick: unsend }, icon("close")));
  }
  return node;
}

function classOf({ direction, status }) {
  if (direction === "notice") return "notice";
  if (direction === "inbound") return "mine";
  if (["failed", "undelivered"].includes(status)) return "ghost failed";
  return ["delivered", "read"].includes(status) ? "" : status === "hidden" ? "ghost failed" : "ghost";
}

const clockTime = (at) => new Date(at).toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

function trouble({ direction, status, error_code: code, outcome }) {
  const lost = { unreachable: "Business not reached", refused: "Business refused it", lost: "Webhook lost" };
  if (status === "hidden") return el("span", { className: "bad" }, icon("alert"), "Never shown: blocked");
  const text = direction === "outbound" && ["failed", "undelivered"].includes(status) ? `Not delivered · ${code}`
    : direction === "inbound" ? lost[outcome] : null;
  return text ? el("span", { className: "bad" }, icon("alert"), text) : null;
}

function ticks({ direction, status, outcome, seen }) {
  if (direction === "notice" || ["failed", "undelivered", "hidden"].includes(status)) return null;
  const state = direction === "outbound" ? status : seen ? "read" : outcome === "answered" ? "delivered" : outcome ? "sent" : "queued";
  if (state === "sent") return icon("tick", "sent");
  if (["delivered", "read"].includes(state)) {
    const mark = icon("ticks", state);
    mark.classList.toggle("read", state === "read");
    return mark;
  }
  return icon("waiting", "on its way");
}

function media(message, id) {
  const url = `/media/${id}`;
  const type = chat.media[id] ?? "";
  if (type.startsWith("image/")) return el("img", { src: url, alt: message.kind, className: message.kind, onload: toEnd });
  if (type.startsWith("video/")) return el("video", { src: url, controls: true, preload: "none" });
  if (type.startsWith("audio/")) return el("audio", { src: url, controls: true, preload: "none" });
  const name = chat.names[id] ?? (message.kind === "contacts" ? "Contact card" : "File");
  return el("a", { className: "attachment", href: url, download: name }, icon("file"),
    el("span", {}, name, el("small", { textContent: type })));
}

function place({ latitude, longitude, label }) {
  return el("span", { className: "attachment" }, icon("pin"),
    el("span", {}, label || "Location", el("small", { textContent: `${latitude.toFixed(4)}, ${longitude.toFixed(4)}` })));
}

function card(message, { title, text, url, actions }) {
  const id = message.media[message.media_urls.indexOf(url)];
  return el("section", { className: "rich" }, id ? media(message, id) : null,
    title ? el("strong", { textContent: title }) : null,
    text ? el("div", { className: "body", textContent: text }) : null,
    actions.length ? taps(message, actions) : null);
}

/* Suggestions stand beneath the newest message only; a template's buttons stay. */
function isOver(message) {
  return Boolean(PROVIDERS[chat.provider].fleeting) && [...chat.messages.keys()].at(-1) !== message.message_id;
}

function taps(message, actions) {
  return el("div", { className: "taps" }, ...actions.map((action) => {
    const label = [action.title, action.description && el("small", { textContent: action.description })].filter(Boolean);
    const tap = { text: action.title, payload: action.action_id, description: action.description };
    const told = (type) => () => attempt(() => say({ type, tap, reply_to: message.message_id }));
    if (["button", "row"].includes(action.kind)) {
      return el("button", { type: "button", onclick: told(action.kind === "row" ? "list" : "button") }, ...label);
    }
    if (!action.url) return el("span", {}, ...label);
    const onclick = PROVIDERS[chat.provider].tellsActions ? told("action") : null;
    return el("a", { href: action.url, target: "_blank", rel: "noopener noreferrer", title: action.url, onclick }, ...label);
  }));
}

const summary = (message) => message ? message.text || message.kind : "An older message";

function quote(message) {
  chat.replyTo = message?.message_id ?? null;
  $("quote").hidden = !message;
  $("quote-text").textContent = message ? summary(message) : "";
  if (message) $("text").focus();
}

/* ---- what the customer does ---- */

async function say(words) {
  if (!chat.business || !chat.customer) throw new Error("Choose a business and a customer first.");
  const order = { provider: chat.provider, from: chat.customer, to: chat.business, wait: false, ...words };
  if (chat.replyTo && !order.reply_to) order.reply_to = chat.replyTo;
  quote(null);
  await api("say", order);
}

async function sendFile(file) {
  if (file.size > MAX_FILE_BYTES) throw new Error("Files may have up to 16 MB.");
  const bytes = new Uint8Array(await file.arrayBuffer());
  let binary = "";
  for (let i = 0; i < bytes.length; i += 32_768) binary += String.fromCharCode(...bytes.subarray(i, i + 32_768));
  const kind = ["image", "video", "audio"].find((k) => file.type.startsWith(k)) ?? "document";
  const upload = { content: btoa(binary), content_type: file.type || "application/octet-stream", file_name: file.name };
  await say({ type: kind, media: upload, text: takeText() });
}

function takeText() {
  const text = $("text").value.trim();
  $("text").value = "";
  grow();
  return text;
}

function grow() {
  const box = $("text");
  box.style.height = "auto";
  box.style.height = `${Math.min(box.scrollHeight + 2, 130)}px`;
}

function look() {
  const customer = world.customers.get(chat.customer);
  if (document.hidden || customer?.reads !== "manual") return;
  if (![...chat.messages.values()].some((m) => m.direction === "outbound" && m.status === "delivered")) return;
  attempt(() => api("read", { provider: chat.provider, business: chat.business, customer: chat.customer }));
}

/* ---- the drawer ---- */

function setClock(text) {
  world.offsetMs = Date.parse(text) - Date.now();
  tick();
}

function tick() {
  $("now").textContent = new Date(now()).toLocaleString(undefined, { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
  $("offset").textContent = world.offsetMs > 2000 ? `${duration(world.offsetMs)} ahead` : "real time";
  renderWindow();
}

function renderCustomer() {
  const customer = world.customers.get(chat.customer);
  for (const field of $("customer").elements) {
    field.disabled = !customer;
    if (field.type === "checkbox") field.checked = Boolean(customer?.[field.name]);
    else if (customer) field.value = customer[field.name];
  }
}

function renderFaults() {
  if ($("faults").contains(document.activeElement)) return;
  const plan = world.faults;
  const rows = SWITCHES.map(([name, label]) => el("label", { className: "row" }, label, el("input", { type: "checkbox", name, checked: plan[name] })));
  rows.push(...RATES.map(([name, label]) => {
    const percent = Math.round(plan[name] * 100);
    const row = el("label", { className: "rate" }, label, el("output", { textContent: `${percent} %` }),
      el("input", { type: "range", name, min: 0, max: 100, step: 5, value: percent }));
    row.dataset.on = String(percent > 0);
    return row;
  }));
  rows.push(...NUMBERS.map(([name, label]) => el("label", { className: "row" }, label, el("input", { type: "number", name, min: 0, value: plan[name] }))));
  $("faults").replaceChildren(...rows);
}

function planFromForm() {
  const plan = { ...world.faults };
  for (const field of $("faults").elements) {
    if (field.type === "checkbox") plan[field.name] = field.checked;
    else if (field.type === "range") plan[field.name] = field.valueAsNumber / 100;
    else if (field.type === "number") plan[field.name] = field.valueAsNumber || 0;
  }
  return plan;
}

function showWebhook(hit) {
  const good = hit.status_code !== null && hit.status_code < 300 && !hit.alert;
  const what = hit.purpose === "inbound" ? "message" : hit.status;
  const note = hit.alert ? `error ${hit.alert}` : hit.attempt > 1 ? `try ${hit.attempt}` : `${hit.duration_ms} ms`;
  $("webhooks").prepend(el("li", { className: good ? "" : "bad", title: `${hit.url}\n${hit.error ?? hit.answer}` },
    el("b", { textContent: hit.status_code ?? "–" }), el("span", { textContent: what }), el("small", { textContent: note })));
  while ($("webhooks").children.length > SHOWN_WEBHOOKS) $("webhooks").lastChild.remove();
}

const open = (id) => { $(id).classList.add("open"); $(id).querySelector("button, input")?.focus(); };
function close(id) { $(id).classList.remove("open"); }

function showMenu(shown) {
  $("attach-menu").hidden = !shown;
  $("attach").setAttribute("aria-expanded", String(shown));
  if (shown) $("attach-menu").querySelector("button").focus();
}

/* ---- news ---- */

const onNews = {
  hello: () => attempt(loadWorld),
  reload: () => attempt(loadWorld),
  message: ({ record }) => onMessage(record),
  typing: ({ business, customer }) => onTyping(business, customer),
  webhook: ({ record }) => showWebhook(record),
  clock: (news) => setClock(news.now),
  faults: ({ record }) => { world.faults = record; renderFaults(); },
  customer: ({ record }) => { world.customers.set(record.address, record); renderProviders(); renderCustomers(); renderCustomer(); },
  number: () => attempt(loadWorld),
};

const isHere = ({ business, customer }) => business === chat.business && customer === chat.customer;

function onMessage(message) {
  const isNew = message.direction === "outbound" && message.status === "delivered";
  previews.set(message.customer, summary(message));
  if (!isHere(message)) {
    if (isNew) unread.set(message.customer, (unread.get(message.customer) ?? 0) + 1);
    renderCustomers();
    return;
  }
  const isKnown = chat.messages.has(message.message_id);
  const needsMedia = message.media.some((id) => !(id in chat.media));
  if (needsMedia) { attempt(loadThread); return; }
  chat.messages.set(message.message_id, message);
  if (isKnown) $(message.message_id)?.replaceWith(still(bubble(message)));
  else renderThread();
  if (message.direction === "inbound" && !isKnown && PROVIDERS[chat.provider].window) chat.windowEndsAt = Date.parse(message.created_at) + 86_400_000;
  if (isNew) { onTyping(null); look(); }
  renderWindow();
  renderCustomers();
}

const still = (node) => { node.style.animation = "none"; return node; };

function onTyping(business, customer) {
  clearTimeout(typingTimer);
  const shown = Boolean(business) && business === chat.business && customer === chat.customer;
  $("typing").hidden = !shown;
  if (shown) typingTimer = setTimeout(() => { $("typing").hidden = true; }, TYPING_MS);
}

/* ---- wiring ---- */

$("composer").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = takeText();
  if (text) attempt(() => say({ text }));
});
$("text").addEventListener("input", grow);
$("text").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); $("composer").requestSubmit(); }
});
$("unquote").addEventListener("click", () => quote(null));
$("attach").addEventListener("click", () => showMenu($("attach-menu").hidden));
$("attach-menu").addEventListener("click", (event) => {
  const kind = event.target.dataset.attach;
  if (!kind) return;
  showMenu(false);
  if (kind === "file") { $("file").click(); return; }
  const text = takeText();
  attempt(() => say(kind === "location" ? { type: kind, location: PLACE } : { type: kind, text }));
  $("text").focus();
});
$("attach-menu").addEventListener("keydown", (event) => {
  const items = [...$("attach-menu").children].filter((item) => !item.hidden);
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  items[(items.indexOf(document.activeElement) + step + items.length) % items.length].focus();
});
$("file").addEventListener("change", () => {
  const [file] = $("file").files;
  $("file").value = "";
  if (file) attempt(() => sendFile(file));
});
$("business").addEventListener("change", () => {
  chat.business = $("business").value;
  renderNumbers();
  attempt(loadThread);
});
$("provider").addEventListener("change", () => {
  chat.provider = $("provider").value;
  choose();
  history.replaceState(null, "", chat.customer ? pathOf(chat.provider, chat.customer) : `/?on=${chat.provider}`);
  renderProviders();
  renderNumbers();
  renderCustomers();
  attempt(loadThread);
});
const idOf = (text) => (chat.provider === "gbm" ? text.trim() : text.replace(/[\s()-]/g, ""));
$("new-customer").addEventListener("submit", (event) => {
  event.preventDefault();
  const form = event.target;
  const { phone, profile_name: name } = Object.fromEntries(new FormData(form));
  attempt(async () => {
    const customer = await api("customers", { provider: chat.provider, phone: idOf(phone), profile_name: name || "Customer", reads: "manual" });
    world.customers.set(customer.address, customer);
    form.reset();
    form.elements.phone.value = PROVIDERS[chat.provider].suggest();
    await openChat(customer.address);
  });
});
$("customer").addEventListener("change", ({ target }) => {
  const value = target.type === "checkbox" ? target.checked : target.value;
  if (chat.provider === "line" && target.name === "blocked") attempt(() => say({ type: value ? "unfollow" : "follow" }));
  else attempt(() => api("customers", { provider: chat.provider, phone: bare(chat.customer), [target.name]: value }));
});
$("faults").addEventListener("input", ({ target }) => {
  if (target.type !== "range") return;
  target.parentElement.dataset.on = String(target.valueAsNumber > 0);
  target.previousElementSibling.textContent = `${target.value} %`;
});
$("faults").addEventListener("change", () => attempt(() => api("faults", planFromForm(), "PUT")));
$("no-faults").addEventListener("click", () => attempt(async () => { world.faults = await api("faults", {}, "PUT"); renderFaults(); }));
for (const button of document.querySelectorAll("[data-advance]")) {
  button.addEventListener("click", () => attempt(() => api("clock", { advance_seconds: Number(button.dataset.advance) })));
}
for (const button of document.querySelectorAll("[data-open]")) button.addEventListener("click", () => open(button.dataset.open));
for (const button of document.querySelectorAll("[data-close]")) button.addEventListener("click", () => close(button.dataset.close));
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  if (!$("attach-menu").hidden) { showMenu(false); $("attach").focus(); }
  close("people");
  close("lab");
});
document.addEventListener("click", (event) => { if (!event.target.closest(".attach")) showMenu(false); });
document.addEventListener("visibilitychange", look);
window.addEventListener("popstate", () => attempt(loadWorld));

setInterval(tick, 1000);
const events = new EventSource("/feed");
events.onmessage = (event) => {
  const news = JSON.parse(event.data);
  onNews[news.kind]?.(news);
};
