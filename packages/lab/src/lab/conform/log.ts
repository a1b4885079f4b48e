/** Reads the kernel's RPC debug log (`rpcdebug -m rpc -s all`) into lines that can be compared. */
import type { TraceEvent, Us } from "../trace.js";
import { FIELDS, FORMS } from "./forms.js";

/** A line of the log, or a pair of lines that one function prints as one. */
export interface LogLine {
  /** The kernel's or the model's clock, µs. */
  readonly atUs: Us;
  /** 1-based line of the log; of a pair the first. */
  readonly line: number;
  readonly task: number | undefined;
  /** The kernel function that printed it. */
  readonly fn: string;
  /** Its kind: the form it has in the table of forms. */
  readonly form: string;
  /** What it says; numbers as numbers, addresses as printed. */
  readonly fields: { readonly [name: string]: number | string };
  /** As printed, without time, `RPC:` and task. */
  readonly text: string;
}

export interface RecordedLog {
  readonly lines: readonly LogLine[];
  /** The last line, if the log was cut in it: it is not among `lines`. */
  readonly truncated: string | undefined;
}

/** A line that cannot be read. */
export class LogSyntaxError extends Error {
  override readonly name = "LogSyntaxError";
  readonly code = "ELOGSYNTAX";
  /** 1-based. */
  readonly line: number;

  constructor(line: number, what: string, text: string) {
    super(`line ${line}: ${what}: ${text}`);
    this.line = line;
  }
}

interface Reading {
  readonly fn: string;
  readonly form: string;
  readonly first: RegExp;
  readonly second: RegExp | undefined;
}

/** A line before it is understood; `text` begins after `RPC:`. */
interface Printed {
  readonly atUs: Us;
  readonly line: number;
  readonly text: string;
}

const READINGS: readonly Reading[] = FORMS.map(({ fn, form, then }) => ({
  fn,
  form,
  first: pattern(form),
  second: then === undefined ? undefined : pattern(then),
}));

/** The form as a regular expression with a named group per field. */
function pattern(form: string): RegExp {
  const parts = form.split(/\{(\w+)\}/).map((part, i) => {
    if (i % 2 === 0) return part.replace(/[.*+?^$()|[\]\\]/g, "\\$&").replaceAll(" ", " +");
    const field = FIELDS[part];
    if (field === undefined) throw new Error(`${form}: no field ${part}`);
    return `(?<${part}>${field.pattern})`;
  });
  return new RegExp(`^${parts.join("")}$`);
}

const STAMPED = /^(?:<\d+>)?\[ *(\d+)\.(\d{6})\] (.*)$/;
/** What follows `RPC:` when it is about a task; no other line begins with a decimal number. */
const WITH_TASK = /^ {0,5}(\d+) (\S.*)$/;

/**
 * Reads a log as dmesg prints it.
 * @throws LogSyntaxError naming the line that is none of the known forms, or half of a pair.
 */
export function parseRpcdebug(text: string): RecordedLog {
  const rows = text.split("\n").map((row) => row.replace(/\r$/, ""));
  // what follows the last newline: the kernel ends every line with one
  const tail = rows.pop() ?? "";
  const printed: Printed[] = [];
  for (const [i, row] of rows.entries()) {
    if (row.trim() === "") continue;
    const stamped = STAMPED.exec(row);
    if (stamped === null) throw new LogSyntaxError(i + 1, "not a line of the kernel's log", row);
    const [, seconds = "", micros = "", rest = ""] = stamped;
    printed.push({
      atUs: Number(seconds) * 1e6 + Number(micros),
      line: i + 1,
      text: rest.replace(/^RPC:/, ""),
    });
  }
  const { lines, open } = readAll(printed);
  if (tail === "" && open !== undefined) return { lines, truncated: open.text.trim() };
  return { lines, truncated: tail === "" ? undefined : tail };
}

/**
 * The lines a run of the model printed; `line` counts them from 1.
 * @throws LogSyntaxError as `parseRpcdebug`.
 */
export function linesOfTrace(events: readonly TraceEvent[]): readonly LogLine[] {
  const printed: Printed[] = [];
  for (const e of events) {
    if (e.type === "rpcdebug") printed.push({ atUs: e.at, line: printed.length + 1, text: e.text });
  }
  return readAll(printed).lines;
}

/** The lines, and the half of a pair that waits for its second line at the end. */
function readAll(printed: readonly Printed[]): { lines: readonly LogLine[]; open: Printed | undefined } {
  const lines: LogLine[] = [];
  let half: { printed: Printed; reading: Reading } | undefined;
  for (const row of printed) {
    const { task, text } = taskOf(row.text);
    if (half !== undefined) {
      const first = taskOf(half.printed.text);
      const second = half.reading.second?.exec(text);
      if (!second) throw new LogSyntaxError(row.line, `expected the second line of ${half.reading.fn}`, text);
      const groups = { ...half.reading.first.exec(first.text)?.groups, ...second.groups };
      lines.push(lineOf(half.printed, first.task, `${first.text} ${text}`, half.reading, groups));
      half = undefined;
      continue;
    }
    const reading = READINGS.find(({ first }) => first.test(text));
    if (reading === undefined) throw new LogSyntaxError(row.line, "a line of no known form", text);
    if (reading.second === undefined) {
      lines.push(lineOf(row, task, text, reading, reading.first.exec(text)?.groups ?? {}));
    } else {
      half = { printed: row, reading };
    }
  }
  return { lines, open: half?.printed };
}

function taskOf(text: string): { task: number | undefined; text: string } {
  const found = WITH_TASK.exec(text);
  if (found === null) return { task: undefined, text: text.trim() };
  return { task: Number(found[1]), text: (found[2] ?? "").trimEnd() };
}

function lineOf(
  { atUs, line }: Printed,
  task: number | undefined,
  text: string,
  reading: Reading,
  groups: { readonly [name: string]: string },
): LogLine {
  const fields: { [name: string]: number | string } = {};
  for (const [name, value] of Object.entries(groups)) {
    if (name === "fn") continue;
    const radix = FIELDS[name]?.radix;
    fields[name] = radix === undefined ? value : Number.parseInt(value, radix);
  }
  const fn = reading.fn === "{fn}" ? (groups["fn"] ?? "") : reading.fn;
  return { atUs, line, task, fn, form: reading.form, fields, text };
}
