/** One `.x` file. */
export interface Source {
  /** As people should see it in messages and headers: a path relative to somewhere sensible. */
  readonly name: string;
  readonly text: string;
}

/** A stretch of a source. */
export interface Place {
  readonly source: Source;
  readonly offset: number;
  readonly length: number;
}

/** One thing wrong with a source. */
export interface Problem {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 units. */
  readonly column: number;
  readonly message: string;
  /** What to do about it, if we know. */
  readonly hint: string | undefined;
  /** The source line and a caret under the place. */
  readonly excerpt: string;
}

/** A source does not compile. The message lists every problem, ready for a terminal. */
export class CompileError extends Error {
  override readonly name = "CompileError";
  readonly code = "ERPCGEN";
  readonly problems: readonly Problem[];
  constructor(problems: readonly Problem[]) {
    super(problems.map(formatProblem).join("\n"));
    this.problems = problems;
  }
}

const MAX_PROBLEMS = 25;

/** Collects problems, so that one run shows several. */
export class Problems {
  readonly #found: Problem[] = [];

  get count(): number {
    return this.#found.length;
  }

  add(at: Place, message: string, hint?: string): void {
    const problem = problemAt(at, message, hint);
    const same = (p: Problem) =>
      p.file === problem.file && p.line === problem.line && p.column === problem.column;
    if (!this.#found.some(same)) this.#found.push(problem);
  }

  /** Throws {@link CompileError} if there are any, in source order. */
  throwIfAny(): void {
    if (this.#found.length === 0) return;
    const sorted = this.#found.toSorted((a, b) =>
      a.file === b.file ? a.line - b.line || a.column - b.column : a.file < b.file ? -1 : 1,
    );
    throw new CompileError(sorted.slice(0, MAX_PROBLEMS));
  }
}

function problemAt({ source, offset, length }: Place, message: string, hint: string | undefined): Problem {
  const lineStart = source.text.lastIndexOf("\n", offset - 1) + 1;
  const nextLine = source.text.indexOf("\n", lineStart);
  const line = source.text.slice(lineStart, nextLine === -1 ? undefined : nextLine).replace(/\r$/, "");
  const column = offset - lineStart;
  const caret = "^".repeat(Math.max(1, Math.min(length, line.length - column)));
  return {
    file: source.name,
    line: source.text.slice(0, lineStart).split("\n").length,
    column: column + 1,
    message,
    hint,
    excerpt: `${line}\n${line.slice(0, column).replace(/[^\t]/g, " ")}${caret}`,
  };
}

function formatProblem(problem: Problem): string {
  const { file, line, column, message, hint, excerpt } = problem;
  const indented = excerpt.replace(/^/gm, "    ");
  return `${file}:${line}:${column}: ${message}\n${indented}${hint === undefined ? "" : `\n    ${hint}`}`;
}

/** The known name nearest to `name`, if one is near enough to be what was meant. */
export function nearest(name: string, known: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(name.length / 3)) + 1;
  for (const candidate of known) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** Levenshtein's distance. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}
