import { parseExpression, parseStatements } from "./parse.js";
import type { Action, GuardedProgram } from "./program.js";
import type { Written, WrittenStatement } from "./syntax.js";

/** A state by names: numbers, and enumerated values as words. */
export type Named = Readonly<Record<string, number | string>>;

/** What the texts of a program mean, said as plainly as can be: nothing is packed, folded or generated. */
export function interpret(program: GuardedProgram): {
  readonly initial: Named;
  /** Name of an action and the state after it, in the order of the actions. */
  successors(state: Named): readonly (readonly [action: string, state: Named])[];
  holds(text: string, state: Named): boolean;
} {
  const source = (text: string) => ({ where: "test", action: undefined, text });
  const holds = (text: string, state: Named) =>
    truth(value(parseExpression(source(text)), { ...program.constants, ...state }));
  return {
    initial: Object.fromEntries(program.variables.map((v) => [v.name, v.initial])),
    holds,
    successors(state) {
      const enabled = program.actions.filter((a) => holds(a.when, state));
      const owed = (a: Action) => program.actors.find(({ name }) => name === a.actor)?.fairness !== "none";
      const urgent = Math.min(...enabled.filter(owed).map((a) => a.after ?? 0));
      const rank = (a: Action) => 2 * (a.after ?? 0) + (owed(a) ? 0 : 1);
      return enabled
        .filter((a) => (a.after ?? 0) <= urgent)
        .toSorted((a, b) => rank(a) - rank(b))
        .map((a) => {
          const after = { ...state };
          run(parseStatements(source(a.does)), after, program.constants);
          return [a.name, after] as const;
        });
    },
  };
}

function run(
  statements: readonly WrittenStatement[],
  state: Record<string, number | string>,
  constants: Named,
): void {
  for (const s of statements) {
    if (s.kind === "assign") state[s.name] = value(s.value, { ...constants, ...state });
    else run(truth(value(s.condition, { ...constants, ...state })) ? s.does : s.otherwise, state, constants);
  }
}

function truth(v: number | string): boolean {
  return Number(v) !== 0;
}

/** A name that is no variable and no constant is an enumerated value: itself. */
function value(e: Written, scope: Named): number | string {
  if (e.kind === "number") return e.value;
  if (e.kind === "name") return scope[e.name] ?? e.name;
  if (e.kind === "unary") {
    const of = value(e.of, scope);
    return e.op === "!" ? Number(!truth(of)) : -of;
  }
  const [a, b] = [value(e.left, scope), value(e.right, scope)];
  const [x, y] = [Number(a), Number(b)];
  const results: Readonly<Record<typeof e.op, number | boolean>> = {
    "||": truth(a) || truth(b),
    "&&": truth(a) && truth(b),
    "==": a === b,
    "!=": a !== b,
    "<": x < y,
    "<=": x <= y,
    ">": x > y,
    ">=": x >= y,
    "+": x + y,
    "-": x - y,
    "*": x * y,
  };
  return Number(results[e.op]);
}
