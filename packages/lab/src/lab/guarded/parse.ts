/** Tokens to expressions and statements, by recursive descent. */
import { GuardedError, type Source } from "./error.js";
import {
  type BinaryOperator,
  binaryOperators,
  levels,
  type UnaryOperator,
  unaryLevel,
  type Written,
  type WrittenStatement,
} from "./syntax.js";
import { type Token, tokens } from "./tokens.js";

interface Cursor {
  readonly source: Source;
  readonly tokens: readonly Token[];
  next: number;
}

/** Reads a text that is one expression. Throws {@link GuardedError} with code `syntax`. */
export function parseExpression(source: Source): Written {
  const cursor = open(source);
  const read = expression(cursor, 1);
  if (peek(cursor).kind !== "end") unexpected(cursor, "an operator or the end");
  return read;
}

/** Reads a text of statements, perhaps none. Throws {@link GuardedError} with code `syntax`. */
export function parseStatements(source: Source): readonly WrittenStatement[] {
  const cursor = open(source);
  const read: WrittenStatement[] = [];
  while (peek(cursor).kind !== "end") read.push(statement(cursor));
  return read;
}

function open(source: Source): Cursor {
  return { source, tokens: tokens(source), next: 0 };
}

function peek(cursor: Cursor): Token {
  return cursor.tokens[cursor.next]!;
}

function take(cursor: Cursor): Token {
  return cursor.tokens[cursor.next++]!;
}

function accepts(cursor: Cursor, text: string): boolean {
  const token = peek(cursor);
  if (token.kind === "end" || token.text !== text) return false;
  cursor.next++;
  return true;
}

function expect(cursor: Cursor, text: string): void {
  if (!accepts(cursor, text)) unexpected(cursor, text);
}

function unexpected(cursor: Cursor, wanted: string): never {
  const found = peek(cursor);
  throw new GuardedError(cursor.source, found.at, "syntax", `expected ${wanted}, not ${found.text}`);
}

/** An expression whose operators bind at `level` or tighter; all of them group from the left. */
function expression(cursor: Cursor, level: number): Written {
  if (level === unaryLevel) return operand(cursor);
  let left = expression(cursor, level + 1);
  for (;;) {
    const { text, at } = peek(cursor);
    const op = text as BinaryOperator;
    if (!binaryOperators.includes(op) || levels[op] !== level) return left;
    cursor.next++;
    left = { kind: "binary", at, op, left, right: expression(cursor, level + 1) };
  }
}

function operand(cursor: Cursor): Written {
  const { kind, text, at } = peek(cursor);
  if (kind === "name" && text !== "if" && text !== "else") {
    cursor.next++;
    return { kind: "name", at, name: text };
  }
  if (kind === "number") {
    cursor.next++;
    return { kind: "number", at, value: Number(text) };
  }
  if (text === "!" || text === "-") {
    cursor.next++;
    return { kind: "unary", at, op: text satisfies UnaryOperator, of: operand(cursor) };
  }
  if (text !== "(") unexpected(cursor, "a name, a number or (");
  cursor.next++;
  const inner = expression(cursor, 1);
  expect(cursor, ")");
  return inner;
}

function statement(cursor: Cursor): WrittenStatement {
  if (accepts(cursor, "if")) return choice(cursor);
  const { kind, text, at } = peek(cursor);
  if (kind !== "name" || text === "else") unexpected(cursor, "a statement: x = e; or if (e) { … }");
  take(cursor);
  expect(cursor, "=");
  const value = expression(cursor, 1);
  expect(cursor, ";");
  return { kind: "assign", at, name: text, value };
}

function choice(cursor: Cursor): WrittenStatement {
  expect(cursor, "(");
  const condition = expression(cursor, 1);
  expect(cursor, ")");
  const does = block(cursor);
  if (!accepts(cursor, "else")) return { kind: "if", condition, does, otherwise: [] };
  return { kind: "if", condition, does, otherwise: accepts(cursor, "if") ? [choice(cursor)] : block(cursor) };
}

function block(cursor: Cursor): readonly WrittenStatement[] {
  expect(cursor, "{");
  const read: WrittenStatement[] = [];
  while (!accepts(cursor, "}")) {
    if (peek(cursor).kind === "end") unexpected(cursor, "}");
    read.push(statement(cursor));
  }
  return read;
}
