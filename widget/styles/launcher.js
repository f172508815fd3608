/** The look of launcher and invitation, and where they and the panel stand. */

export const launcher = `
.launcher, .panel, .invitation-place { position: fixed; z-index: var(--holdfast-layer, 2147483000); }
:host([position="right"]) :is(.launcher, .panel, .invitation-place) { right: calc(var(--gap) + env(safe-area-inset-right)); }
:host([position="left"]) :is(.launcher, .panel, .invitation-place) { left: calc(var(--gap) + env(safe-area-inset-left)); }

.launcher {
  bottom: calc(var(--gap) + env(safe-area-inset-bottom));
  width: var(--launcher); height: var(--launcher);
  display: grid; place-items: center;
  border-radius: 50%; background: var(--accent); color: var(--on-accent);
  box-shadow: var(--shadow);
  transition: transform .18s cubic-bezier(.2, .8, .3, 1.2);
}
.launcher:hover { transform: scale(1.05); }
.launcher:active { transform: scale(.96); }
.launcher:focus-visible { outline-width: 3px; outline-offset: 3px; }
.drawings { display: grid; place-items: center; font-size: 20px; }
.drawings .icon { grid-area: 1 / 1; transition: opacity .16s, transform .2s; }
.drawings .icon-down, :host([open]) .drawings .icon-chat { opacity: 0; transform: rotate(-40deg) scale(.6); }
:host([open]) .drawings .icon-down { opacity: 1; transform: none; }
.badge {
  position: absolute; top: -3px; inset-inline-end: -3px; min-width: 22px; height: 22px; padding: 0 6px;
  border-radius: 11px; border: 2px solid var(--paper);
  background: #c8231a; color: #fff; font-size: 12px; font-weight: 650; line-height: 18px; text-align: center;
}

.invitation-place { bottom: calc(var(--gap) + var(--launcher) + 16px); width: min(320px, calc(100vw - 2 * var(--gap))); }
.invitation {
  position: relative; padding: 18px 20px; background: var(--paper); border-radius: var(--round);
  box-shadow: var(--shadow), 0 0 0 1px var(--line); animation: rise .25s cubic-bezier(.2, .9, .3, 1);
}
.invitation p { margin-bottom: 14px; padding-inline-end: 30px; }
.invitation .icon-button { position: absolute; top: 10px; inset-inline-end: 10px; width: 32px; height: 32px; }

@keyframes rise { from { opacity: 0; transform: translateY(12px) scale(.97); } }
@media (max-width: 480px) { :host([open]) .launcher { display: none; } }
@media (forced-colors: active) { .launcher, .invitation, .button { border: 1px solid CanvasText; } }
`;
