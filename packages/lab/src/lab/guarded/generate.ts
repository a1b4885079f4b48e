/** A checked program as the JavaScript of its model's functions. */
import { type Checked, mayMiss, type Place, readBy, type Statement, type Step, written } from "./checked.js";
import { condition, numeric } from "./javascript.js";
import type { Field, Layout } from "./layout.js";

const old = (place: Place): string => `$${place.name}`;

/**
 * The body of a function of `outside(step, variable, value)`, which throws, that returns `expand`, `label` and
 * `broken`. Every function unpacks the variables it needs into locals first; `expand` asks one after the other.
 */
export function javascript(checked: Checked, { words, fields }: Layout): string {
  const parts = partsOf(checked, words, fields);
  const lines = [
    `// ${oneLine(checked.name)}: generated from guarded commands.`,
    ...fields.map(legend),
    '"use strict";',
    ...parts.flatMap((part, i) => expandPart(part, i, { words, fields })),
    "function expand(states, at, out) {",
    "  const words = out.words, choices = out.choices;",
    "  let count = 0, free = 0, owed = false;",
    ...urgencies(checked).flatMap((urgency) => {
      const calls = (owed: boolean) =>
        parts.flatMap((part, i) =>
          part.after === urgency && part.owed === owed
            ? [`  count = steps${i}(states, at, words, choices, count);`]
            : [],
        );
      if (urgency === urgencies(checked).at(-1)) return [...calls(true), ...calls(false)];
      return [
        ...calls(true),
        "  owed = count > free;",
        ...calls(false),
        "  if (owed) { out.count = count; return; }",
        "  free = count;",
      ];
    }),
    "  out.count = count;",
    "}",
    "function label(states, at) {",
    ...observe(checked, { words, fields }),
    `  return (${condition(checked.goal, old)} ? 1 : 0)${
      checked.never.length === 0
        ? ""
        : ` | (${checked.never.map((n) => condition(n.when, old, 1)).join(" || ")} ? 2 : 0)`
    };`,
    "}",
    "function broken(states, at) {",
    ...observe(checked, { words, fields }),
    ...checked.never.map((n) => `  if (${condition(n.when, old)}) return ${JSON.stringify(n.name)};`),
    "  return undefined;",
    "}",
    "return { expand, label, broken };",
  ];
  return `${lines.join("\n")}\n`;
}

/** Is his actor owed anything? Time does not wait for the others. */
export function isOwed(checked: Checked, step: Step): boolean {
  return checked.actors[step.actor]!.fairness !== "none";
}

/** The urgencies that occur, the most urgent first. */
export function urgencies(checked: Checked): readonly number[] {
  return [...new Set(checked.steps.map((s) => s.after))].sort((a, b) => a - b);
}

/** Steps whose text is one function: of one urgency, and all of actors who are owed them or all of others. */
interface Part {
  readonly after: number;
  readonly owed: boolean;
  readonly steps: Step[];
  readonly lines: string[];
}

/** V8 does not optimise a function of more than 60 kB of bytecode: so many lines stay below that (measured). */
const mostLines = 600;

function partsOf(checked: Checked, words: number, fields: readonly Field[]): readonly Part[] {
  const parts: Part[] = [];
  const room = new Map<Part, number>();
  for (const [row, step] of checked.steps.entries()) {
    const owed = isOwed(checked, step);
    const lines = expandStep(step, row, words, fields);
    let part = parts.findLast((p) => p.after === step.after && p.owed === owed);
    if (part === undefined || room.get(part)! < lines.length) {
      part = { after: step.after, owed, steps: [], lines: [] };
      parts.push(part);
      room.set(part, mostLines);
    }
    part.steps.push(step);
    part.lines.push(...lines);
    room.set(part, room.get(part)! - lines.length);
  }
  return parts;
}

function expandPart({ steps, lines }: Part, index: number, { words, fields }: Layout): readonly string[] {
  return [
    `function steps${index}(states, at, words, choices, count) {`,
    ...loads(words),
    ...unpack(fields, usedBy(steps)),
    `  let to = count${words === 1 ? "" : ` * ${words}`};`,
    ...lines,
    "  return count;",
    "}",
  ];
}

