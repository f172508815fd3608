/** Puts the widget onto the page whose script tag names it. */

import { Chat } from './chat.js';
import { HoldfastChat } from './element.js';
import { watch } from './proactive.js';
import { publicApi, setLocale } from './public.js';
import { takeToken } from './reconnect_link.js';

const linkToken = takeToken();
const NAME = 'holdfast-chat';

/** `script`: the tag; its address is the server's. */
function start(script) {
  customElements.define(NAME, HoldfastChat);
  const chat = new Chat({ base: new URL('.', script.src).href, widgetId: script.dataset.widget });
  const element = document.createElement(NAME);
  const scheme = script.dataset.scheme;
  if (scheme) element.setAttribute('scheme', scheme);
  const ready = arrive(chat, element, script.dataset.locale);
  window.Holdfast = publicApi({ chat, element, ready });
  ready.then(
    () => chat.emit('ready'),
    (error) => console.error('holdfast: the widget cannot be shown.', error),
  );
}

async function arrive(chat, element, locale) {
  await chat.load();
  const { languages, language } = chat.widget;
  const spoken = navigator.languages.filter((tag) => isOffered(tag, [language, ...languages]));
  await setLocale(chat, element, locale, ...spoken, language);
  document.body.append(element);
  if (linkToken) await comeByLink(chat, element);
  else chat.returning.resume();
  element.attend();
  watch(chat, (invitation) => window.Holdfast.startProactiveChat(invitation));
}

async function comeByLink(chat, element) {
  chat.news = await chat.returning.arrive(linkToken);
  element.open();
}

function isOffered(tag, offered) {
  const language = tag.split('-')[0];
  return offered.some((each) => each.split('-')[0] === language);
}

const script = document.querySelector('script[type="module"][data-widget]');
if (script && !window.Holdfast) start(script);
