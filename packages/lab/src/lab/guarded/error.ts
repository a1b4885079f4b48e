/** What is wrong with a program of guarded commands, and where. */

export type GuardedCode =
  | "syntax"
  | "unknown-name"
  | "duplicate-name"
  | "bad-name"
  | "wrong-value"
  | "wrong-type"
  | "assignment-to-constant"
  | "out-of-range";

/** A piece of text of a program and whose it is. */
export interface Source {
  /** For people: `action T.connect, does`, `goal`, `never two workers`, `variable n`. */
  readonly where: string;
  /** The action's name; undefined: it is not an action's text. */
  readonly action: string | undefined;
  readonly text: string;
}

/** A program that cannot be compiled, or (`out-of-range`) one that gave a variable a value it cannot have. */
export class GuardedError extends Error {
  override readonly name = "GuardedError";
  readonly code: GuardedCode;
  readonly where: string;
  readonly action: string | undefined;
  /** The whole text that was read. */
  readonly text: string;
  /** 1-based, within {@link text}. */
  readonly line: number;
  readonly column: number;

  /** `at` is an index into the text of `source`. */
  constructor(source: Source, at: number, code: GuardedCode, problem: string) {
    const before = source.text.slice(0, at).split("\n");
    const line = before.length;
    const column = before[line - 1]!.length + 1;
    const shown = source.text.split("\n")[line - 1]!;
    // Tabs stay tabs, so that the caret stands below what it means.
    const indent = before[line - 1]!.replaceAll(/[^\t]/g, " ");
    super(`${source.where}: ${problem}\n  ${shown}\n  ${indent}^`);
    this.code = code;
    this.where = source.where;
    this.action = source.action;
    this.text = source.text;
    this.line = line;
    this.column = column;
  }
}
