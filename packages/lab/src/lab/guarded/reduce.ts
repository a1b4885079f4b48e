/**
 * A partial-order reduction: which of the steps that are possible in a state suffice. Strong stubborn sets (Valmari,
 * Stubborn sets for reduced state space generation, 1990), with what the properties wait for among their members
 * (Schmidt, Stubborn sets for standard properties, 1999).
 *
 * A set T of steps is enough in a state s if
 *
 * 1. a step of T that is possible has all steps in T that it does not commute with;
 * 2. a step of T that is not possible has in T all that may make some false part of its condition true;
 * 3. for the goal and for what must never be, if false in s, T has all that may make some false part of it true;
 * 4. a step of T is possible, if any is.
 *
 * Take a way from s to the goal, to a broken state, or to an end. Some step of it is in T: by 3, or, to an end, since
 * steps of T remain possible while none of T happens. The first one is possible in s, or by 2 one of T came before it.
 * What comes before it is not in T, so by 1 it commutes with it: done first, it leads to the same state, one step nearer.
 * So the shortest ways keep their lengths, whatever the order of the search, and cycles need no care.
 */
import type { Model, Successors } from "../explore/mod.js";
import {
  type Checked,
  type Expression,
  type Place,
  readBy,
  type Statement,
  type Step,
  written,
} from "./checked.js";
import { isOwed, loads, unpack } from "./generate.js";
import { condition } from "./javascript.js";
import type { Layout } from "./layout.js";

type Reduce = NonNullable<Model["reduce"]>;

/** A set of steps: bit n of word n / 32. */
type Steps = Int32Array;

/** A condition as parts of which all must hold, those that fewest steps may make true first. */
interface Parts {
  readonly parts: readonly Expression[];
  /** By part: what may make it true. */
  readonly helpers: readonly Steps[];
}

export function reduction(checked: Checked, packed: Layout): Reduce {
  const { steps } = checked;
  const words = Math.ceil(steps.length / 32);
  const set = (rows: Iterable<number>): Steps => {
    const made = new Int32Array(words);
    for (const row of rows) made[row >> 5]! |= 1 << (row & 31);
    return made;
  };
  const where = (test: (step: Step, row: number) => boolean) =>
    set(steps.flatMap((step, row) => (test(step, row) ? [row] : [])));
  const partsOf = (e: Expression): Parts => {
    const parts = conjuncts(e).map((part) => ({ part, helps: where((step) => mayEnable(step, part)) }));
    parts.sort((one, other) => sizeOf(one.helps) - sizeOf(other.helps));
    return { parts: parts.map(({ part }) => part), helpers: parts.map(({ helps }) => helps) };
  };

  const conditions = steps.map(({ when }) => partsOf(when));
  const wanted = [checked.goal, ...checked.never.map(({ when }) => when)].flatMap(disjuncts).map(partsOf);
  const blockers = steps.map(({ after }) =>
    steps.flatMap((other, row) => (other.after < after && isOwed(checked, other) ? [row] : [])),
  );
  // What may end that a step is possible: whatever changes the condition of one that goes before it.
  const unblockers = steps.map(({ when }) => where((step) => writesSome(step, placesOf([when]))));
  const uses = steps.map(
    (step, row) =>
      new Set([...readsOf(step), ...blockers[row]!.flatMap((b) => [...placesOf([steps[b]!.when])])]),
  );
  const dependents = steps.map((step, row) => {
    const mine = new Set(written(step.does));
    return where(
      (other, otherRow) =>
        written(other.does).some((place) => uses[row]!.has(place) || mine.has(place)) ||
        [...uses[otherRow]!].some((place) => mine.has(place)),
    );
  });

  const firstFalse = compiledFalse(packed, [...conditions, ...wanted]);
  const falses = new Int16Array(conditions.length + wanted.length);
  const chosen = new Int32Array(words);
  const best = new Int32Array(words);
  const possible = new Int32Array(words);
  const rows = new Int32Array(steps.length);

  /** Adds what `chosen` needs to be enough, up from `rows[0..count)`. */
  function close(count: number): void {
    for (let top = count; top > 0; ) {
      const row = rows[--top]!;
      top = include(needsOf(row), top);
    }
  }

  function needsOf(row: number): Steps {
    if ((possible[row >> 5]! & (1 << (row & 31))) !== 0) return dependents[row]!;
    const part = falses[row]!;
    if (part >= 0) return conditions[row]!.helpers[part]!;
    return unblockers[blockers[row]!.find((other) => falses[other]! < 0)!]!;
  }

  /** Puts steps into `chosen`, and the new ones on top of `rows`. */
  function include(more: Steps, count: number): number {
    let top = count;
    for (let w = 0; w < words; w++) {
      let fresh = more[w]! & ~chosen[w]!;
      chosen[w]! |= fresh;
      for (; fresh !== 0; fresh &= fresh - 1) rows[top++] = w * 32 + (31 - Math.clz32(fresh & -fresh));
    }
    return top;
  }

  function possibleChosen(): number {
    let n = 0;
    for (let w = 0; w < words; w++) n += ones(chosen[w]! & possible[w]!);
    return n;
  }

  return function reduce(states, at, out, kept) {
    firstFalse(states, at, falses);
    possible.fill(0);
    for (let i = 0; i < out.count; i++) possible[out.choices[i]! >> 5]! |= 1 << (out.choices[i]! & 31);
    chosen.fill(0);
    let count = 0;
    for (let i = 0; i < wanted.length; i++) {
      const part = falses[conditions.length + i]!;
      if (part >= 0) count = include(wanted[i]!.helpers[part]!, count);
    }
    close(count);
    let fewest = possibleChosen();
    if (fewest === 0) fewest = closeWithOne(out);
    if (fewest >= out.count) return out.count;
    for (let i = 0; i < out.count; i++) {
      const row = out.choices[i]!;
      kept[i] = (chosen[row >> 5]! >>> (row & 31)) & 1;
    }
    return fewest;
  };

  /** The properties wait for nothing that is possible: the possible step that brings fewest others with it. */
  function closeWithOne(out: Successors): number {
    const before = chosen.slice();
    let fewest = Number.POSITIVE_INFINITY;
    for (let i = 0; i < out.count && fewest > 1; i++) {
      chosen.set(before);
      rows[0] = out.choices[i]!;
      chosen[rows[0] >> 5]! |= 1 << (rows[0] & 31);
      close(1);
      const n = possibleChosen();
      if (n >= fewest) continue;
      fewest = n;
      best.set(chosen);
    }
    chosen.set(best);
    return fewest;
  }
}

