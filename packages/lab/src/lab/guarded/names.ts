/** The one name space of a program: what each name stands for, and the errors of a name that stands for nothing. */
import { suggest } from "../scenario/mod.js";
import type { Place } from "./checked.js";
import { type GuardedCode, GuardedError, type Source } from "./error.js";
import type { GuardedProgram, Variable } from "./program.js";

/** Numbers of a program, and every value in between, lie within a signed 32-bit word, as in C. */
export const largest = 2 ** 31 - 1;

export interface Names {
  readonly places: ReadonlyMap<string, Place>;
  /** With `true` and `false`. */
  readonly constants: ReadonlyMap<string, number>;
  /** An enumerated value, and the variables that have it. */
  readonly values: ReadonlyMap<string, readonly Place[]>;
}

const identifier = /^[A-Za-z_]\w*$/;
const reserved = ["if", "else", "true", "false"];

/** Collects the names. Throws `bad-name`, `duplicate-name`, `out-of-range`, `wrong-value`. */
export function collect(program: GuardedProgram): Names {
  const places = new Map<string, Place>();
  const constants = new Map([
    ["true", 1],
    ["false", 0],
  ]);
  const values = new Map<string, Place[]>();
  for (const [name, value] of Object.entries(program.constants)) {
    const where = `constant ${name}`;
    checkName(where, name);
    if (!inWord(value)) wrong(where, String(value), "out-of-range", `${value} is no 32-bit whole number`);
    constants.set(name, value);
  }
  for (const variable of program.variables) {
    const { name } = variable;
    const where = `variable ${name}`;
    checkName(where, name);
    if (constants.has(name)) wrong(where, name, "duplicate-name", `${name} is a constant already`);
    if (places.has(name)) wrong(where, name, "duplicate-name", `there are two variables ${name}`);
    places.set(name, place(variable));
  }
  for (const one of places.values()) {
    for (const value of one.values ?? []) {
      const where = `variable ${one.name}`;
      checkName(where, value);
      const other = places.has(value) ? "a variable" : constants.has(value) ? "a constant" : undefined;
      if (other !== undefined) wrong(where, value, "duplicate-name", `its value ${value} is ${other} too`);
      const having = values.get(value) ?? [];
      if (having.at(-1) === one) wrong(where, value, "duplicate-name", `it has the value ${value} twice`);
      values.set(value, [...having, one]);
    }
  }
  return { places, constants, values };
}

function place(variable: Variable): Place {
  const { name } = variable;
  const where = `variable ${name}`;
  if ("values" in variable) {
    const { values } = variable;
    const initial = values.indexOf(variable.initial);
    if (initial < 0) {
      const problem = `it begins as ${variable.initial}, which is none of its values: ${suggest(variable.initial, values)}`;
      wrong(where, variable.initial, "wrong-value", problem);
    }
    return { name, min: 0, max: values.length - 1, initial, values };
  }
  const { min, max, initial } = variable;
  if (!inWord(min) || !inWord(max) || min > max || max - min > largest) {
    wrong(where, `${min} to ${max}`, "out-of-range", "it needs whole numbers min <= max within 31 bits");
  }
  if (!Number.isInteger(initial) || initial < min || initial > max) {
    wrong(where, String(initial), "out-of-range", `it begins outside of ${min} to ${max}`);
  }
  return { name, min, max, initial, values: undefined };
}

function checkName(where: string, name: string): void {
  if (reserved.includes(name)) wrong(where, name, "bad-name", `${name} is a word of the language`);
  if (!identifier.test(name)) {
    wrong(where, name, "bad-name", "a name is letters, digits and _, no digit first");
  }
}

/** Whether it is a whole number of 32 bits; the lowest is left out so that its negative is one too. */
export function inWord(value: number): boolean {
  return Number.isInteger(value) && Math.abs(value) <= largest;
}

/** Throws for what is not in an expression or a statement. */
export function wrong(where: string, text: string, code: GuardedCode, problem: string): never {
  throw new GuardedError({ where, action: undefined, text }, 0, code, problem);
}

/** Throws for a name that stands for nothing; `likely`: the words that would fit. */
export function unknown(
  source: Source,
  at: number,
  name: string,
  names: Names,
  likely?: readonly string[],
): never {
  const known = likely ?? [...names.places.keys(), ...names.constants.keys(), ...names.values.keys()];
  throw new GuardedError(source, at, "unknown-name", `unknown name ${name}: ${suggest(name, known)}`);
}
