/** The matrix as one page that needs nothing else: a table, and the schedule of the cell one looks at. */
import { POLICIES } from "../models/reconnect/mod.js";
import { PAGE_SCRIPT, PAGE_STYLE } from "./page.js";
import type { Matrix } from "./summary.js";
import { conclusions, entryNames, LEGEND, LETTERS, setText } from "./words.js";

/** The whole page. */
export function matrixHtml(matrix: Matrix): string {
  const entries = entryNames();
  const head = POLICIES.map((policy) => `<th colspan="${entries.length}">${policy}</th>`).join("");
  const names = POLICIES.flatMap(() => entries)
    .map((name) => `<th class="entry"><span>${name}</span></th>`)
    .join("");
  const rows = matrix.rows.map(({ fixes, cells }) => {
    const tds = cells.map(({ verdict, model, line, states, noReturn, property }) => {
      const data = { model, verdict, line, states, noReturn, property };
      const label = `${verdict}: ${model}`;
      return `<td><button class="${verdict}" title="${escapeHtml(label)}" aria-label="${escapeHtml(label)}" data-cell="${escapeHtml(JSON.stringify(data))}">${LETTERS[verdict]}</button></td>`;
    });
    return `<tr><th scope="row">${escapeHtml(setText(fixes))}</th>${tds.join("")}</tr>`;
  });
  const title = `The reconnect of 2012, every schedule: ${matrix.preset}`;
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escapeHtml(title)}</title>
<style>${PAGE_STYLE}</style>
<h1>${escapeHtml(title)}</h1>
<p>Rows: what was changed. Columns: who is stronger, and what the outage did: the first segment that comes back, resets out of nowhere after it, a server that refuses at first. Choose a cell to see a schedule that shows its verdict; arrow keys go from cell to cell.</p>
<div id="wide"><table>
<thead><tr><th></th>${head}</tr><tr><th></th>${names}</tr></thead>
<tbody>
${rows.join("\n")}
</tbody>
</table></div>
<pre>${escapeHtml(LEGEND.join("\n"))}</pre>
<h2>What follows</h2>
<ul>${conclusions(matrix)
    .map((line) => `<li>${escapeHtml(line)}</li>`)
    .join("\n")}</ul>
<p class="limits">Every verdict is about this model: ${escapeHtml(matrix.limits)}.</p>
<section id="cell" aria-live="polite"><h2>A cell</h2><p>None is chosen.</p></section>
<script>${PAGE_SCRIPT}</script>
</html>
`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
}
