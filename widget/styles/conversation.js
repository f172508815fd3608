/** The look of the conversation and its composer. */

export const conversation = `
.conversation { flex: 1; min-height: 0; display: flex; flex-direction: column; position: relative; }
.queue { flex: none; padding: 10px 20px; background: var(--surface); color: var(--ink); font-size: 13px; text-align: center; }
.queue:empty { display: none; }
.transcript { flex: 1; min-height: 0; position: relative; display: flex; flex-direction: column; }
.scroller { flex: 1; min-height: 0; overflow-y: auto; overscroll-behavior: contain; scrollbar-width: thin; scrollbar-color: var(--line) transparent; display: flex; flex-direction: column; }
.log { flex: 1; padding: 20px 20px 8px; border-radius: 4px; }
.log:focus-visible { outline-offset: -3px; }
.log > .button { display: block; margin: 0 auto 12px; }
.welcome { padding: 28px 4px 12px; animation: appear .3s ease-out; }
.welcome h3 { font-size: 24px; font-weight: 680; letter-spacing: -.015em; line-height: 1.25; margin-bottom: 8px; text-wrap: balance; }
.welcome p { color: var(--quiet); max-width: 34ch; text-wrap: pretty; }

.day { text-align: center; margin: 18px 0 14px; color: var(--quiet); font-size: 12px; font-weight: 550; }
.day:first-child { margin-top: 0; }
.day span { display: inline-block; }
.day span::first-letter { text-transform: uppercase; }
.system { margin: 14px auto; max-width: 85%; text-align: center; color: var(--quiet); font-size: 13px; line-height: 1.45; text-wrap: balance; }
.line { display: flex; flex-direction: column; align-items: flex-start; margin-top: 3px; animation: appear .18s ease-out; position: relative; }
.line.first { margin-top: 14px; }
.day + .line.first { margin-top: 0; }
.line.own { align-items: flex-end; }
@keyframes appear { from { opacity: 0; transform: translateY(6px); } }
.speaker { margin: 0 4px 4px; color: var(--quiet); font-size: 12px; font-weight: 600; }
.bubble {
  max-width: 82%; padding: 9px 14px; border-radius: 18px; overflow-wrap: anywhere;
  background: var(--other); color: var(--on-other);
}
.own .bubble { background: var(--own); color: var(--on-own); }
.other:not(.last) .bubble, .other.last .bubble { border-end-start-radius: 5px; }
.own .bubble { border-end-end-radius: 5px; }
.other:not(.first) .bubble { border-start-start-radius: 5px; }
.own:not(.first) .bubble { border-start-end-radius: 5px; }
.sending .bubble { opacity: .75; }
.not_sent .bubble { background: var(--surface); color: var(--ink); box-shadow: inset 0 0 0 1.5px var(--danger); }
.words { white-space: pre-wrap; }
[lang="ko"] .bubble { word-break: keep-all; }
.bubble a { color: inherit; text-underline-offset: 2px; border-radius: 3px; }
.bubble .aside { font-style: italic; opacity: .85; }
.bubble > * + * { margin-top: 8px; }
.shown-card { display: grid; gap: 8px; padding: 12px; border-radius: 12px; background: var(--paper); color: var(--ink); box-shadow: inset 0 0 0 1px var(--line); }
.shown-card .title { font-weight: 650; }
.shown-card .picture { margin: -12px -12px 0; border-radius: 12px 12px 0 0; }
.taps { display: flex; flex-wrap: wrap; gap: 8px; }
.place { display: flex; gap: 8px; }
.picture { display: block; margin: -9px -14px; border-radius: inherit; overflow: hidden; }
.picture:not(:only-child) { margin-block-end: 0; }
.picture:not(:last-child) { border-end-end-radius: 0; border-end-start-radius: 0; }
.picture img { display: block; max-width: 100%; width: auto; height: auto; min-width: 120px; min-height: 60px; max-height: 260px; object-fit: cover; background: var(--surface); }
.bubble:has(.picture) { overflow: hidden; border-radius: 16px; }
.file { display: flex; align-items: center; gap: 10px; text-decoration: none; min-height: 36px; font-size: 14px; }
.file .icon { font-size: 19px; }
.file-words { display: flex; flex-direction: column; min-width: 0; line-height: 1.35; }
.file bdi { font-weight: 600; overflow-wrap: anywhere; }
a.file:hover bdi { text-decoration: underline; }
.file small { font-size: 12px; opacity: .85; }
.file small:empty { display: none; }
.foot { display: flex; align-items: center; gap: 5px; margin: 4px 4px 0; color: var(--quiet); font-size: 11.5px; font-variant-numeric: tabular-nums; }
.mark .icon { width: 15px; height: 15px; stroke-width: 2.2; }
.mark.read { color: var(--accent-ink); }
.mark.failed, .failure { color: var(--danger); }
.failure { font-size: 13px; gap: 8px; }
.failure > span { margin-inline-end: 2px; }

.typing { min-height: 30px; padding: 4px 24px 8px; display: flex; align-items: center; gap: 8px; color: var(--quiet); font-size: 13px; flex: none; visibility: hidden; }
.typing.on { visibility: visible; }
.dots { display: inline-flex; gap: 4px; }
.dots i { width: 6px; height: 6px; border-radius: 50%; background: var(--accent); animation: bounce 1.2s infinite ease-in-out; }
.dots i:nth-child(2) { animation-delay: .15s; }
.dots i:nth-child(3) { animation-delay: .3s; }
@keyframes bounce { 0%, 60%, 100% { opacity: .35; transform: none; } 30% { opacity: 1; transform: translateY(-3px); } }
.latest {
  position: absolute; bottom: 10px; left: 50%; transform: translateX(-50%); display: flex; align-items: center; gap: 6px;
  min-height: 34px; padding: 0 14px 0 10px; border-radius: 17px; background: var(--paper); color: var(--ink);
  box-shadow: var(--shadow), 0 0 0 1px var(--line); font-size: 13px; font-weight: 600; white-space: nowrap;
}

.suggestions { flex: none; display: flex; flex-wrap: wrap; gap: 8px; justify-content: flex-end; padding: 4px 20px 12px; }
.bottom { flex: none; }
.composer { padding: 10px 14px 14px; border-top: 1px solid var(--line); }
.composer .problem { padding: 0 8px 8px; }
.field-row { display: flex; align-items: flex-end; gap: 4px; padding: 4px; border-radius: 26px; background: var(--surface); box-shadow: inset 0 0 0 1px var(--line); transition: box-shadow .12s; }
.field-row:focus-within { box-shadow: inset 0 0 0 2px var(--accent); }
.field-row:has([hidden]:first-child) { padding-inline-start: 14px; }
.grow { flex: 1; min-width: 0; display: grid; max-height: 140px; overflow-y: auto; scrollbar-width: thin; }
.grow::after { content: attr(data-value) " "; white-space: pre-wrap; overflow-wrap: anywhere; visibility: hidden; }
.grow > textarea, .grow::after { grid-area: 1 / 1; padding: 8px 4px; line-height: 24px; font-size: inherit; }
.grow > textarea { border: 0; background: none; resize: none; overflow: hidden; outline: none; min-width: 0; width: 100%; }
.grow > textarea::placeholder { color: var(--quiet); opacity: 1; }
.send { background: var(--accent); color: var(--on-accent); transition: background .15s, transform .15s; }
.send:hover { background: color-mix(in srgb, var(--accent) 88%, var(--ink)); color: var(--on-accent); }
.send:disabled { background: transparent; color: var(--quiet); opacity: .7; }
.over { padding: 16px 20px 20px; border-top: 1px solid var(--line); text-align: center; }
.over p { color: var(--quiet); font-size: 14px; margin-bottom: 14px; text-wrap: balance; }
.drop {
  position: absolute; inset: 10px; z-index: 2; display: none; place-content: center; justify-items: center; gap: 10px;
  border: 2px dashed var(--accent); border-radius: 14px; background: color-mix(in srgb, var(--paper) 92%, var(--accent));
  font-weight: 600; pointer-events: none;
}
.drop .icon { font-size: 24px; color: var(--accent); }
.dragging .drop { display: grid; }
@media (max-width: 480px) { .grow > textarea, .grow::after { font-size: 16px; } }
`;
