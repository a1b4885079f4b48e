/** Look and behaviour of the matrix's page. Its script only reads what stands in the page. */

export const PAGE_STYLE = `
:root { color-scheme: light dark; font: 15px/1.45 system-ui, sans-serif; }
body { margin: 2rem auto; max-width: 90rem; padding: 0 1rem; }
#wide { overflow-x: auto; }
table { border-collapse: collapse; }
thead th { font-weight: 600; padding: 0.2rem; }
th.entry { height: 8.5rem; vertical-align: bottom; font-weight: 400; font-size: 0.8rem; }
th.entry span { writing-mode: vertical-rl; rotate: 180deg; }
th[scope=row] { text-align: right; font-weight: 400; white-space: nowrap; padding-right: 0.6rem; font-size: 0.8rem; }
td { padding: 0; }
td:nth-child(12n + 2) { padding-left: 0.6rem; }
button { width: 1.5rem; height: 1.4rem; border: 1px solid #8883; font: inherit; cursor: pointer; color: #111; }
button.recovers { background: #bfe5c3; } button.churns { background: #e7ecae; } button.stalls { background: #f6d58a; }
button.hangs { background: #e06a5f; } button.breaks { background: #b079d6; } button.undecided { background: #ccc; }
button:focus-visible, button[aria-pressed=true] { outline: 3px solid #2667d8; outline-offset: -1px; }
#cell { position: sticky; bottom: 0; background: Canvas; border-top: 1px solid #888; max-height: 45vh; overflow: auto; }
ol { columns: 22rem; font: 13px/1.5 ui-monospace, monospace; }
li.loop { border-left: 3px solid #e06a5f; padding-left: 0.4rem; }
li.fatal::after { content: " ← nothing leads to an answer from here"; color: #c0392b; }
.limits { color: GrayText; }
code { overflow-wrap: anywhere; }
`;

export const PAGE_SCRIPT = `
const cells = [...document.querySelectorAll("button[data-cell]")];
const columns = cells.length / document.querySelectorAll("tbody tr").length;
const box = document.getElementById("cell");
const element = (name, text, more = {}) => Object.assign(document.createElement(name), { textContent: text }, more);
const stepsOf = (line) => {
  const [path, loop] = line.slice(line.indexOf(":") + 1).split(";");
  const spread = (text, repeats) => (text ? text.split(",") : []).flatMap((part) => {
    const [name, times = "1"] = part.split("*");
    return Array.from({ length: Number(times) }, () => ({ name: decodeURIComponent(name), repeats }));
  });
  return [...spread(path, false), ...spread(loop, true)];
};
function show(button) {
  for (const one of cells) one.setAttribute("aria-pressed", String(one === button));
  const cell = JSON.parse(button.dataset.cell);
  location.replace("#" + cell.model);
  box.replaceChildren(element("h2", cell.verdict + (cell.property ? " (" + cell.property + ")" : "") + ": " + cell.model));
  box.append(element("p", cell.states + " states" + (cell.noReturn === 0 ? "; inevitable from the beginning" : "")));
  if (!cell.line) return;
  const list = element("ol", "");
  stepsOf(cell.line).forEach((step, i) => {
    const item = element("li", step.name);
    if (step.repeats) item.className = "loop";
    if (i + 1 === cell.noReturn) item.classList.add("fatal");
    list.append(item);
  });
  box.append(list, element("p", "A red line: these steps repeat for ever. Again, with every variable:"));
  box.append(element("code", "unstuck lab replay '" + cell.line + "'"));
}
cells.forEach((button, i) => {
  button.addEventListener("click", () => show(button));
  button.addEventListener("keydown", (event) => {
    const by = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns }[event.key];
    const next = by === undefined ? undefined : cells[i + by];
    if (!next) return;
    event.preventDefault();
    next.focus();
    show(next);
  });
});
const wanted = cells.find((button) => "#" + JSON.parse(button.dataset.cell).model === location.hash);
if (wanted) show(wanted);
`;
