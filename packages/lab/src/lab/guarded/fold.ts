/** Expressions put together with what is known already worked out. Nothing here has an effect, so nothing is lost. */
import { decided, type Expression, isCondition, number } from "./checked.js";
import { type BinaryOperator, levels, type UnaryOperator } from "./syntax.js";

const compute: Readonly<Record<BinaryOperator, (a: number, b: number) => number>> = {
  "||": (a, b) => Number(a !== 0 || b !== 0),
  "&&": (a, b) => Number(a !== 0 && b !== 0),
  "==": (a, b) => Number(a === b),
  "!=": (a, b) => Number(a !== b),
  "<": (a, b) => Number(a < b),
  "<=": (a, b) => Number(a <= b),
  ">": (a, b) => Number(a > b),
  ">=": (a, b) => Number(a >= b),
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
};

/** `op of`. */
export function unary(op: UnaryOperator, of: Expression): Expression {
  const known = decided(of);
  if (op === "-") {
    if (known !== undefined) return number(0 - known);
    return { kind: "unary", op, of, lo: -of.hi, hi: -of.lo };
  }
  if (known !== undefined) return number(Number(known === 0));
  return { kind: "unary", op, of, lo: 0, hi: 1 };
}

/** `left op right`; a condition that one known side decides is that number. */
export function binary(op: BinaryOperator, left: Expression, right: Expression): Expression {
  const [a, b] = [decided(left), decided(right)];
  if (a !== undefined && b !== undefined) return number(compute[op](a, b));
  if (op === "||" || op === "&&") {
    const known = a ?? b;
    if (known !== undefined) {
      if ((known !== 0) === (op === "||")) return number(Number(op === "||"));
      return asCondition(a === undefined ? left : right);
    }
  }
  return { kind: "binary", op, left, right, ...bounds(op, left, right) };
}

function asCondition(e: Expression): Expression {
  return isCondition(e) ? e : binary("!=", e, number(0));
}

function bounds(op: BinaryOperator, a: Expression, b: Expression): { lo: number; hi: number } {
  if (levels[op] <= levels["<"]) return { lo: 0, hi: 1 };
  if (op === "+") return { lo: a.lo + b.lo, hi: a.hi + b.hi };
  if (op === "-") return { lo: a.lo - b.hi, hi: a.hi - b.lo };
  const corners = [a.lo * b.lo, a.lo * b.hi, a.hi * b.lo, a.hi * b.hi];
  return { lo: Math.min(...corners), hi: Math.max(...corners) };
}
