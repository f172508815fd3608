/** The look of further buttons, forms, quiet panes and the question over everything. */

export const forms = `
.secondary { background: var(--surface); color: var(--ink); box-shadow: inset 0 0 0 1px var(--line); }
.secondary:hover { background: var(--line); }
.danger { background: var(--danger); color: var(--on-danger); }
.quiet { color: var(--quiet); font-size: 14px; min-height: 36px; }
.quiet:hover { color: var(--ink); background: var(--surface); }
.link { min-height: 28px; padding: 2px 6px; border-radius: 6px; font-size: 13px; color: var(--ink); text-decoration: underline; text-underline-offset: 2px; }
.chip { display: inline-flex; align-items: center; text-decoration: none; min-height: 36px; padding: 6px 16px; font-size: 14px; color: var(--accent-ink); background: var(--paper); box-shadow: inset 0 0 0 1.5px var(--accent-ink); }
.chip:hover { background: color-mix(in srgb, var(--accent) 10%, var(--paper)); }
.actions { display: flex; flex-direction: column; gap: 8px; }
.problem { color: var(--danger); font-size: 13px; line-height: 1.4; }
.problem:empty { display: none; }

.form { flex: 1; min-height: 0; overflow-y: auto; padding: 26px 24px 24px; display: flex; flex-direction: column; gap: 18px; scrollbar-width: thin; }
.form h3 { font-size: 21px; font-weight: 680; letter-spacing: -.01em; line-height: 1.3; }
.form .actions { margin-top: auto; padding-top: 8px; }
.field { display: flex; flex-direction: column; gap: 6px; }
.field label { font-size: 14px; font-weight: 600; overflow-wrap: anywhere; }
.hint { color: var(--quiet); font-weight: 400; }
.field :is(input:not([type="checkbox"]), select, textarea) {
  width: 100%; min-height: 44px; padding: 9px 13px; border-radius: 12px; border: 1px solid var(--field);
  background: var(--paper); font-size: 15px; line-height: 1.5; resize: vertical;
}
.field :is(input, select, textarea):focus-visible { outline: 2px solid var(--accent); outline-offset: 0; border-color: var(--accent); }
.field [aria-invalid] { border-color: var(--danger) !important; }
.consent { display: grid; grid-template-columns: auto 1fr; gap: 4px 12px; align-items: start; }
.consent label { font-weight: 400; padding-top: 1px; }
.consent input { width: 24px; height: 24px; margin: 0; accent-color: var(--accent); }
.consent .problem { grid-column: 2; }

.card { flex: 1; min-height: 0; overflow-y: auto; display: flex; flex-direction: column; justify-content: center; align-items: center; gap: 18px; padding: 32px; text-align: center; }
.seal { width: 72px; height: 72px; border-radius: 50%; display: grid; place-items: center; font-size: 24px; background: color-mix(in srgb, var(--accent) 12%, var(--paper)); color: var(--accent-ink); }
.card h3 { font-size: 20px; font-weight: 680; letter-spacing: -.01em; margin-bottom: 6px; }
.card p { color: var(--quiet); text-wrap: balance; max-width: 32ch; }
.card .actions { width: 100%; max-width: 280px; margin-top: 6px; }
.card .problem { color: var(--danger); }

.sheet { position: absolute; inset: 0; z-index: 4; display: flex; align-items: flex-end; background: rgb(8 20 16 / 45%); animation: dim .15s ease-out; }
@keyframes dim { from { background: transparent; } }
.sheet-box { width: 100%; margin: 12px; padding: 22px; border-radius: calc(var(--round) - 4px); background: var(--paper); text-align: center; animation: rise .18s ease-out; }
.sheet-box h3 { font-size: 18px; font-weight: 680; margin-bottom: 4px; }
.sheet-box p { color: var(--quiet); margin-bottom: 18px; }
@media (max-width: 480px) { .field :is(input, select, textarea) { font-size: 16px !important; } }
`;
