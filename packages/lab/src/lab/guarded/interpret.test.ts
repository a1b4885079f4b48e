import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { BROKEN, GOAL, newSuccessors } from "../explore/mod.js";
import { changes } from "./changes.js";
import { check } from "./check.js";
import type { Expression } from "./checked.js";
import { interpret, type Named } from "./interpret.fixture.js";
import { type Action, compile, GuardedError, type GuardedProgram } from "./mod.js";

// `wide` makes a state longer than a word; ranges are small enough to be left.
const numbers = ["x", "neg", "wide", "other", "TWO", "ONE", "ZERO"];
const enumerated: Readonly<Record<string, readonly string[]>> = {
  e: ["red", "green", "blue"],
  f: ["red", "green", "blue"],
  g: ["green", "grey"],
};

const { numeric, condition } = fc.letrec<{ numeric: string; condition: string }>((tie) => ({
  numeric: fc.oneof(
    { maxDepth: 4, depthIdentifier: "expression" },
    fc.constantFrom(...numbers),
    fc.integer({ min: 0, max: 9 }).map(String),
    tie("condition").map((c) => `(${c})`),
    tie("numeric").map((n) => `-${n}`),
    fc
      .tuple(tie("numeric"), fc.constantFrom("+", "-", "*"), tie("numeric"))
      .map(([a, op, b]) => `(${a} ${op} ${b})`),
    // Without brackets: how tightly each operator binds is the parser's to know.
    fc
      .tuple(tie("numeric"), fc.constantFrom("+", "-", "*"), tie("numeric"))
      .map(([a, op, b]) => `${a} ${op} ${b}`),
  ),
  condition: fc.oneof(
    { maxDepth: 4, depthIdentifier: "expression" },
    fc.constantFrom("x", "ZERO", "TWO"),
    fc
      .constantFrom("e", "f", "g")
      .chain((name) =>
        fc
          .constantFrom(...enumerated[name]!, ...(name === "g" ? [] : ["e", "f"]))
          .map((other) => `${name} == ${other}`),
      ),
    fc.constantFrom("e", "f").map((name) => `green != ${name}`),
    fc
      .tuple(tie("numeric"), fc.constantFrom("==", "!=", "<", "<=", ">", ">="), tie("numeric"))
      .map(([a, op, b]) => `(${a}) ${op} (${b})`),
    tie("condition").map((c) => `!(${c})`),
    fc.tuple(tie("condition"), fc.constantFrom("&&", "||"), tie("condition")).map((parts) => parts.join(" ")),
  ),
}));

const { statements } = fc.letrec<{ statements: string; statement: string }>((tie) => ({
  statements: fc.array(tie("statement"), { maxLength: 3 }).map((list) => list.join("\n")),
  statement: fc.oneof(
    { maxDepth: 2, depthIdentifier: "statement" },
    fc.tuple(fc.constantFrom("x", "neg", "wide"), numeric).map(([name, n]) => `${name} = ${n};`),
    fc.tuple(fc.constantFrom("x", "neg"), condition).map(([name, c]) => `${name} = ${c}; // why\n`),
    fc.constantFrom("e = f;", "f = e;", "e = blue;", "f = green;", "g = grey;", "g = green;"),
    fc.constantFrom("x = x + 1;", "neg = neg - 2;", "wide = wide + 0;"),
    fc
      .tuple(condition, tie("statements"), condition, tie("statements"), tie("statements"))
      .map(([c, a, d, b, z]) => `if (${c}) { ${a} } else if (${d}) { ${b} } else { ${z} }`),
    fc.tuple(condition, tie("statements")).map(([c, a]) => `if (${c}) { ${a} }`),
  ),
}));

const programs: fc.Arbitrary<GuardedProgram> = fc
  .record({
    actions: fc.array(fc.record({ when: condition, does: statements, after: fc.nat({ max: 2 }) }), {
      minLength: 1,
      maxLength: 5,
    }),
    goal: condition,
    never: condition,
  })
  .map(({ actions, goal, never }) => ({
    name: "any",
    constants: { TWO: 2, ONE: 1, ZERO: 0 },
    variables: [
      { name: "x", min: 0, max: 3, initial: 1 },
      { name: "e", values: enumerated["e"]!, initial: "green" },
      { name: "wide", min: -5, max: 1_000_000_000, initial: 7 },
      { name: "f", values: enumerated["f"]!, initial: "blue" },
      { name: "neg", min: -9, max: -2 + 8, initial: -3 },
      { name: "g", values: enumerated["g"]!, initial: "grey" },
      { name: "other", min: 4, max: 4, initial: 4 },
    ],
    actors: [{ name: "a", kind: "thread", fairness: "weak" } as const],
    actions: actions.map((a, i): Action => ({ ...a, name: `a.${i}`, actor: "a" })),
    goal,
    never: { it: never },
  }));

