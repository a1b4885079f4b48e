/** When a step leads to another state. */
import {
  decided,
  type Expression,
  number,
  type Place,
  type Statement,
  type Step,
  written,
} from "./checked.js";
import { binary, unary } from "./fold.js";

/** What the variables hold, in terms of the state before the step. A variable that is missing holds what it held. */
type Held = ReadonlyMap<Place, Expression>;

/**
 * The condition on the state before under which `step`, if it happens, changes anything: 1 if it always does. It
 * follows the step's ifs, so it is long only where a branch may change nothing.
 */
export function changes({ when, does }: Step): Expression {
  const before = equalities(when);
  return changedBy(does, before, before);
}

function changedBy(statements: readonly Statement[], held: Held, before: Held): Expression {
  const [first, ...rest] = statements;
  const differences = [...held].map(([place, value]) => [place, differs(place, value, before)] as const);
  const later = written(statements);
  if (differences.some(([place, e]) => decided(e) === 1 && !later.includes(place))) return number(1);
  if (first === undefined) return differences.reduce((all, [, e]) => binary("||", all, e), number(0));
  if (first.kind === "assign") {
    return changedBy(rest, new Map([...held, [first.place, substitute(first.value, held)]]), before);
  }
  const condition = substitute(first.condition, held);
  const yes = changedBy([...first.does, ...rest], held, before);
  const no = changedBy([...first.otherwise, ...rest], held, before);
  if (decided(yes) !== undefined && decided(yes) === decided(no)) return yes;
  return binary("||", binary("&&", condition, yes), binary("&&", unary("!", condition), no));
}

/** Whether a variable that holds `value` now held another before. */
function differs(place: Place, value: Expression, before: Held): Expression {
  const moved = value.kind === "binary" && (value.op === "+" || value.op === "-") ? value : undefined;
  const from = moved?.left.kind === "variable" && moved.left.place === place;
  if (moved !== undefined && from && (decided(moved.right) ?? 0) !== 0) return number(1);
  const old = before.get(place) ?? { kind: "variable", lo: place.min, hi: place.max, place };
  const same = value.kind === "variable" && old.kind === "variable" && value.place === place;
  return same ? number(0) : binary("!=", old, value);
}

/** The variables that a condition says the value of: `x == 1` in a row of `&&`. */
function equalities(e: Expression): Held {
  if (e.kind !== "binary") return new Map();
  const { op, left, right } = e;
  if (op === "&&") return new Map([...equalities(left), ...equalities(right)]);
  return op === "==" && left.kind === "variable" && right.kind === "number"
    ? new Map([[left.place, right]])
    : new Map();
}

function substitute(e: Expression, held: Held): Expression {
  if (e.kind === "variable") return held.get(e.place) ?? e;
  if (e.kind === "unary") return unary(e.op, substitute(e.of, held));
  if (e.kind === "binary") return binary(e.op, substitute(e.left, held), substitute(e.right, held));
  return e;
}
