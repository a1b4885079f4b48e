/** A program of guarded commands as a `Model`. */
import type { Choice, Model, Successors } from "../explore/mod.js";
import { check } from "./check.js";
import type { Checked } from "./checked.js";
import { GuardedError } from "./error.js";
import { isOwed, javascript, urgencies } from "./generate.js";
import { type Field, type Layout, layout } from "./layout.js";
import type { GuardedProgram } from "./program.js";
import { reduction } from "./reduce.js";

type Functions = Pick<Model, "expand" | "label" | "broken">;
type Outside = (step: number, variable: string, value: number) => never;

/** The JavaScript that {@link compile} makes of a program, for people. Throws `GuardedError`. */
export function generate(program: GuardedProgram): string {
  const checked = check(program);
  return javascript(checked, layout(checked.places));
}

/** A program's model. */
export interface CompiledModel extends Model {
  /** The same model from where some variables have other values, given as the program gives them, under another name. Throws RangeError. */
  starting(values: Readonly<Record<string, string | number>>, name?: string): CompiledModel;
}

/**
 * Compiles a program. Its choices are its actions in their order, without those its constants forbid; successors come
 * by urgency, of each first those of actors who are owed them, then in the order of the actions. A goal has the
 * successors its actions give it. Throws `GuardedError`; so does `expand` when an action gives a variable a value
 * outside of its range (`out-of-range`).
 */
export function compile(program: GuardedProgram): CompiledModel {
  const checked = check(program);
  const packed = layout(checked.places);
  const outside: Outside = (row, variable, value) => {
    const action = program.actions.find((a) => a.name === checked.steps[row]!.name)!;
    const { min, max } = checked.places.find((p) => p.name === variable)!;
    const source = { where: `action ${action.name}, does`, action: action.name, text: action.does };
    const at = action.does.search(new RegExp(`\\b${variable}\\s*=(?!=)`));
    const problem = `variable ${variable} is ${min} to ${max}, and it was given ${value}`;
    throw new GuardedError(source, Math.max(at, 0), "out-of-range", problem);
  };
  const make = new Function("outside", javascript(checked, packed)) as (outside: Outside) => Functions;
  const { expand, label, broken } = make(outside);
  let reduce: Model["reduce"];
  const from = (start: Int32Array, name: string): CompiledModel => ({
    name,
    words: packed.words,
    actors: checked.actors,
    choices: checked.steps.map(({ name, actor, unrelated }): Choice => ({ name, actor, unrelated })),
    maxSuccessors: Math.max(
      0,
      ...urgencies(checked).map(
        (urgency) =>
          checked.steps.filter((s) => s.after === urgency || (s.after < urgency && !isOwed(checked, s)))
            .length,
      ),
    ),
    initial: () => start.slice(),
    expand: expand as (states: Int32Array, at: number, out: Successors) => void,
    label,
    broken,
    // Made when it is asked for: few searches want it.
    reduce(states, at, out, kept) {
      reduce ??= reduction(checked, packed);
      return reduce(states, at, out, kept);
    },
    print: (states, at) => shown(checked, packed, states, at),
    starting: (values, as = name) => from(changed(packed, start, values), as),
  });
  return from(first(packed), checked.name);
}

function changed(
  { fields }: Layout,
  start: Int32Array,
  values: Readonly<Record<string, string | number>>,
): Int32Array {
  const state = start.slice();
  for (const [name, given] of Object.entries(values)) {
    const field = fields.find(({ place }) => place.name === name);
    if (field === undefined) throw new RangeError(`there is no variable ${name}`);
    const { place, word, shift, bits } = field;
    const value = typeof given === "string" ? (place.values?.indexOf(given) ?? -1) : given;
    if (!(value >= place.min && value <= place.max)) throw new RangeError(`${name} cannot be ${given}`);
    if (bits === 0) continue;
    state[word] = (state[word]! & ~((-1 >>> (32 - bits)) << shift)) | ((value - place.min) << shift);
  }
  return state;
}

function first({ words, fields }: Layout): Int32Array {
  const state = new Int32Array(words);
  for (const { place, word, shift } of fields) state[word]! |= (place.initial - place.min) << shift;
  return state;
}

function shown(
  checked: Checked,
  { fields }: Layout,
  states: Int32Array,
  at: number,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    checked.places.map(({ name, min, values }, row) => {
      const value = read(fields[row]!, states, at) + min;
      return [name, values?.[value] ?? String(value)];
    }),
  );
}

function read({ word, shift, bits }: Field, states: Int32Array, at: number): number {
  return bits === 0 ? 0 : (states[at + word]! >>> shift) & (-1 >>> (32 - bits));
}
