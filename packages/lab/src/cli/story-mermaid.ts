import type { Found } from "./explore-job.js";

/** A witness as a Mermaid sequence diagram: a participant an actor, a message to himself a step. */
export function storyMermaid({ model, verdict, schedule, actors, noReturn }: Found): string {
  const acting = actors.filter((name) => schedule.some(({ actor }) => actor === name));
  const id = (name: string): string => `a${acting.indexOf(name)}`;
  const everybody = acting.length < 2 ? "a0" : `a0,a${acting.length - 1}`;
  const lines = [
    "sequenceDiagram",
    `  accTitle: ${plain(`${model} ${verdict}`)}`,
    ...acting.map((name) => `  participant ${id(name)} as ${plain(name)}`),
  ];
  const fatal = `  Note over ${everybody}: from here on nothing leads to the goal`;
  schedule.forEach(({ actor, what, changes, repeats }, i) => {
    if (i === noReturn) lines.push(fatal);
    if (repeats && schedule[i - 1]?.repeats !== true) lines.push("  loop repeats for ever");
    lines.push(`  ${id(actor)}->>${id(actor)}: ${i + 1} ${plain(what)}`);
    const values = Object.entries(changes).map(([name, value]) => plain(`${name}=${value}`));
    if (values.length > 0) lines.push(`  Note right of ${id(actor)}: ${values.join("<br/>")}`);
  });
  if (schedule.at(-1)?.repeats === true) lines.push("  end");
  if (noReturn === schedule.length) lines.push(fatal);
  return `${lines.join("\n")}\n`;
}

/** Text without what Mermaid would read as its own: other characters by number, and no bare `end`. */
function plain(text: string): string {
  return text
    .replace(/[^\w .,=+()/-]/g, (c) => `#${c.codePointAt(0)};`)
    .replace(/\bend\b/gi, (word) => `#${word.charCodeAt(0)};${word.slice(1)}`);
}
