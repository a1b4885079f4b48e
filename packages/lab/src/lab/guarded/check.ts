/** A whole program checked. */
import { suggest } from "../scenario/mod.js";
import { type Checked, decided, type Step } from "./checked.js";
import type { Source } from "./error.js";
import { collect, type Names, wrong } from "./names.js";
import { parseExpression, parseStatements } from "./parse.js";
import type { Action, GuardedProgram } from "./program.js";
import { resolveExpression, resolveStatements } from "./resolve.js";

/**
 * Reads every text of a program and looks up every name. Actions whose condition the constants make false are dropped
 * (after they were checked). Throws `GuardedError` for the first thing that is wrong.
 */
export function check(program: GuardedProgram): Checked {
  const names = collect(program);
  const actors = program.actors.map((actor) => actor.name);
  unique("actor", actors);
  unique(
    "action",
    program.actions.map((action) => action.name),
  );
  const condition = (where: string, text: string) => {
    const source: Source = { where, action: undefined, text };
    return resolveExpression(names, source, parseExpression(source));
  };
  return {
    name: program.name,
    places: [...names.places.values()],
    actors: program.actors,
    steps: program.actions.map((a) => step(names, actors, a)).filter((s) => decided(s.when) !== 0),
    goal: condition("goal", program.goal),
    never: Object.entries(program.never).map(([name, text]) => ({
      name,
      when: condition(`never ${name}`, text),
    })),
  };
}

function step(names: Names, actors: readonly string[], action: Action): Step {
  const { name, after = 0 } = action;
  const where = `action ${name}`;
  if (/\s/.test(name) || name === "") wrong(where, name, "bad-name", "a choice has a name without spaces");
  if (!Number.isInteger(after) || after < 0) {
    wrong(where, String(after), "out-of-range", "after is a whole number, 0 the most urgent");
  }
  const actor = actors.indexOf(action.actor);
  if (actor < 0) {
    const problem = `unknown actor ${action.actor}: ${suggest(action.actor, actors)}`;
    wrong(where, action.actor, "unknown-name", problem);
  }
  const source: Source = { where: `${where}, when`, action: name, text: action.when };
  const body: Source = { where: `${where}, does`, action: name, text: action.does };
  const when = resolveExpression(names, source, parseExpression(source));
  return {
    name,
    actor,
    when,
    does: resolveStatements(names, body, parseStatements(body), decided(when) !== 0),
    after,
    unrelated: action.unrelated ?? false,
  };
}

function unique(what: string, names: readonly string[]): void {
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) {
    wrong(`${what} ${twice}`, twice, "duplicate-name", `there are two of this name`);
  }
}
