/** The look of the page: light, or dark where the reader's system is. Nothing is loaded from anywhere. */
export const style = `
:root {
  color-scheme: light dark;
  --ink: #1c2330; --soft: #5c6675; --paper: #fbfbf9; --card: #ffffff; --line: #dfe2e6; --grid: #eceef1;
  --served: #4a7ebb; --slow: #b7791f; --failed: #c62b36; --migration: #f5e3b8; --boot: #f6d3d0;
  --bar: #8a6a14; --starting: #c9d2de; --idle: #a9bcd3; --serving: #3f7f5f;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ink: #e4e7ec; --soft: #9aa4b2; --paper: #14181f; --card: #1b2029; --line: #313945; --grid: #262d37;
    --served: #6fa3de; --slow: #e0a83f; --failed: #ff6b70; --migration: #3c3418; --boot: #452327;
    --bar: #d9b44a; --starting: #465061; --idle: #4f6686; --serving: #4fa37b;
  }
}
* { box-sizing: border-box; }
body { margin: 0; padding: 28px 24px 60px; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 1080px; margin: 0 auto; }
h1 { font-size: 22px; line-height: 1.3; margin: 0 0 4px; }
h2 { font-size: 16px; margin: 30px 0 8px; }
p { margin: 4px 0; }
.subject, footer { color: var(--soft); }
.bad { color: var(--failed); }
figure { margin: 18px 0 0; padding: 14px; background: var(--card); border: 1px solid var(--line); border-radius: 8px; overflow-x: auto; }
svg { display: block; width: 100%; min-width: 720px; height: auto; font: 11px system-ui, sans-serif; }
figcaption { color: var(--soft); font-size: 13px; margin-top: 8px; }
figcaption span { white-space: nowrap; margin-right: 14px; }
figcaption i { display: inline-block; width: 11px; height: 11px; margin-right: 5px; border-radius: 2px; vertical-align: -1px; }
text { fill: var(--ink); }
.axis, .part { fill: var(--soft); }
.part, .middle { text-anchor: middle; }
.end { text-anchor: end; }
.band { fill: transparent; }
.band.migration { fill: var(--migration); }
.band.boot { fill: var(--boot); }
.grid { stroke: var(--line); stroke-opacity: 0.6; }
.tick { stroke: var(--soft); }
.slow-line { stroke: var(--slow); stroke-dasharray: 4 4; stroke-opacity: 0.7; }
.dot.served { fill: var(--served); fill-opacity: 0.75; }
.dot.slow { fill: var(--slow); }
.dot.failed { stroke: var(--failed); stroke-width: 2; fill: none; }
.bar.phase { fill: var(--bar); fill-opacity: 0.45; }
.bar.step { fill: var(--bar); }
.bar.broken { fill: var(--failed); }
.life.starting { fill: var(--starting); }
.life.idle { fill: var(--idle); fill-opacity: 0.6; }
.life.serving { fill: var(--serving); }
.life.crashed { fill: var(--failed); fill-opacity: 0.6; }
table { border-collapse: collapse; width: 100%; background: var(--card); border: 1px solid var(--line); }
th, td { padding: 5px 10px; text-align: right; border-bottom: 1px solid var(--line); font-variant-numeric: tabular-nums; }
th { color: var(--soft); font-weight: 600; font-size: 13px; }
th:first-child, td:first-child, td.text { text-align: left; }
pre { margin: 6px 0; padding: 10px 12px; background: var(--card); border: 1px solid var(--line); border-radius: 6px; overflow-x: auto; font: 12.5px/1.45 ui-monospace, monospace; white-space: pre-wrap; }
summary { cursor: pointer; }
footer { margin-top: 30px; font-size: 13px; }
`
