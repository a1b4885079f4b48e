import type { Place, Problems } from "./source.js";

/** What a preprocessor line asks of the scanner. */
export type Directive =
  | { readonly kind: "include"; readonly path: string }
  | { readonly kind: "const"; readonly name: string; readonly value: string };

interface Branch {
  /** The lines around this conditional count. */
  readonly outer: boolean;
  /** A branch of it has been taken already. */
  taken: boolean;
  /** The current branch counts. */
  active: boolean;
  readonly at: Place;
}

const CONSTANT = /^(-?(?:0[xX][0-9a-fA-F]+|[0-9]+)|[A-Za-z_][A-Za-z0-9_]*)$/;

/** The part of the C preprocessor that `.x` files use: includes, simple constants, conditionals. */
export class Preprocessor {
  readonly #defined: Set<string>;
  readonly #problems: Problems;
  readonly #branches: Branch[] = [];

  constructor(defines: readonly string[], problems: Problems) {
    this.#defined = new Set(defines);
    this.#problems = problems;
  }

  /** Whether the current line counts. */
  get active(): boolean {
    return this.#branches.at(-1)?.active ?? true;
  }

  /** Obeys one `#` line. */
  line(line: string, at: Place): Directive | undefined {
    const [, word = "", rest = ""] = /^\s*#\s*([A-Za-z]*)\s*(.*?)\s*$/.exec(stripComments(line)) ?? [];
    switch (word) {
      case "if":
      case "ifdef":
      case "ifndef":
        this.#open(word, rest, at);
        return undefined;
      case "elif":
      case "else":
      case "endif":
        this.#turn(word, rest, at);
        return undefined;
    }
    if (!this.active) return undefined;
    switch (word) {
      case "include":
        return this.#include(rest, at);
      case "define":
        return this.#define(rest, at);
      case "undef":
        this.#defined.delete(rest);
        return undefined;
      case "error":
        this.#problems.add(at, `#error ${rest}`);
        return undefined;
      case "pragma":
      case "ident":
      case "line":
      case "": // a line marker of cpp's own output: # 12 "file.x"
        return undefined;
      default:
        this.#problems.add(
          at,
          `#${word} is not supported`,
          "known: #include #define #undef #if #ifdef #ifndef #elif #else #endif",
        );
        return undefined;
    }
  }

  /** The end of the source: every conditional must be closed. */
  end(): void {
    for (const branch of this.#branches) this.#problems.add(branch.at, "this conditional has no #endif");
  }

  #open(word: string, rest: string, at: Place): void {
    const outer = this.active;
    const active = outer && this.#holds(word, rest, at);
    this.#branches.push({ outer, taken: active, active, at });
  }

  #turn(word: string, rest: string, at: Place): void {
    const branch = this.#branches.at(-1);
    if (branch === undefined) return this.#problems.add(at, `#${word} without #if`);
    if (word === "endif") {
      this.#branches.pop();
      return;
    }
    branch.active = branch.outer && !branch.taken && (word === "else" || this.#holds("if", rest, at));
    branch.taken ||= branch.active;
  }

  #holds(word: string, rest: string, at: Place): boolean {
    if (word === "ifdef") return this.#defined.has(rest);
    if (word === "ifndef") return !this.#defined.has(rest);
    const [, not = "", number, name] =
      /^(!?)\s*(?:([0-9]+)|(?:defined\s*\(\s*|defined\s+)?([A-Za-z_]\w*)\s*\)?)$/.exec(rest) ?? [];
    if (number === undefined && name === undefined) {
      this.#problems.add(
        at,
        `cannot tell whether "${rest}" holds`,
        "write 0, 1, defined(NAME) or !defined(NAME)",
      );
      return false;
    }
    const value = number === undefined ? this.#defined.has(name ?? "") : number !== "0";
    return (not === "!") !== value;
  }

  #include(rest: string, at: Place): Directive | undefined {
    const path = /^"([^"]+)"$/.exec(rest)?.[1];
    if (path !== undefined) return { kind: "include", path };
    if (!/^<[^>]+>$/.test(rest))
      this.#problems.add(at, "#include needs a path in quotes", '#include "other.x"');
    return undefined; // <header.h> is for C
  }

  #define(rest: string, at: Place): Directive | undefined {
    const [, name = "", value = ""] = /^([A-Za-z_][A-Za-z0-9_]*)\s*(.*)$/.exec(rest) ?? [];
    if (name === "") {
      this.#problems.add(at, "#define needs a name");
      return undefined;
    }
    this.#defined.add(name);
    if (value === "") return undefined;
    if (CONSTANT.test(value)) return { kind: "const", name, value };
    this.#problems.add(
      at,
      "a #define can only name a constant here",
      "an integer, or the name of another constant",
    );
    return undefined;
  }
}

function stripComments(line: string): string {
  return line.replace(/\/\*.*?\*\//g, " ").replace(/\/\/.*$|\/\*.*$/, "");
}
