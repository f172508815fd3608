/* What differs between messengers on the phone page. Everything else is the same for all of them. */

const hex = (length) => Array.from(crypto.getRandomValues(new Uint8Array(length / 2)), (b) => b.toString(16).padStart(2, "0")).join("");

/* label: the messenger. id: what a customer is known by. window: whether free text ends some day.
   fleeting: suggestions go with the next message. tellsActions: the business hears of opened pages and calls. */
export const PROVIDERS = {
  twilio: {
    label: "WhatsApp", prefix: "whatsapp:", id: "Phone number or user id", placeholder: "+15557770001", suggest: () => "",
    window: true, open: "Window open for", never: "No window yet: only templates arrive", closed: "Window closed: only templates arrive",
    hello: "Nothing here yet. Say hello: the business has 24 hours to answer freely.",
  },
  line: {
    label: "LINE", fleeting: true, id: "LINE user id", placeholder: "U and 32 hexadecimal digits", suggest: () => `U${hex(32)}`,
    always: "Friends: the business may write at any time", hello: "Nothing here yet. Say hello, or wait: the business may write first.",
  },
  gbm: {
    label: "Business Messages", fleeting: true, tellsActions: true, id: "Conversation id", placeholder: "A UUID", suggest: () => crypto.randomUUID(),
    always: "Asked on Search or Maps", hello: "Nothing here yet. Conversations begin on Search or Maps: say hello.",
  },
  rcs: {
    label: "RCS", fleeting: true, tellsActions: true, id: "Phone number", placeholder: "+15557770001", suggest: () => "",
    always: "RCS is on", hello: "Nothing here yet. The business may write first.",
  },
};

export const bare = (address) => address.replace(/^whatsapp:/, "");

/* Where a customer's chat lives. Numbers may be the same on two messengers, so the others are named. */
export function pathOf(provider, address) {
  const place = `/phone/${encodeURIComponent(bare(address))}`;
  return provider === "twilio" ? place : `${place}?on=${provider}`;
}

/* Which chat a page was opened for. */
export function placeIn(location) {
  const wanted = decodeURIComponent(location.pathname.replace(/^\/phone\/?/, "").replace(/^\//, ""));
  const on = new URLSearchParams(location.search).get("on");
  const provider = on in PROVIDERS ? on : "twilio";
  return { provider, isNamed: on in PROVIDERS, address: wanted && (PROVIDERS[provider].prefix ?? "") + bare(wanted) };
}
