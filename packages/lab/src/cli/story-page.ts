/** Look and behaviour of a witness's page. Its script only reads what stands in the page. */

export const PAGE_STYLE = `
:root { color-scheme: light dark; font: 15px/1.45 system-ui, sans-serif; }
body { margin: 2rem auto 12rem; max-width: 80rem; padding: 0 1rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
thead th { position: sticky; top: 0; background: Canvas; text-align: left; padding: 0.3rem 0.6rem; }
#lanes td { padding: 0 0.4rem; border-left: 1px solid #8884; vertical-align: top; }
#lanes tbody th { text-align: right; font-weight: 400; padding-right: 0.4rem; vertical-align: top; }
#lanes a { color: inherit; }
.box { border: 1px solid #8888; border-radius: 4px; padding: 0.1rem 0.4rem; margin: 2px 0; font: 13px/1.4 ui-monospace, monospace; overflow-wrap: anywhere; }
.box small { display: block; opacity: 0.75; }
tr.repeats .box { border-color: #e06a5f; }
tr.fatal td { background: #c0392b; color: #fff; text-align: center; font-weight: 600; padding: 0.2rem; }
td.bracket { border: 3px solid #e06a5f; border-left: 0 !important; width: 2rem; }
td.bracket span { writing-mode: vertical-rl; position: sticky; top: 3rem; padding: 0.4rem 0; }
tr:target .box, tr.now .box { outline: 3px solid #2667d8; }
#passing td { width: 50%; padding: 0.1rem 0.6rem; vertical-align: top; }
#passing .box { display: inline-block; }
tr.differs td { background: #f6d58a; color: #111; }
aside { position: fixed; bottom: 0; left: 0; right: 0; max-height: 10rem; overflow: auto; background: Canvas; border-top: 1px solid #888; padding: 0.4rem 1rem; font: 13px/1.5 ui-monospace, monospace; }
aside[hidden] { display: none; }
code { overflow-wrap: anywhere; }
.keys, .limits { color: GrayText; }
@media print { aside, .keys { display: none; } }
`;

export const PAGE_SCRIPT = `
const states = JSON.parse(document.getElementById("states").textContent);
const rows = [...document.querySelectorAll("#lanes tbody tr[id]")];
const box = document.getElementById("variables");
const wanted = () => Math.min(Math.max(Number(location.hash.slice(1)) || 0, 0), rows.length);
let now = 0;
function show(step, scroll) {
  now = step;
  rows.forEach((row, i) => row.classList.toggle("now", i + 1 === step));
  box.hidden = step === 0;
  if (step === 0) return;
  if (scroll) rows[step - 1].scrollIntoView({ block: "center" });
  box.replaceChildren("after step " + step + ": ");
  for (const [name, value] of Object.entries(states[step])) {
    const changed = states[step - 1][name] !== value;
    const item = document.createElement(changed ? "b" : "span");
    item.textContent = name + "=" + value;
    box.append(item, " ");
  }
}
function go(step) {
  const to = Math.min(Math.max(step, 1), rows.length);
  history.replaceState(null, "", "#" + to);
  show(to, true);
}
const keys = { ArrowDown: () => now + 1, j: () => now + 1, ArrowUp: () => now - 1, k: () => now - 1, Home: () => 1, End: () => rows.length };
addEventListener("keydown", (event) => {
  const next = keys[event.key];
  if (!next || rows.length === 0 || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  go(next());
});
addEventListener("hashchange", () => show(wanted(), false));
show(wanted(), false);
`;
