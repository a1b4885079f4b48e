/** What is wrong with a scenario file, and where. */

export type ProblemCode =
  | "syntax"
  | "empty"
  | "shape"
  | "unknown-key"
  | "missing-key"
  | "bad-value"
  | "bad-duration"
  | "bad-priority"
  | "unknown-word"
  | "unknown-name"
  | "duplicate-name"
  | "out-of-order"
  | "unknown-host"
  | "heal-without-blackhole"
  | "unknown-command"
  | "bad-command";

/** 1-based. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Something read, and where it stood. */
export interface Placed<T> {
  readonly value: T;
  readonly at: Position;
}

export interface Problem extends Position {
  readonly code: ProblemCode;
  /** What is wrong and what to do, without the place. */
  readonly message: string;
}

/** Notes a problem of the file being read. */
export type Report = (at: Position, code: ProblemCode, message: string) => void;

/**
 * A scenario that cannot be run. Carries every problem of the file, in the order of the file; `code`, `line` and
 * `column` are the first one's, and `message` has one `file:line:column: message` line for each.
 */
export class ScenarioError extends Error {
  override readonly name = "ScenarioError";
  readonly code: ProblemCode;
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly problems: readonly Problem[];

  constructor(file: string, found: readonly Problem[]) {
    const problems = found.toSorted((a, b) => a.line - b.line || a.column - b.column);
    const first = problems[0];
    if (first === undefined) throw new RangeError("a ScenarioError needs a problem");
    super(problems.map((p) => `${file}:${p.line}:${p.column}: ${p.message}`).join("\n"));
    this.code = first.code;
    this.file = file;
    this.line = first.line;
    this.column = first.column;
    this.problems = problems;
  }
}

/** A list of problems and the function that adds to it. */
export function collector(): { readonly problems: Problem[]; readonly report: Report } {
  const problems: Problem[] = [];
  return { problems, report: (at, code, message) => void problems.push({ ...at, code, message }) };
}