function expandStep(step: Step, row: number, words: number, fields: readonly Field[]): readonly string[] {
  const changed = written(step.does);
  const now = (place: Place): string => (changed.includes(place) ? `${old(place)}$` : old(place));
  const assign = (s: Statement, indent: string): readonly string[] => {
    if (s.kind === "assign") {
      const name = now(s.place);
      const bad = mayMiss(s.place, s.value)
        ? [
            `${indent}if (${name} < ${s.place.min} || ${name} > ${s.place.max}) outside(${row}, ${JSON.stringify(s.place.name)}, ${name});`,
          ]
        : [];
      return [`${indent}${name} = ${numeric(s.value, now)};`, ...bad];
    }
    const inner = (list: readonly Statement[]) => list.flatMap((one) => assign(one, `${indent}  `));
    return [
      `${indent}if (${condition(s.condition, now)}) {`,
      ...inner(s.does),
      ...(s.otherwise.length === 0 ? [] : [`${indent}} else {`, ...inner(s.otherwise)]),
      `${indent}}`,
    ];
  };
  return [
    `  // ${step.name}`,
    `  if (${condition(step.when, old)}) {`,
    ...(changed.length === 0
      ? []
      : [`    let ${changed.map((place) => `${now(place)} = ${old(place)}`).join(", ")};`]),
    ...step.does.flatMap((s) => assign(s, "    ")),
    ...Array.from({ length: words }, (_, word) => {
      const parts = fields.filter((f) => f.word === word && f.bits > 0 && changed.includes(f.place));
      return `    words[to${word === 0 ? "" : ` + ${word}`}] = ${pack(word, parts, now)};`;
    }),
    `    choices[count++] = ${row};`,
    `    to += ${words};`,
    "  }",
  ];
}

/** The word after a step that changed these fields of it. */
function pack(word: number, parts: readonly Field[], now: (place: Place) => string): string {
  let mask = 0;
  for (const f of parts) mask |= ones(f.bits) << f.shift;
  const kept = parts.length === 0 ? [`w${word}`] : ~mask === 0 ? [] : [`w${word} & ${~mask}`];
  const values = parts.map(({ place, shift }) => {
    const { min } = place;
    const value = min === 0 ? now(place) : `(${now(place)} ${min > 0 ? "-" : "+"} ${Math.abs(min)})`;
    return shift === 0 ? value : `${value} << ${shift}`;
  });
  return [...kept, ...values].join(" | ");
}

/** Words of the state as locals. */
export function loads(words: number): readonly string[] {
  return Array.from(
    { length: words },
    (_, word) => `  const w${word} = states[at${word === 0 ? "" : ` + ${word}`}];`,
  );
}

/** What `label` and `broken` read. */
function observe(checked: Checked, { words, fields }: Layout): readonly string[] {
  const needed = new Set<Place>();
  for (const e of [checked.goal, ...checked.never.map((n) => n.when)]) readBy(e, needed);
  return [...loads(words), ...unpack(fields, needed)];
}

/** Variables that are needed as locals. */
export function unpack(fields: readonly Field[], needed: ReadonlySet<Place>): readonly string[] {
  return fields
    .filter((f) => needed.has(f.place))
    .map(({ place, word, shift, bits }) => {
      const high = shift === 0 ? `w${word}` : `w${word} >>> ${shift}`;
      const masked = `${high} & ${ones(bits)}`;
      const value =
        place.min === 0 ? masked : `(${masked}) ${place.min < 0 ? "-" : "+"} ${Math.abs(place.min)}`;
      return `  const ${old(place)} = ${value};`;
    });
}

/** Everything a step reads or may leave as it was. */
function usedBy(steps: readonly Step[]): ReadonlySet<Place> {
  const needed = new Set<Place>();
  const visit = (s: Statement): void => {
    if (s.kind === "assign") {
      needed.add(s.place);
      readBy(s.value, needed);
      return;
    }
    readBy(s.condition, needed);
    for (const inner of [...s.does, ...s.otherwise]) visit(inner);
  };
  for (const step of steps) {
    readBy(step.when, needed);
    step.does.forEach(visit);
  }
  return needed;
}

function ones(bits: number): number {
  return bits === 0 ? 0 : -1 >>> (32 - bits);
}

function legend({ place, word, shift, bits }: Field): string {
  const { name, min, max, values } = place;
  const where = bits === 0 ? "no bits" : `word ${word}, bits ${shift} to ${shift + bits - 1}`;
  return `// ${name}: ${where}, ${values === undefined ? `${min} to ${max}` : values.join(" ")}`;
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, " ");
}
