/**
 * A schedule as one printable line that a URL can carry:
 *
 *     reconnect~k3f09a:T.call_transmit,T.tcp_sendmsg*3,net.rst,net.loss@2;T.connect,net.rst
 *
 * the model and its fingerprint, then the steps by name; `*3`: three times in a row; `@2`: the second of that name;
 * after `;`: the steps that are repeated for ever. Other characters in a name than letters, digits and `-_.!'()` are
 * percent-encoded.
 */
import type { Subject } from "./schedule-run.js";

export interface Schedule {
  readonly model: string;
  /** As `Subject.fingerprint`; empty: not known. */
  readonly fingerprint: string;
  /** Names as `stepName` gives them. */
  readonly steps: readonly string[];
  /** Where the part that is repeated for ever begins; undefined: there is none. */
  readonly loopAt: number | undefined;
}

/** A line that is not a schedule. */
export class ScheduleTextError extends Error {
  override readonly name = "ScheduleTextError";
  /** Where in the line, from 1. */
  readonly column: number;
  constructor(column: number, problem: string) {
    super(`not a schedule, column ${column}: ${problem}; a schedule reads model~hash:step,step*3;loop,loop`);
    this.column = column;
  }
}

/** A longer repetition is more likely a slip of the pen than a schedule. */
const MAX_STEPS = 10_000_000;

/** The schedule of `subject` that takes `steps`. */
export function newSchedule(subject: Subject, steps: readonly string[], loopAt?: number): Schedule {
  return { model: subject.name, fingerprint: subject.fingerprint, steps, loopAt };
}

/** `schedule` as a line; {@link parseSchedule} undoes it. */
export function formatSchedule(schedule: Schedule): string {
  const { model, fingerprint, steps } = schedule;
  const loopAt = schedule.loopAt ?? steps.length;
  const head = fingerprint === "" ? encode(model) : `${encode(model)}~${encode(fingerprint)}`;
  const loop = schedule.loopAt === undefined ? "" : `;${formatSteps(steps.slice(loopAt))}`;
  return `${head}:${formatSteps(steps.slice(0, loopAt))}${loop}`;
}

function formatSteps(steps: readonly string[]): string {
  const parts: string[] = [];
  for (let i = 0; i < steps.length; ) {
    let end = i + 1;
    while (steps[end] === steps[i]) end++;
    const name = encode(steps[i]!);
    parts.push(end - i === 1 ? name : `${name}*${end - i}`);
    i = end;
  }
  return parts.join(",");
}

/** Reads a line back. Throws {@link ScheduleTextError}. */
export function parseSchedule(line: string): Schedule {
  const colon = line.indexOf(":");
  if (colon < 0) throw new ScheduleTextError(line.length + 1, "no `:` after the model's name");
  const [model = "", fingerprint = "", ...more] = line.slice(0, colon).split("~");
  if (model === "" || more.length > 0) throw new ScheduleTextError(1, "the model is not one name");
  const [path = "", loop, ...rest] = line.slice(colon + 1).split(";");
  if (rest.length > 0) throw new ScheduleTextError(line.lastIndexOf(";") + 1, "a second `;`");
  const steps: string[] = [];
  parseSteps(path, colon + 2, steps);
  const loopAt = loop === undefined ? undefined : steps.length;
  if (loop !== undefined) parseSteps(loop, colon + 3 + path.length, steps);
  if (loopAt === steps.length) throw new ScheduleTextError(line.length, "nothing after `;`");
  return { model: decode(model, 1), fingerprint: decode(fingerprint, model.length + 2), steps, loopAt };
}

const STEP = /^([^*~;:]+?)(?:\*([1-9][0-9]*))?$/;

function parseSteps(text: string, from: number, steps: string[]): void {
  if (text === "") return;
  let column = from;
  for (const part of text.split(",")) {
    const match = STEP.exec(part);
    if (match === null) throw new ScheduleTextError(column, `\`${part}\` is not a step`);
    const name = decode(match[1]!, column);
    const times = Number(match[2] ?? 1);
    if (steps.length + times > MAX_STEPS) throw new ScheduleTextError(column, `more than ${MAX_STEPS} steps`);
    for (let i = 0; i < times; i++) steps.push(name);
    column += part.length + 1;
  }
}

/** `@` stays: it is no separator, and part of many a step's name. */
function encode(name: string): string {
  return encodeURIComponent(name).replace(/[*~]/g, hex).replaceAll("%40", "@");
}

const hex = (character: string): string => `%${character.charCodeAt(0).toString(16).toUpperCase()}`;

function decode(text: string, column: number): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new ScheduleTextError(column, `\`${text}\` is not percent-encoded text`);
  }
}
