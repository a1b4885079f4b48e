/** A schedule as text: a line a step, a bracket round what repeats for ever. */
import type { Told } from "../lab/mod.js";

/** `noReturn`: so many steps until nothing leads to the goal any more; the line after it says so. */
export function storyText(steps: readonly Told[], noReturn?: number): string {
  const actors = [...new Set(steps.map(({ actor }) => actor))];
  const wide = Math.max(...actors.map((name) => name.length), 0);
  const long = Math.max(...steps.map(({ what }) => what.length), 0);
  const lines: string[] = [];
  steps.forEach(({ actor, what, changes, repeats }, i) => {
    if (i === noReturn) lines.push(`     ── from here on nothing leads to the goal ──`);
    if (repeats && steps[i - 1]?.repeats !== true) lines.push("     ┌─ repeats for ever");
    const values = Object.entries(changes).map(([name, value]) => `${name}=${value}`);
    const number = String(i + 1).padStart(4);
    lines.push(
      `${number} ${repeats ? "│" : " "} ${actor.padEnd(wide)}  ${what.padEnd(long)}  ${values.join(" ")}`.trimEnd(),
    );
  });
  if (steps.at(-1)?.repeats === true) lines.push("     └─");
  if (noReturn !== undefined && noReturn === steps.length)
    lines.push(`     ── from here on nothing leads to the goal ──`);
  return lines.map((line) => `${line}\n`).join("");
}
