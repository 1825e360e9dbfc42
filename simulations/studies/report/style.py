"""The report's style sheet: light and dark, one column on a phone, and ink on paper."""

STYLE = """
:root { color-scheme: light dark;
  --paper: #ffffff; --card: #f6f8fa; --ink: #16212c; --muted: #5a6775; --grid: #dfe5ea;
  --accent: #0b66a3; --good: #00724f; --bad: #b8390b; --on: #ffffff;
  --s0: #0b66a3; --s1: #c8540a; --s2: #00815f; --s3: #a3508a; --s4: #a87400; --s5: #6a7683; }
@media (prefers-color-scheme: dark) { :root {
  --paper: #10171e; --card: #18222c; --ink: #e8edf2; --muted: #9fadba; --grid: #2a3744;
  --accent: #5cb6ec; --good: #43d1a4; --bad: #ff9466; --on: #10171e;
  --s0: #5cb6ec; --s1: #f59a5c; --s2: #35c79f; --s3: #dd9cc6; --s4: #e8bb4c; --s5: #a3aeb9; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
main { max-width: 1120px; margin: 0 auto; padding: 28px 18px 60px; }
h1 { font-size: clamp(1.45rem, 1rem + 2.2vw, 2.2rem); line-height: 1.2; margin: .2em 0 .5em;
  text-wrap: balance; }
h2 { font-size: 1.25rem; margin: 2.4em 0 .4em; padding-top: .8em;
  border-top: 1px solid var(--grid); }
h3 { font-size: 1rem; margin: 0 0 .5em; }
p { max-width: 46rem; margin: .4em 0 .9em; } small, .muted { color: var(--muted); }
.kicker { color: var(--muted); font-size: .9rem; margin: 0; }
.answer { font-size: 1.12rem; border-left: 4px solid var(--accent); padding: .1em 0 .1em 1em; }
.answer.none { border-color: var(--bad); } .answer.sure { border-color: var(--good); }
.tiles, .cards { display: grid; gap: 14px;
  grid-template-columns: repeat(auto-fit, minmax(210px, 1fr));
  margin: 1.2em 0; }
.cards { align-items: start;
  grid-template-columns: repeat(auto-fill, minmax(min(100%, 320px), 1fr)); }
.tile, .card { background: var(--card); border: 1px solid var(--grid); border-radius: 10px;
  padding: 14px 16px; min-width: 0; margin: 0; }
.tile b { display: block; font-size: 1.75rem; line-height: 1.2;
  font-variant-numeric: tabular-nums; }
.tile span { display: block; } .ok { color: var(--good); } .no { color: var(--bad); }
figcaption { font-size: .85rem; color: var(--muted); margin-top: .5em; }
.legend span { display: block; }
.scroll, .stack { margin: .8em 0; } .scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: .92rem; font-variant-numeric: tabular-nums;
  width: 100%; }
th, td { text-align: right; padding: 6px 10px; border-bottom: 1px solid var(--grid); }
th:first-child, td:first-child { text-align: left; }
th { color: var(--muted); font-weight: 600; vertical-align: bottom; }
td small { display: block; } .scroll code { overflow-wrap: normal; }
.scroll td small { white-space: nowrap; } tr.chosen td { font-weight: 650; }
code, pre { font: .85rem/1.5 ui-monospace, Menlo, Consolas, monospace; }
pre { background: var(--card); border: 1px solid var(--grid); border-radius: 8px;
  padding: 10px 12px;
  overflow-x: auto; } code { overflow-wrap: anywhere; }
details { margin: 1em 0; } summary { cursor: pointer; font-weight: 600; }
summary:focus-visible, a:focus-visible { outline: 2px solid var(--accent); outline-offset: 3px; }
svg { width: 100%; height: auto; display: block; overflow: visible; }
svg text { fill: var(--ink); font-size: 12px; } svg .name { fill: var(--muted); }
svg .num { font-variant-numeric: tabular-nums; } svg .oncell { fill: var(--on); }
.track { fill: var(--grid); } .bar, .cell { fill: var(--accent); }
.grid { stroke: var(--grid); } .whisker { stroke: var(--ink); stroke-width: 1.5; }
.met { fill: none; stroke: var(--good); stroke-width: 2; }
.chosen { fill: none; stroke: var(--ink); stroke-width: 3; } .band { fill: var(--ink);
  opacity: .08; }
.lin { fill: none; stroke-width: 2; } .asked { stroke-width: 1.2; stroke-dasharray: 5 4; }
.s0 { stroke: var(--s0); } .s1 { stroke: var(--s1); } .s2 { stroke: var(--s2); }
.s3 { stroke: var(--s3); } .s4 { stroke: var(--s4); } .s5 { stroke: var(--s5); }
svg .mark, .key { stroke: none; font-size: 12px; }
svg .mark.s0, .key.s0 { fill: var(--s0); color: var(--s0); }
svg .mark.s1, .key.s1 { fill: var(--s1); color: var(--s1); }
svg .mark.s2, .key.s2 { fill: var(--s2); color: var(--s2); }
svg .mark.s3, .key.s3 { fill: var(--s3); color: var(--s3); }
svg .mark.s4, .key.s4 { fill: var(--s4); color: var(--s4); }
svg .mark.s5, .key.s5 { fill: var(--s5); color: var(--s5); }
.pt { fill: var(--paper); stroke: var(--s5); stroke-width: 1.5; } .pt.perhaps { stroke: var(--s0); }
.pt.front { stroke: var(--s0); stroke-width: 2; } .pt.good { fill: var(--good); }
.ring { fill: none; stroke: var(--ink); stroke-width: 2; }
.stack code, .whole { white-space: nowrap; }
@media (max-width: 50rem) {
  .stack, .stack tbody { display: block; } .stack code, .whole { white-space: normal; }
  .stack thead { display: none; } .scroll th, .scroll td { padding: 5px; }
  .stack tr { display: grid; grid-template-columns: repeat(6, 1fr); gap: 6px 12px;
    padding: 10px 0; border-bottom: 1px solid var(--grid); }
  .stack td { grid-column: span 3; padding: 0; border: 0; text-align: left; }
  .stack td:first-child:nth-last-child(4) ~ td { grid-column: span 2; }
  .stack td:first-child { grid-column: 1 / -1; }
  .stack td + td::before { content: attr(data-of); display: block; color: var(--muted);
    font-size: .8rem; font-weight: 400; } }
@media print { .card, .tile, pre { break-inside: avoid; } details { display: block; } }
"""