/** Puts the place of the first part that is false into `into`, by condition; -1: it is true. */
function compiledFalse(
  { words, fields }: Layout,
  conditions: readonly Parts[],
): (states: Int32Array, at: number, into: Int16Array) => void {
  const slices: string[][] = [];
  for (let from = 0; from < conditions.length; from += CONDITIONS_A_FUNCTION) {
    const some = conditions.slice(from, from + CONDITIONS_A_FUNCTION);
    slices.push([
      `function slice${slices.length}(states, at, into) {`,
      ...loads(words),
      ...unpack(fields, placesOf(some.flatMap(({ parts }) => parts))),
      ...some.map(({ parts }, i) => {
        const places = parts.map((part, n) => `!(${condition(part, (place) => `$${place.name}`)}) ? ${n} : `);
        return `  into[${from + i}] = ${places.join("")}-1;`;
      }),
      "}",
    ]);
  }
  const calls = slices.map((_, i) => `slice${i}(states, at, into);`).join(" ");
  const text = [...slices.flat(), `return (states, at, into) => { ${calls} };`].join("\n");
  return new Function(text)() as (states: Int32Array, at: number, into: Int16Array) => void;
}

/** V8 does not optimise very long functions. */
const CONDITIONS_A_FUNCTION = 40;

/** The parts of `a && b && …`. */
function conjuncts(e: Expression): readonly Expression[] {
  return e.kind === "binary" && e.op === "&&" ? [...conjuncts(e.left), ...conjuncts(e.right)] : [e];
}

/** The parts of `a || b || …`. */
function disjuncts(e: Expression): readonly Expression[] {
  return e.kind === "binary" && e.op === "||" ? [...disjuncts(e.left), ...disjuncts(e.right)] : [e];
}

/** Whether `step` may make `e` true where it was false. Sometimes yes where it may not. */
function mayEnable(step: Step, e: Expression): boolean {
  if (!writesSome(step, placesOf([e]))) return false;
  if (e.kind === "variable") return maySet(step, e.place, (value) => value !== 0);
  if (e.kind === "unary" && e.op === "!" && e.of.kind === "variable") {
    return maySet(step, e.of.place, (value) => value === 0);
  }
  if (e.kind !== "binary") return true;
  const { op, left, right } = e;
  if (op === "&&" || op === "||") return mayEnable(step, left) || mayEnable(step, right);
  if (left.kind !== "variable" || right.kind !== "number" || (op !== "==" && op !== "!=")) return true;
  return maySet(step, left.place, (value) => (value === right.lo) === (op === "=="));
}

/** Whether `step` may give `place` such a value: it does so somewhere, or gives it one that is not known. */
function maySet(step: Step, place: Place, fits: (value: number) => boolean): boolean {
  const assigned = (s: Statement): boolean =>
    s.kind === "assign"
      ? s.place === place && (s.value.kind !== "number" || fits(s.value.lo))
      : [...s.does, ...s.otherwise].some(assigned);
  return step.does.some(assigned);
}

function writesSome(step: Step, places: ReadonlySet<Place>): boolean {
  return written(step.does).some((place) => places.has(place));
}

function placesOf(expressions: readonly Expression[]): ReadonlySet<Place> {
  const places = new Set<Place>();
  for (const e of expressions) readBy(e, places);
  return places;
}

/** Every place that decides whether a step is possible, and what it does. */
function readsOf(step: Step): ReadonlySet<Place> {
  const places = new Set<Place>();
  const visit = (s: Statement): void => {
    if (s.kind === "assign") return readBy(s.value, places);
    readBy(s.condition, places);
    for (const inner of [...s.does, ...s.otherwise]) visit(inner);
  };
  readBy(step.when, places);
  step.does.forEach(visit);
  return places;
}

function sizeOf(steps: Steps): number {
  let n = 0;
  for (const word of steps) n += ones(word);
  return n;
}

function ones(word: number): number {
  let n = 0;
  for (let rest = word; rest !== 0; rest &= rest - 1) n++;
  return n;
}
