/** `<holdfast-chat>`: the widget on a page, sealed off from the page's styles by a shadow root. */

import { h } from './dom.js';
import { allowSound, chime } from './sound.js';
import { sheets } from './styles.js';
import { themeSheet } from './theme.js';
import { invitationView } from './views/invitation.js';
import { launcherView } from './views/launcher.js';

const OPEN = 'open';
const MUTED = 'muted';
const NARROW = matchMedia('(max-width: 480px)');

export class HoldfastChat extends HTMLElement {
  #launcher = null;
  #invitation = null;
  /** Null until somebody looks like opening it. */
  #panel = null;
  #root = null;
  #isQueued = false;

  constructor() {
    super();
    this.attachShadow({ mode: 'open' });
  }

  /** Draw this chat with these texts; once more when the language changes. */
  furnish(chat, texts) {
    this.chat = chat;
    this.texts = texts;
    this.setAttribute('position', chat.widget.position);
    this.shadowRoot.adoptedStyleSheets = [...sheets(), themeSheet(chat.widget.theme)];
    this.#build();
    if (chat.isOpen) this.#loadPanel();
    this.#draw();
  }

  /** Begin to follow the chat. */
  attend() {
    const { chat } = this;
    chat.on('change', () => this.#queue());
    chat.on('message', () => this.#announce());
    chat.on('reconnected', () => this.#panel?.tell(this.texts.say('back'), 'good'));
    NARROW.addEventListener('change', () => this.#queue());
    window.addEventListener('beforeunload', (event) => chat.outbox.hasFiles && event.preventDefault());
    document.addEventListener('pointerdown', allowSound, { once: true });
    document.addEventListener('keydown', allowSound, { once: true });
    if (chat.tab.get(OPEN)) this.open({ takesFocus: false });
  }

  async open({ takesFocus = true } = {}) {
    if (this.chat.isOpen) return;
    if (!(await this.#loadPanel())) return this.#invitation.tell(this.texts.say('unreachable'));
    this.#setOpen(true);
    this.#invitation.hide();
    this.#draw();
    if (takesFocus) this.#panel.focus();
    this.chat.returning.enter();
    this.chat.markRead();
    this.chat.emit('opened');
  }

  close() {
    if (!this.chat.isOpen) return;
    this.#setOpen(false);
    this.#draw();
    this.#launcher.node.focus();
    this.chat.emit('closed');
  }

  invite(invitation) {
    if (!this.chat.isOpen && !this.chat.conversation) this.#invitation.invite(invitation);
  }

  #setOpen(isOpen) {
    this.chat.isOpen = isOpen;
    this.chat.tab.set(OPEN, isOpen);
  }

  #build() {
    const ui = this.#ui();
    this.#launcher = launcherView(ui);
    this.#invitation = invitationView(ui);
    this.#panel = null;
    this.#root = h('div', { class: 'root', lang: this.texts.language, dir: this.texts.direction });
    this.#root.append(this.#launcher.node, this.#invitation.node);
    this.shadowRoot.replaceChildren(this.#root);
    for (const hint of ['pointerenter', 'focus']) this.#launcher.node.addEventListener(hint, () => this.#loadPanel());
  }

  /** Most visitors never chat: what they do not need is not loaded. False: it could not be. */
  async #loadPanel() {
    const root = this.#root;
    const loaded = await import('./views/panel.js').catch(() => null);
    if (!loaded || this.#panel || root !== this.#root) return Boolean(this.#panel);
    this.shadowRoot.adoptedStyleSheets.push(...loaded.panelSheets());
    this.#panel = loaded.panelView(this.#ui());
    this.#root.append(this.#panel.node);
    this.#draw();
    return true;
  }

  /** What views may ask and do. */
  #ui() {
    const { chat, texts } = this;
    return {
      chat,
      texts,
      say: (name, values) => texts.say(name, values),
      toggle: () => (chat.isOpen ? this.close() : this.open()),
      close: () => this.close(),
      isFullScreen: () => NARROW.matches,
      isLoud: () => !chat.local.get(MUTED),
      toggleSound: () => this.#toggleSound(),
    };
  }

  #toggleSound() {
    this.chat.local.set(MUTED, !this.chat.local.get(MUTED));
    this.chat.changed();
  }

  #announce() {
    const isSeen = this.chat.isOpen && document.visibilityState === 'visible' && document.hasFocus();
    if (!isSeen && !this.chat.local.get(MUTED)) chime();
  }

  /** Many changes of one moment are drawn once. */
  #queue() {
    if (this.#isQueued) return;
    this.#isQueued = true;
    queueMicrotask(() => {
      this.#isQueued = false;
      this.#draw();
    });
  }

  #draw() {
    this.toggleAttribute('open', this.chat.isOpen);
    this.#launcher.update();
    this.#panel?.update();
  }
}
