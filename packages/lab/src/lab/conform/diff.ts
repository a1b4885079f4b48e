/** Two logs side by side: do they say the same in the same order? For a model that makes no choices of its own. */
import { compareLines, NO_NAMES } from "./compare.js";
import { isIgnored, type LineTest, startingAt } from "./ignored.js";
import type { LogLine } from "./log.js";

export interface DiffOptions {
  /** Recordings begin in the middle: lines before the first that passes are skipped. */
  readonly recordedFrom?: LineTest;
  /** `anywhere`: wherever the model's log follows the recording furthest. */
  readonly modelledFrom?: LineTest | "anywhere";
  /** Lines left out on both sides; `isIgnored` if not given. */
  readonly ignore?: LineTest;
  /** So many lines of both logs before and after a difference are in its text; 4 if not given. */
  readonly context?: number;
}

/** How far two logs agree. */
export interface LogDiff {
  readonly same: boolean;
  /** Lines compared and found the same. */
  readonly followed: number;
  /** Lines before the first that was compared. */
  readonly skipped: { readonly recorded: number; readonly modelled: number };
  readonly difference: LogDifference | undefined;
}

export interface LogDifference {
  /** Nothing: there is no line left to compare in the recording. */
  readonly recorded: LogLine | undefined;
  /** Nothing: the model's log ends here. */
  readonly modelled: LogLine | undefined;
  /** Which field or which function. */
  readonly because: string;
  /** For people: both sides with some lines around. */
  readonly text: string;
}

/**
 * Follows the recorded log through the modelled one: same functions, statuses, socket states and shutdown bits in the
 * same order. The recording may end before the model does; the other way round is a difference, and so is a
 * recording of which nothing is left to follow.
 */
export function diffLogs(
  recorded: readonly LogLine[],
  modelled: readonly LogLine[],
  options: DiffOptions = {},
): LogDiff {
  const ignore = options.ignore ?? isIgnored;
  const from = startingAt(recorded, options.recordedFrom);
  const a = from.lines.filter((line) => !ignore(line));
  let furthest: LogDiff | undefined;
  for (const start of startsOf(a, modelled, options.modelledFrom)) {
    const b = modelled.slice(start).filter((line) => !ignore(line));
    const skipped = { recorded: from.skipped, modelled: start };
    const diff: LogDiff = { skipped, ...follow(a, b, options.context ?? 4) };
    if (diff.same) return diff;
    if (furthest === undefined || diff.followed > furthest.followed) furthest = diff;
  }
  return furthest as LogDiff;
}

/** Where the model's log may be taken up: at least one place. */
function startsOf(
  recorded: readonly LogLine[],
  modelled: readonly LogLine[],
  from: DiffOptions["modelledFrom"],
): readonly number[] {
  if (from !== "anywhere") return [startingAt(modelled, from).skipped];
  const [first] = recorded;
  const starts = [...modelled.keys()].filter((i) => {
    const line = modelled[i];
    return first !== undefined && line !== undefined && compareLines(first, line, NO_NAMES).same;
  });
  return starts.length > 0 ? starts : [0];
}

function follow(a: readonly LogLine[], b: readonly LogLine[], context: number): Omit<LogDiff, "skipped"> {
  const failed = (at: number, because: string) => ({
    same: false,
    followed: at,
    difference: differenceAt(a, b, at, because, context),
  });
  if (a.length === 0) return failed(0, "the recording has no line to follow");
  let names = NO_NAMES;
  for (const [i, line] of a.entries()) {
    const other = b[i];
    if (other === undefined) return failed(i, "the model's log ends here");
    const compared = compareLines(line, other, names);
    if (!compared.same) return failed(i, compared.because);
    names = compared.names;
  }
  return { same: true, followed: a.length, difference: undefined };
}

function differenceAt(
  a: readonly LogLine[],
  b: readonly LogLine[],
  at: number,
  because: string,
  context: number,
): LogDifference {
  const rows = [`${a[at] === undefined ? "" : `line ${a[at].line}: `}${because}`];
  for (const [side, lines] of [
    ["recorded", a],
    ["modelled", b],
  ] as const) {
    rows.push(`${side}:`);
    for (let i = Math.max(0, at - context); i <= Math.min(at + context, lines.length); i++) {
      const line = lines[i];
      rows.push(`${i === at ? ">" : " "} ${line === undefined ? "(end)" : printLine(line)}`);
    }
  }
  return { recorded: a[at], modelled: b[at], because, text: rows.join("\n") };
}

/** What came of a comparison, for people: how far it got, and where it ended both sides. */
export function printDiff({ same, followed, skipped, difference }: LogDiff): string {
  const skips = `skipped before: ${skipped.recorded} recorded, ${skipped.modelled} modelled`;
  if (same) return `followed to the end, ${followed} lines (${skips})`;
  return `followed ${followed} lines (${skips}), then\n${difference?.text ?? ""}`;
}

/** A line with its number and time in seconds, for messages. */
export function printLine({ line, atUs, task, text }: LogLine): string {
  return `${String(line).padStart(5)} ${(atUs / 1e6).toFixed(6).padStart(12)} ${String(task ?? "").padStart(5)} ${text}`;
}
