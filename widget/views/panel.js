/** The window of the chat: heading, news, and one pane. */

import { h, show } from '../dom.js';
import { paneOf } from '../panes.js';
import { sheetOf } from '../styles.js';
import { conversation } from '../styles/conversation.js';
import { forms } from '../styles/forms.js';
import { panel } from '../styles/panel.js';
import { askView, loadingView, offlineView, problemView } from './cards.js';
import { confirm } from './confirm.js';
import { conversationView } from './conversation.js';
import { begin, keepInside } from './focus.js';
import { formView } from './form.js';
import { headingView } from './heading.js';
import { noticesView } from './notices.js';
import { button } from './button.js';

export function panelSheets() {
  return [panel, conversation, forms].map(sheetOf);
}

const PANES = {
  loading: loadingView,
  problem: problemView,
  ask: askView,
  offline: offlineView,
  conversation: conversationView,
  form: preChat,
  survey: postChat,
  address: addressForm,
};

export function panelView(ui) {
  const notices = noticesView(ui);
  const tried = (work) => () => work().catch(() => notices.tell(ui.say('failed'), 'bad'));
  const parts = { ...ui, end: askToEnd, download: tried(save), email: tried(email), emailTo };
  const heading = headingView(parts);
  const place = h('div', { class: 'pane' });
  const node = h(
    'section',
    { class: 'panel', role: 'dialog', 'aria-labelledby': 'title', tabIndex: -1, hidden: true, on: { keydown: onKey } },
    heading.node,
    notices.node,
    place,
  );
  let pane = { name: null, node: null, update() {} };

  function update() {
    node.hidden = !ui.chat.isOpen;
    node.setAttribute('aria-modal', String(ui.isFullScreen()));
    heading.update();
    notices.update();
    const name = paneOf(ui.chat);
    if (name === pane.name) pane.update();
    else change(name);
  }

  /** Whoever was in the pane before is put into the new one. */
  function change(name) {
    const hadFocus = node.contains(node.getRootNode().activeElement);
    pane = { ...PANES[name](parts), name };
    show(place, pane.node);
    pane.update();
    if (hadFocus) begin(node);
  }

  function onKey(event) {
    if (event.key === 'Escape') ui.close();
    keepInside(event, node);
  }

  async function askToEnd() {
    const texts = { title: ui.say('end_title'), text: ui.say('end_text'), yes: ui.say('end'), no: ui.say('keep') };
    if (!(await confirm(ui, node, texts))) return;
    await ui.chat.end().catch(() => notices.tell(ui.say('failed'), 'bad'));
  }

  async function save() {
    const { conversation, api } = ui.chat;
    const file = await api.transcript(conversation.conversation_id);
    const address = URL.createObjectURL(file);
    const day = conversation.started_at.slice(0, 10);
    h('a', { href: address, download: `chat-${day}.html` }).click();
    setTimeout(() => URL.revokeObjectURL(address), 60_000);
  }

  /** Who is signed in is not asked: the shop knows them. */
  async function email() {
    if (ui.chat.widget.authenticated) await emailTo(null);
    else ui.chat.askForAddress(true);
  }

  async function emailTo(address) {
    await ui.chat.mail.send(address);
    ui.chat.askForAddress(false);
    notices.tell(ui.say('email_sent'), 'good');
  }

  return { node, update, tell: notices.tell, focus: () => begin(node) };
}

function preChat(ui) {
  return formView(ui, {
    title: ui.say('form_title'),
    questions: ui.chat.widget.pre_chat,
    label: ui.say('start'),
    submit: (answers) => ui.chat.begin(answers),
  });
}

function postChat(ui) {
  return formView(ui, {
    title: ui.say('survey_title'),
    questions: ui.chat.widget.post_chat,
    label: ui.say('survey_send'),
    submit: (answers) => ui.chat.answerSurvey(answers),
    others: [button(ui.say('survey_skip'), 'quiet', () => ui.chat.skipSurvey())],
  });
}

function addressForm(ui) {
  return formView(ui, {
    title: ui.say('email_title'),
    questions: [{ name: 'email', label: ui.say('email_address'), kind: 'email', required: true }],
    label: ui.say('email_send'),
    submit: ({ email }) => ui.emailTo(email),
    others: [button(ui.say('survey_skip'), 'quiet', () => ui.chat.askForAddress(false))],
  });
}
