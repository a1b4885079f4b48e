import type { Name, Value } from "./ast.js";
import type { Token } from "./scan.js";
import { nearest, type Problems } from "./source.js";

/** RFC 4506 §6.4. `program` and `version` (RFC 5531 §12.3) only mean something where they may stand. */
export const KEYWORDS = new Set(
  "bool case const default double quadruple enum float hyper int opaque string struct switch typedef union unsigned void".split(
    " ",
  ),
);

/** Thrown to leave a definition that does not parse; the problem is already recorded. */
export class Abandon extends Error {}

/** A place among the tokens, and what every rule of the grammar needs to move it. */
export class Cursor {
  readonly #tokens: readonly Token[];
  protected readonly problems: Problems;
  #next = 0;

  constructor(tokens: readonly Token[], problems: Problems) {
    this.#tokens = tokens;
    this.problems = problems;
  }

  /** Tokens taken so far. */
  protected get position(): number {
    return this.#next;
  }

  protected value(): Value {
    const token = this.take();
    if (token.kind === "number") return { kind: "number", value: token.value, at: token.at };
    if (token.kind === "name" && !KEYWORDS.has(token.text)) {
      return { kind: "name", name: { text: token.text, at: token.at } };
    }
    this.fail(token, `expected a constant, found ${show(token)}`);
  }

  protected name(what: string): Name {
    const token = this.take();
    if (token.kind !== "name") this.fail(token, `expected a name for ${what}, found ${show(token)}`);
    if (KEYWORDS.has(token.text)) this.fail(token, `"${token.text}" is a keyword and cannot name ${what}`);
    return { text: token.text, at: token.at };
  }

  protected peek(ahead = 0): Token {
    return this.#tokens[Math.max(0, Math.min(this.#next + ahead, this.#tokens.length - 1))]!;
  }

  protected take(): Token {
    const token = this.peek();
    if (token.kind !== "end") this.#next++;
    return token;
  }

  protected accept(text: string): boolean {
    if (this.peek().text !== text || this.peek().kind === "passthrough") return false;
    this.#next++;
    return true;
  }

  protected expect(text: string): Token {
    const token = this.peek();
    if (this.accept(text)) return token;
    // A missing terminator is best shown where it belongs: after the token before.
    const previous = this.peek(-1);
    const missing = text === ";" && this.#next > 0;
    const { source, offset, length } = previous.at;
    const at = missing ? { source, offset: offset + length, length: 1 } : token.at;
    this.problems.add(at, `expected "${text}", found ${show(token)}`);
    throw new Abandon();
  }

  protected expectWord(word: string): void {
    const token = this.peek();
    if (this.accept(word)) return;
    const meant = token.kind === "name" && nearest(token.text, [word]) !== undefined;
    this.fail(
      token,
      `expected "${word}", found ${show(token)}`,
      meant ? `did you mean "${word}"?` : undefined,
    );
  }

  protected fail(token: Token, message: string, hint?: string): never {
    this.problems.add(token.at, message, hint);
    throw new Abandon();
  }
}

export function show(token: Token): string {
  if (token.kind === "end") return "the end of the file";
  if (token.kind === "passthrough") return 'a "%" line';
  if (token.kind === "include") return "an #include";
  return `"${token.text}"`;
}
