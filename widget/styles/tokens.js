/** The look of everything. What a shop may change is a property `--holdfast-…`; docs/live-chat.md lists them. */

export const tokens = `
:host {
  all: initial;
  color-scheme: light dark;
  --accent: light-dark(var(--holdfast-accent, #0f6f5c), var(--holdfast-accent-dark, var(--holdfast-accent, #5cc9ae)));
  --on-accent: light-dark(var(--holdfast-accent-text, #fff), var(--holdfast-accent-dark-text, var(--holdfast-accent-text, #06231c)));
  --accent-ink: light-dark(var(--holdfast-accent-ink, var(--accent)), var(--accent));
  --paper: var(--holdfast-background, light-dark(#fff, #161d1b));
  --surface: var(--holdfast-surface, light-dark(#f3f6f5, #202927));
  --ink: var(--holdfast-text, light-dark(#16201d, #e8efec));
  --quiet: var(--holdfast-muted, light-dark(#5b6965, #9fb0aa));
  --line: var(--holdfast-border, light-dark(#e1e7e5, #303c39));
  --field: light-dark(#7b8a85, #7c8d87);
  --danger: var(--holdfast-danger, light-dark(#b3261e, #ff9a90));
  --on-danger: light-dark(#fff, #2b0704);
  --own: var(--holdfast-customer-bubble, var(--accent));
  --on-own: var(--holdfast-customer-text, var(--on-accent));
  --other: var(--holdfast-agent-bubble, light-dark(#eef2f1, #26312e));
  --on-other: var(--holdfast-agent-text, var(--ink));
  --ring: var(--holdfast-focus, light-dark(#0b5fd0, #8ec2ff));
  --round: var(--holdfast-radius, 20px);
  --gap: var(--holdfast-gap, 20px);
  --launcher: var(--holdfast-launcher-size, 60px);
  --shadow: 0 1px 2px rgb(12 32 26 / 8%), 0 12px 40px rgb(12 32 26 / 18%);
}
:host([scheme="light"]) { color-scheme: light; }
:host([scheme="dark"]) { color-scheme: dark; }

.root {
  color: var(--ink);
  font: 400 var(--holdfast-font-size, 15px)/1.5 var(--holdfast-font, system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Noto Sans CJK KR", "Noto Sans CJK JP", "Noto Sans Arabic", sans-serif);
  -webkit-font-smoothing: antialiased;
  text-align: start;
}
*, ::before, ::after { box-sizing: border-box; }
h2, h3, p, ol { margin: 0; padding: 0; font-weight: inherit; }
ol { list-style: none; }
button, input, select, textarea { font: inherit; color: inherit; letter-spacing: inherit; }
button { cursor: pointer; border: 0; background: none; padding: 0; -webkit-tap-highlight-color: transparent; }
button:disabled { cursor: default; }
.icon { width: 1.4em; height: 1.4em; fill: none; stroke: currentColor; stroke-width: 1.8; stroke-linecap: round; stroke-linejoin: round; flex: none; display: block; }
:focus-visible { outline: 2px solid var(--ring); outline-offset: 2px; }
[hidden] { display: none !important; }
.sr { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
@media (prefers-reduced-motion: reduce) {
  *, ::before, ::after { animation: none !important; transition: none !important; }
}

.button {
  min-height: 42px; padding: 8px 18px; border-radius: 21px; font-size: 15px; font-weight: 600; line-height: 1.3;
  transition: background .12s, opacity .12s;
}
.button:disabled { opacity: .55; }
.primary { background: var(--accent); color: var(--on-accent); }
.primary:hover:enabled { background: color-mix(in srgb, var(--accent) 88%, var(--ink)); }
`;
