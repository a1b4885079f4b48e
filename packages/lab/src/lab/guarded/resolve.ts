/** Names looked up and kinds compared in one expression or one list of statements. */
import { decided, type Expression, number, type Place, type Statement } from "./checked.js";
import { type GuardedCode, GuardedError, type Source } from "./error.js";
import { binary, unary } from "./fold.js";
import { inWord, type Names, unknown } from "./names.js";
import type { Written, WrittenStatement } from "./syntax.js";

interface Scope {
  readonly names: Names;
  readonly source: Source;
}

/** An expression that is a number or a condition. Throws {@link GuardedError}. */
export function resolveExpression(names: Names, source: Source, e: Written): Expression {
  return numeric({ names, source }, e);
}

/**
 * Statements; an `if` that constants decide is the branch they choose. `live`: they may run, so that their numbers have
 * to fit. Throws {@link GuardedError}.
 */
export function resolveStatements(
  names: Names,
  source: Source,
  statements: readonly WrittenStatement[],
  live: boolean,
): readonly Statement[] {
  return block({ names, source }, statements, live);
}

function block(scope: Scope, statements: readonly WrittenStatement[], live: boolean): readonly Statement[] {
  return statements.flatMap((s): readonly Statement[] => {
    if (s.kind === "assign") return [assignment(scope, s, live)];
    const condition = numeric(scope, s.condition);
    const known = decided(condition);
    // A branch that is never taken still has to make sense, but its numbers need not fit.
    const does = block(scope, s.does, live && known !== 0);
    const otherwise = block(scope, s.otherwise, live && (known === undefined || known === 0));
    if (known !== undefined) return known === 0 ? otherwise : does;
    return does.length + otherwise.length === 0 ? [] : [{ kind: "if", condition, does, otherwise }];
  });
}

function assignment(
  scope: Scope,
  s: Extract<WrittenStatement, { kind: "assign" }>,
  live: boolean,
): Statement {
  const { names } = scope;
  const place = names.places.get(s.name);
  if (place === undefined) {
    if (names.constants.has(s.name)) {
      fail(scope, s.at, "assignment-to-constant", `${s.name} is a constant: it cannot be assigned to`);
    }
    if (names.values.has(s.name)) {
      fail(scope, s.at, "assignment-to-constant", `${s.name} is a value: only variables can be assigned to`);
    }
    unknown(scope.source, s.at, s.name, names, [...names.places.keys()]);
  }
  if (place.values !== undefined) {
    return { kind: "assign", place, value: enumerated(scope, s.value, place, place.values) };
  }
  const value = numeric(scope, s.value);
  if (live && (value.hi < place.min || value.lo > place.max)) {
    fail(
      scope,
      s.at,
      "out-of-range",
      `${place.name} is ${place.min} to ${place.max}, and this is ${span(value)}`,
    );
  }
  return { kind: "assign", place, value };
}

/** An expression that has to be a value of the enumerated variable `of`. */
function enumerated(scope: Scope, e: Written, of: Place, values: readonly string[]): Expression {
  if (e.kind !== "name") {
    fail(
      scope,
      e.at,
      "wrong-value",
      `${of.name} is one of ${values.join(", ")}, not a number or a condition`,
    );
  }
  const index = values.indexOf(e.name);
  if (index >= 0) return number(index, e.name);
  const place = scope.names.places.get(e.name);
  if (place?.values !== undefined) {
    if (place.values.join() === values.join()) return variable(place);
    fail(scope, e.at, "wrong-value", `${e.name} and ${of.name} have different values`);
  }
  const { values: known, constants } = scope.names;
  if (place === undefined && !constants.has(e.name) && !known.has(e.name)) {
    unknown(scope.source, e.at, e.name, scope.names, values);
  }
  fail(scope, e.at, "wrong-value", `${of.name} is never ${e.name}: it is one of ${values.join(", ")}`);
}

function numeric(scope: Scope, e: Written): Expression {
  const found = numericOf(scope, e);
  if (!inWord(found.lo) || !inWord(found.hi)) {
    fail(scope, e.at, "out-of-range", `this may be ${span(found)}, more than 31 bits and a sign hold`);
  }
  return found;
}

function numericOf(scope: Scope, e: Written): Expression {
  if (e.kind === "number") return number(e.value);
  if (e.kind === "unary") return unary(e.op, numeric(scope, e.of));
  if (e.kind === "name") return numericName(scope, e);
  const { op, left, right } = e;
  if (op === "==" || op === "!=") {
    const compared = compareEnumerated(scope, left, right) ?? compareEnumerated(scope, right, left);
    if (compared !== undefined) return binary(op, compared[0], compared[1]);
  }
  return binary(op, numeric(scope, left), numeric(scope, right));
}

/** Both sides of a comparison whose first side is an enumerated variable; undefined: it is not. */
function compareEnumerated(
  scope: Scope,
  first: Written,
  second: Written,
): readonly [Expression, Expression] | undefined {
  if (first.kind !== "name") return undefined;
  const place = scope.names.places.get(first.name);
  if (place?.values === undefined) return undefined;
  return [variable(place), enumerated(scope, second, place, place.values)];
}

function numericName(scope: Scope, e: Extract<Written, { kind: "name" }>): Expression {
  const { places, constants, values } = scope.names;
  const constant = constants.get(e.name);
  if (constant !== undefined) return number(constant);
  const place = places.get(e.name);
  if (place?.values !== undefined) {
    const meant = `${e.name} == ${place.values[0]}`;
    fail(
      scope,
      e.at,
      "wrong-type",
      `${e.name} is enumerated, it can only be compared by == and != (as ${meant})`,
    );
  }
  if (place !== undefined) return variable(place);
  const having = values.get(e.name);
  if (having === undefined) unknown(scope.source, e.at, e.name, scope.names);
  const of = having.map((p) => p.name).join(", ");
  fail(scope, e.at, "wrong-type", `${e.name} is a value of ${of}: it can only be compared with that`);
}

function variable(place: Place): Expression {
  return { kind: "variable", lo: place.min, hi: place.max, place };
}

function span(e: Expression): string {
  return e.lo === e.hi ? String(e.lo) : `${e.lo} to ${e.hi}`;
}

function fail(scope: Scope, at: number, code: GuardedCode, problem: string): never {
  throw new GuardedError(scope.source, at, code, problem);
}
