/** The look of panel, heading, menu and news. */

export const panel = `
.panel {
  bottom: calc(var(--gap) + var(--launcher) + 16px + env(safe-area-inset-bottom));
  width: min(var(--holdfast-width, 392px), calc(100vw - 2 * var(--gap)));
  height: min(var(--holdfast-height, 660px), calc(100dvh - 2 * var(--gap) - var(--launcher) - 16px));
  display: flex; flex-direction: column; overflow: hidden;
  background: var(--paper); border-radius: var(--round); box-shadow: var(--shadow), 0 0 0 1px var(--line);
  transform-origin: bottom right; animation: rise .22s cubic-bezier(.2, .9, .3, 1);
}
:host([position="left"]) .panel { transform-origin: bottom left; }
.panel:focus { outline: none; }

.head {
  display: flex; align-items: center; gap: 12px; padding: 14px 12px 14px 20px;
  border-bottom: 1px solid var(--line); flex: none;
}
[dir="rtl"] .head { padding: 14px 20px 14px 12px; }
.avatar {
  width: 40px; height: 40px; border-radius: 50%; flex: none; display: grid; place-items: center;
  background: color-mix(in srgb, var(--accent) 14%, var(--paper)); color: var(--accent-ink);
  font-size: 15px; font-weight: 650; letter-spacing: .02em;
}
.who { flex: 1; min-width: 0; }
.who h2 { font-size: 16px; font-weight: 650; line-height: 1.3; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.subtitle { color: var(--quiet); font-size: 13px; line-height: 1.35; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.icon-button {
  width: 40px; height: 40px; border-radius: 50%; display: grid; place-items: center; flex: none;
  color: var(--quiet); font-size: 15px; transition: background .12s, color .12s;
}
.icon-button:hover { background: var(--surface); color: var(--ink); }
.icon-more { stroke-width: 3.2; }
.menu-place { position: relative; margin-inline-end: -8px; }
.menu {
  position: absolute; z-index: 3; top: calc(100% + 4px); inset-inline-end: 0; min-width: 210px; padding: 6px;
  background: var(--paper); border-radius: 14px; box-shadow: var(--shadow), 0 0 0 1px var(--line);
  animation: rise .14s ease-out;
}
.menu-item {
  display: flex; align-items: center; gap: 12px; width: 100%; min-height: 42px; padding: 0 12px;
  border-radius: 9px; text-align: start; font-size: 14px;
}
.menu-item .icon { color: var(--quiet); }
.menu-item:hover, .menu-item:focus-visible { background: var(--surface); }

.notice { flex: none; padding: 9px 20px; font-size: 13px; font-weight: 550; text-align: center; }
.notice:empty { display: none; }
.notice.bad { background: light-dark(#fdf1d8, #372b10); color: light-dark(#6b4700, #f3cd84); }
.notice.good { background: light-dark(#def2e8, #123629); color: light-dark(#0b5a3c, #8fe0bb); }
.notice.plain { background: var(--surface); color: var(--ink); }
.pane { flex: 1; min-height: 0; display: flex; flex-direction: column; position: relative; }

@media (max-width: 480px) {
  .panel, :host([position]) .panel {
    inset: 0; width: 100%; height: 100dvh; border-radius: 0; box-shadow: none;
    padding: env(safe-area-inset-top) env(safe-area-inset-right) env(safe-area-inset-bottom) env(safe-area-inset-left);
    animation-name: slide;
  }
  @keyframes slide { from { opacity: 0; transform: translateY(24px); } }
}
@media (forced-colors: active) { .panel, .bubble, .menu { border: 1px solid CanvasText; } }
`;
