/** A witness as one page that needs nothing else, and is whole without its script. */
import type { Told } from "../lab/mod.js";
import type { Found, Passing } from "./explore-job.js";
import { MEANS } from "./explore-text.js";
import { PAGE_SCRIPT, PAGE_STYLE } from "./story-page.js";
import { statesOf } from "./story-states.js";

/** The whole page. */
export function storyHtml(found: Found): string {
  const { model, verdict, property, schedule, line, passing, initial, limits } = found;
  const title = `${model}: ${verdict}${property === undefined ? "" : ` (${property})`}`;
  const states = statesOf(initial, schedule);
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escapeHtml(title)}</title>
<style>${PAGE_STYLE}</style>
<h1>${escapeHtml(title)}</h1>
<p>${escapeHtml(MEANS[verdict])}. ${figuresHtml(found)}</p>
${schedule.length === 0 ? "<p>There is no schedule to show.</p>" : lanesHtml(found)}
${passing === undefined ? "" : passingHtml(schedule, passing)}
${line === undefined ? "" : `<h2>Again</h2><p><code>unstuck lab replay '${escapeHtml(line)}'</code></p>`}
${limits === undefined ? "" : `<p class="limits">The verdict is about this model: ${escapeHtml(limits)}.</p>`}
<aside id="variables" aria-live="polite" hidden></aside>
<script type="application/json" id="states">${JSON.stringify(states).replaceAll("<", "\\u003c")}</script>
<script>${PAGE_SCRIPT}</script>
</html>
`;
}

function figuresHtml({ states, steps, complete, why }: Found): string {
  const figures = `${states.toLocaleString("en")} states, ${steps.toLocaleString("en")} steps.`;
  return complete
    ? figures
    : `${figures} <strong>Incomplete: ${escapeHtml(why ?? "")}; the truth may be worse.</strong>`;
}

/** A lane an actor, a row a step; a bracket beside the rows that repeat for ever. */
function lanesHtml({ schedule, actors, noReturn }: Found): string {
  const acting = actors.filter((name) => schedule.some(({ actor }) => actor === name));
  const loops = schedule.filter(({ repeats }) => repeats).length;
  const wide = acting.length + 1 + (loops > 0 ? 1 : 0);
  const fatal = `<tr class="fatal"><td colspan="${wide - (loops > 0 ? 1 : 0)}">point of no return: from here on nothing leads to the goal</td>${loops > 0 ? "<td></td>" : ""}</tr>`;
  const rows: string[] = [];
  let bracketDue = loops > 0;
  schedule.forEach((step, i) => {
    if (i === noReturn) rows.push(fatal);
    let bracket = loops > 0 && !step.repeats ? "<td></td>" : "";
    if (step.repeats && bracketDue) {
      bracketDue = false;
      bracket = `<td class="bracket" rowspan="${loops}"><span>repeats for ever</span></td>`;
    }
    const lanes = acting.map((name) => (name === step.actor ? `<td>${boxHtml(step)}</td>` : "<td></td>"));
    rows.push(
      `<tr id="${i + 1}"${step.repeats ? ' class="repeats"' : ""}><th scope="row"><a href="#${i + 1}">${i + 1}</a></th>${lanes.join("")}${bracket}</tr>`,
    );
  });
  if (noReturn === schedule.length) rows.push(fatal);
  const heads = acting.map((name) => `<th scope="col">${escapeHtml(name)}</th>`);
  return `<p class="keys">Keys: <kbd>↓</kbd> <kbd>↑</kbd> or <kbd>j</kbd> <kbd>k</kbd> step by step, <kbd>Home</kbd> <kbd>End</kbd>.</p>
<div class="wide"><table id="lanes">
<thead><tr><th scope="col">step</th>${heads.join("")}${loops > 0 ? "<td></td>" : ""}</tr></thead>
<tbody>
${rows.join("\n")}
</tbody>
</table></div>`;
}

function boxHtml({ what, changes }: Told): string {
  const values = Object.entries(changes).map(
    ([name, value]) => `${escapeHtml(name)}=<b>${escapeHtml(value)}</b>`,
  );
  return `<div class="box">${escapeHtml(what)}${values.length === 0 ? "" : `<small>${values.join(" ")}</small>`}</div>`;
}

/** Both schedules from the last steps they share on, side by side. */
function passingHtml(schedule: readonly Told[], { shared, schedule: other, line }: Passing): string {
  const rows = Math.max(schedule.length, other.length) - shared;
  const cell = (steps: readonly Told[], i: number): string => {
    const step = steps[i];
    if (step === undefined) return i === steps.length ? "<td><em>the goal</em></td>" : "<td></td>";
    return `<td>${i + 1} <b>${escapeHtml(step.actor)}</b> ${boxHtml(step)}</td>`;
  };
  const lines = Array.from({ length: Math.min(rows + 1, other.length - shared + 1) }, (_, row) => {
    const i = shared + row;
    const bad = schedule[i] === undefined ? "<td></td>" : cell(schedule, i);
    return `<tr${row === 0 ? ' class="differs"' : ""}>${bad}${cell(other, i)}</tr>`;
  });
  const rest = schedule.length - (shared + lines.length);
  return `<h2>How near it was</h2>
<p>${shared === 0 ? "The first choice decides" : `The first ${shared} ${shared === 1 ? "step is" : "steps are"} the same`}; with another choice at step ${shared + 1} the goal is reached.</p>
<div class="wide"><table id="passing">
<thead><tr><th scope="col">as above</th><th scope="col">reaches the goal</th></tr></thead>
<tbody>
${lines.join("\n")}${rest > 0 ? `\n<tr><td>… ${rest} more above</td><td></td></tr>` : ""}
</tbody>
</table></div>
<p><code>unstuck lab replay '${escapeHtml(line)}'</code></p>`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
}
