import { Preprocessor } from "./directive.js";
import type { Place, Problems, Source } from "./source.js";

export type TokenKind = "name" | "number" | "punct" | "include" | "passthrough" | "end";

export interface Token {
  readonly kind: TokenKind;
  /** The text; of an include its path, of a passthrough the line after `%`. */
  readonly text: string;
  /** Of a number. */
  readonly value: bigint;
  readonly at: Place;
  /** The comment right above, or before it on its line. */
  readonly before: string | undefined;
  /** The comment after it at the end of its line. */
  after: string | undefined;
}

const SPACE = /[ \t\r\n\f\v]+/y;
const NAME = /[A-Za-z_][A-Za-z0-9_]*/y;
const NUMBER = /-?(?:0[xX][0-9a-fA-F]+|[0-9]+)(?![A-Za-z0-9_.])/y;
const PUNCT = /[{}[\]()<>=;:,*]/y;
const BLOCK_COMMENT = /\/\*[\s\S]*?\*\//y;
const LINE_COMMENT = /\/\/[^\n]*/y;
const LINE = /[^\n]*/y;

/** Turns a source into tokens: preprocessor lines are obeyed, comments attached to what they speak about. */
export function scan(source: Source, defines: readonly string[], problems: Problems): Token[] {
  return new Scanner(source, defines, problems).tokens();
}

class Scanner {
  readonly #source: Source;
  readonly #problems: Problems;
  readonly #lines: Preprocessor;
  readonly #tokens: Token[] = [];
  #at = 0;
  /** Comments seen since the last token, and where the last of them ended. */
  #comments: string[] = [];
  #commentEnd = 0;

  constructor(source: Source, defines: readonly string[], problems: Problems) {
    this.#source = source;
    this.#problems = problems;
    this.#lines = new Preprocessor(defines, problems);
  }

  tokens(): Token[] {
    while (this.#at < this.#source.text.length) this.#one();
    this.#lines.end();
    this.#push("end", "", this.#source.text.length, 0);
    return this.#tokens;
  }

  #one(): void {
    const { text } = this.#source;
    const start = this.#at;
    if (this.#match(SPACE) !== undefined) return;
    const lineStart = start === 0 || text.slice(text.lastIndexOf("\n", start - 1) + 1, start).trim() === "";
    if (lineStart && (text[start] === "#" || text[start] === "%")) return this.#directive(start);
    if (!this.#lines.active) {
      this.#match(LINE);
      return;
    }
    const comment = this.#match(BLOCK_COMMENT) ?? this.#match(LINE_COMMENT);
    if (comment !== undefined) return this.#comment(comment, start);
    const name = this.#match(NAME);
    if (name !== undefined) return this.#push("name", name, start, name.length);
    const number = this.#match(NUMBER);
    if (number !== undefined) return this.#push("number", number, start, number.length);
    const punct = this.#match(PUNCT);
    if (punct !== undefined) return this.#push("punct", punct, start, 1);
    this.#stray(start);
  }

  #directive(start: number): void {
    const line = this.#match(LINE) ?? "";
    const at = this.#place(start, line.trimEnd().length);
    if (line.startsWith("%")) {
      if (!this.#lines.active) return;
      const include = /^%\s*#\s*include\s*"([^"]+)"/.exec(line);
      if (include) this.#push("include", `%${include[1]}`, start, at.length);
      else this.#push("passthrough", line.slice(1).trimEnd(), start, at.length);
      return;
    }
    const result = this.#lines.line(line, at);
    if (result?.kind === "include") this.#push("include", result.path, start, at.length);
    if (result?.kind === "const") this.#constant(result.name, result.value, start, line);
  }

  /** `#define NAME 64` reads as `const NAME = 64;`. */
  #constant(name: string, value: string, start: number, line: string): void {
    const valueAt = start + line.lastIndexOf(value);
    this.#push("name", "const", start, 1);
    this.#push("name", name, start + line.indexOf(name, 7), name.length);
    this.#push("punct", "=", valueAt, 1);
    this.#push(/^[-0-9]/.test(value) ? "number" : "name", value, valueAt, value.length);
    this.#push("punct", ";", valueAt, 1);
  }

  #comment(comment: string, start: number): void {
    const { text } = this.#source;
    const words = commentText(comment);
    const last = this.#tokens.at(-1);
    const sameLine = last !== undefined && !text.slice(last.at.offset, start).includes("\n");
    const lineEnd = text.indexOf("\n", this.#at);
    const endsLine = text.slice(this.#at, lineEnd === -1 ? undefined : lineEnd).trim() === "";
    if (sameLine && endsLine) {
      last.after = last.after === undefined ? words : `${last.after}\n${words}`;
      return;
    }
    if (this.#blankBetween(this.#commentEnd, start)) this.#comments = [];
    this.#comments.push(words);
    this.#commentEnd = this.#at;
  }

  #push(kind: TokenKind, text: string, offset: number, length: number): void {
    const detached = this.#blankBetween(this.#commentEnd, offset);
    const before = detached || this.#comments.length === 0 ? undefined : this.#comments.join("\n");
    this.#comments = [];
    const value = kind === "number" ? parseNumber(text) : 0n;
    this.#tokens.push({ kind, text, value, at: this.#place(offset, length), before, after: undefined });
  }

  #blankBetween(from: number, to: number): boolean {
    return /\n[ \t\r]*\n/.test(this.#source.text.slice(from, to));
  }

  #stray(start: number): void {
    const { text } = this.#source;
    if (text.startsWith("/*", start)) {
      this.#problems.add(this.#place(start, 2), "this comment never ends", 'close it with "*/"');
      this.#at = text.length;
      return;
    }
    const bad = /[0-9][A-Za-z0-9_.]*/y;
    bad.lastIndex = start;
    const number = bad.exec(text)?.[0];
    const found = number ?? String.fromCodePoint(text.codePointAt(start) ?? 0);
    this.#problems.add(
      this.#place(start, found.length),
      number === undefined ? `unexpected character ${JSON.stringify(found)}` : `"${number}" is not a number`,
      number === undefined ? undefined : "constants are decimal, 0x hexadecimal or 0 octal integers",
    );
    this.#at = start + found.length;
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#source.text)?.[0];
    if (found !== undefined) this.#at += found.length;
    return found;
  }

  #place(offset: number, length: number): Place {
    return { source: this.#source, offset, length };
  }
}

/** Decimal, hexadecimal or octal, with a sign. */
function parseNumber(text: string): bigint {
  const digits = text.replace("-", "");
  const octal = /^0[0-7]+$/.test(digits);
  const value = BigInt(octal ? `0o${digits.slice(1)}` : digits);
  return text.startsWith("-") ? -value : value;
}

/** A comment without its marks and stars. */
function commentText(comment: string): string {
  const body = comment.startsWith("//") ? comment.slice(2) : comment.slice(2, -2);
  return body
    .split("\n")
    .map((line) => line.replace(/^\s*\*? ?/, "").trimEnd())
    .join("\n")
    .trim();
}