/** The program when it compiles; what it refuses is another test's matter. */
function compiled(program: GuardedProgram): ReturnType<typeof compile> | undefined {
  try {
    return compile(program);
  } catch (error) {
    if (error instanceof GuardedError && error.code === "out-of-range") return undefined;
    throw error;
  }
}

test("a compiled program does what its texts say", () => {
  let compared = 0;
  let left = 0;
  fc.assert(
    fc.property(programs, (program) => {
      const model = compiled(program);
      if (model === undefined) return;
      const meant = interpret(program);
      const shown = (state: Named) =>
        Object.fromEntries(Object.entries(state).map(([name, v]) => [name, String(v)]));
      const out = newSuccessors(model);
      let [packed, named] = [model.initial(), meant.initial];
      assert.deepEqual(model.print(packed, 0), shown(named));
      for (let depth = 0; depth < 6; depth++) {
        const [goal, bad] = [program.goal, program.never["it"]!].map((text) => meant.holds(text, named));
        assert.equal(model.label(packed, 0), (goal ? GOAL : 0) | (bad ? BROKEN : 0));
        assert.equal(model.broken(packed, 0), bad ? "it" : undefined);
        const next = meant.successors(named);
        const inRange = next.every(([, state]) =>
          program.variables.every((v) => {
            const value = state[v.name]!;
            return "values" in v || (Number(value) >= v.min && Number(value) <= v.max);
          }),
        );
        if (!inRange) {
          assert.throws(() => model.expand(packed, 0, out), { code: "out-of-range" });
          left++;
          return;
        }
        try {
          // Away from the beginning of both arrays, as in a store.
          const store = new Int32Array(model.words * 2);
          store.set(packed, model.words);
          model.expand(store, model.words, out);
        } catch (error) {
          // A value between two statements may have been outside, which the last one put right.
          assert.equal((error as GuardedError).code, "out-of-range");
          return;
        }
        const states: readonly Int32Array[] = next.map((_, i) =>
          out.words.slice(i * model.words, (i + 1) * model.words),
        );
        assert.deepEqual(
          states.map((state, i) => [model.choices[out.choices[i]!]!.name, model.print(state, 0)]),
          next.map(([action, state]) => [action, shown(state)]),
        );
        assert.equal(out.count, next.length);
        compared += next.length;
        if (next.length === 0) return;
        [packed, named] = [states[depth % next.length]!, next[depth % next.length]![1]];
      }
    }),
    { numRuns: 600, seed: 1 },
  );
  assert.ok(compared > 400, `${compared} successors compared: the programs have become too dull`);
  assert.ok(left > 10, `${left} programs left a range: the programs have become too tame`);
});

test("a step is known to change something exactly when it does", () => {
  const seen = { always: 0, never: 0, sometimes: 0 };
  fc.assert(
    fc.property(programs, (program) => {
      if (compiled(program) === undefined) return;
      const meant = interpret({ ...program, actions: program.actions.map((a) => ({ ...a, after: 0 })) });
      const { steps } = check(program);
      let state = meant.initial;
      for (let depth = 0; depth < 4; depth++) {
        const next = meant.successors(state);
        for (const [action, after] of next) {
          const known = changes(steps.find((s) => s.name === action)!);
          const changed = program.variables.some(({ name }) => state[name] !== after[name]);
          assert.equal(evaluate(known, state) !== 0, changed, action);
          seen[known.kind !== "number" ? "sometimes" : changed ? "always" : "never"]++;
        }
        if (next.length === 0) return;
        state = next[depth % next.length]![1];
      }
    }),
    { numRuns: 600, seed: 2 },
  );
  for (const [what, times] of Object.entries(seen)) assert.ok(times > 20, `${what}: only ${times} times`);
});

function evaluate(e: Expression, state: Named): number {
  if (e.kind === "number") return e.lo;
  if (e.kind === "variable") {
    const held = state[e.place.name]!;
    return typeof held === "number" ? held : e.place.values!.indexOf(held);
  }
  if (e.kind === "unary") {
    const of = evaluate(e.of, state);
    return e.op === "-" ? -of : Number(of === 0);
  }
  return apply(e.op, evaluate(e.left, state), evaluate(e.right, state));
}

function apply(op: string, a: number, b: number): number {
  if (op === "+") return a + b;
  if (op === "-") return a - b;
  if (op === "*") return a * b;
  const [x, y] = [a !== 0, b !== 0];
  const conditions: Readonly<Record<string, boolean>> = {
    "||": x || y,
    "&&": x && y,
    "==": a === b,
    "!=": a !== b,
    "<": a < b,
    "<=": a <= b,
    ">": a > b,
    ">=": a >= b,
  };
  return Number(conditions[op]);
}
