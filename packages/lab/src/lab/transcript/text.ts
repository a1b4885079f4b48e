/** The transcript for people: one line a step, a column per actor, so that a race can be read from top to bottom. */
import type { Endpoint, Segment } from "../net/segment.js";
import type { TraceEvent, Us } from "../trace.js";
import { seconds } from "./clock.js";
import { taskLine } from "./rpcdebug.js";
import { endpointKey, flagWords, payloadWords } from "./segment.js";

/** `rpc`: steps, the debug log, wake-ups; `wire`: packets; `sched`: who got a CPU. Deeds, output and findings always. */
export type TextSubject = "rpc" | "wire" | "sched";

export interface TextOptions {
  /** Characters per column, at least 8; what is longer runs over the columns to its right. Default 28. */
  readonly columnWidth?: number;
  /** Only these; default all. */
  readonly only?: readonly TextSubject[];
  /** Events not before, and not after. Default all. */
  readonly fromUs?: Us;
  readonly toUs?: Us;
  /** Names for addresses: `{"192.168.1.100": "client"}`. */
  readonly hosts?: Readonly<Record<string, string>>;
}

const SUBJECT: Readonly<Partial<Record<TraceEvent["type"], TextSubject>>> = {
  step: "rpc",
  rpcdebug: "rpc",
  wake: "rpc",
  packet: "wire",
  delivered: "wire",
  icmp: "wire",
  switch: "sched",
};

const IDLE = "idle";
const WIRE = "wire";
const OPERATOR = "operator";
const FINDING = "finding";

/** A line of the transcript before it is laid out; further lines stand below the first, in the same column. */
interface Entry {
  readonly at: Us;
  readonly cpu: number | undefined;
  readonly actor: string;
  readonly lines: readonly string[];
}

/**
 * Lines of time, CPU, actor, and what it did in the actor's column; columns in the order in which actors appear,
 * threads before operator and wire; a finding stands across all. A task woken early has the waker's stack below, one
 * function a line, innermost first. No colour; the same events give the same bytes. RangeError: `columnWidth` below 8.
 */
export function textTranscript(events: readonly TraceEvent[], options: TextOptions = {}): string {
  const width = options.columnWidth ?? 28;
  if (width < 8) throw new RangeError(`columnWidth ${width} is below 8`);
  const entries = collect(
    events.filter((event) => isWanted(event, options)),
    options.hosts ?? {},
  );
  if (entries.length === 0) return "";
  const actors = columnsOf(entries);
  const margin = Math.max(FINDING.length, ...actors.map((actor) => actor.length));
  const left = (at: string, cpu: string, actor: string): string =>
    `${at.padStart(12)} ${cpu.padStart(3)} ${actor.padEnd(margin)}  `;
  const head =
    left("time", "cpu", "who") +
    actors.map((actor) => `| ${actor}`.slice(0, width - 1).padEnd(width)).join("");
  const text = [head.trimEnd()];
  for (const { at, cpu, actor, lines } of entries) {
    lines.forEach((line, i) => {
      const start =
        i === 0 ? left(seconds(at), cpu === undefined ? "-" : String(cpu), actor) : left("", "", "");
      text.push((start + lanes(line, actors.indexOf(actor), actors.length, width)).trimEnd());
    });
  }
  return `${text.join("\n")}\n`;
}

function isWanted(event: TraceEvent, { only, fromUs, toUs }: TextOptions): boolean {
  const subject = SUBJECT[event.type];
  return (
    event.at >= (fromUs ?? 0) &&
    event.at <= (toUs ?? Number.POSITIVE_INFINITY) &&
    (only === undefined || subject === undefined || only.includes(subject))
  );
}

function columnsOf(entries: readonly Entry[]): string[] {
  const all = [...new Set(entries.map((entry) => entry.actor))].filter((actor) => actor !== FINDING);
  const last = [OPERATOR, WIRE]; // what the wire says is long: nothing should stand to its right
  return [...all.filter((actor) => !last.includes(actor)), ...last.filter((actor) => all.includes(actor))];
}

/** `line` in its column, a bar for each column that it leaves free; across all columns when it has none. */
function lanes(line: string, column: number, columns: number, width: number): string {
  if (column < 0) return line;
  const bar = "|".padEnd(width);
  const cell = `| ${line} `.padEnd(width);
  const covered = Math.ceil(cell.length / width);
  const gap = " ".repeat(covered * width - cell.length);
  return bar.repeat(column) + cell + gap + bar.repeat(Math.max(0, columns - column - covered));
}

function collect(events: readonly TraceEvent[], hosts: Readonly<Record<string, string>>): Entry[] {
  const entries: Entry[] = [];
  events.forEach((event, i) => {
    if (!isToldBefore(event, events[i - 1])) entries.push(entryOf(event, events[i + 1], hosts));
  });
  return entries;
}

/** A log line right after a step of the same thread tells what that step changed, and stands on its line. */
function isToldBefore(event: TraceEvent | undefined, before: TraceEvent | undefined): boolean {
  return (
    event?.type === "rpcdebug" &&
    before?.type === "step" &&
    event.at === before.at &&
    event.cpu === before.cpu &&
    event.thread === before.thread
  );
}

function entryOf(
  event: TraceEvent,
  next: TraceEvent | undefined,
  hosts: Readonly<Record<string, string>>,
): Entry {
  const { at } = event;
  switch (event.type) {
    case "step": {
      const change =
        next?.type === "rpcdebug" && isToldBefore(next, event) ? `: ${changeOf(next.text, event.fn)}` : "";
      return { at, cpu: event.cpu, actor: event.thread, lines: [`${event.fn}${change}`] };
    }
    case "rpcdebug":
      return { at, cpu: event.cpu, actor: event.thread, lines: [`  ${changeOf(event.text, "")}`] };
    case "wake":
      return { at, cpu: event.cpu, actor: event.thread, lines: wakeLines(event) };
    case "switch": {
      const actor = event.from === IDLE ? event.to : event.from;
      const then = event.to === IDLE ? "CPU idle" : `${event.to} runs`;
      const line = event.from === IDLE ? "~ runs" : `~ ${event.why}, ${then}`;
      return { at, cpu: event.cpu, actor, lines: [line] };
    }
    case "packet": {
      const lost = event.dropped === undefined ? "" : `  DROPPED: ${event.dropped}`;
      return {
        at,
        cpu: undefined,
        actor: WIRE,
        lines: [`${segmentWords(event.segment, hosts)}${lost}  (${event.cause})`],
      };
    }
    case "delivered":
      return {
        at,
        cpu: undefined,
        actor: WIRE,
        lines: [
          `${segmentWords(event.segment, hosts)}  arrived${event.ignored === undefined ? "" : `, IGNORED: ${event.ignored}`}`,
        ],
      };
    case "icmp": {
      const { error, from, quoted } = event.icmp;
      const line = `ICMP ${error} from ${hosts[from] ?? from}: ${segmentWords(quoted, hosts)}  (${event.effect})`;
      return { at, cpu: undefined, actor: WIRE, lines: [line] };
    }
    case "operator":
      return {
        at,
        cpu: undefined,
        actor: OPERATOR,
        lines: [`${hosts[event.host] ?? event.host}# ${event.text}`],
      };
    case "output":
      return { at, cpu: undefined, actor: event.program, lines: [`prints: ${event.text}`] };
    case "finding":
      return { at, cpu: undefined, actor: FINDING, lines: [`*** ${event.property}: ${event.text}`] };
  }
}

/** `task 15 (status -11)` of `   15 call_status (status -11)` in call_status. */
function changeOf(text: string, fn: string): string {
  const line = taskLine(text);
  const says = (line?.says ?? text).trim();
  const rest = fn !== "" && says.startsWith(`${fn} `) ? says.slice(fn.length + 1) : says;
  return line === undefined ? rest : `task ${line.task} ${rest}`;
}

function wakeLines(wake: Extract<TraceEvent, { type: "wake" }>): string[] {
  const line = `wakes task ${wake.task} on "${wake.queue}", status ${wake.status}`;
  return wake.early ? [`${line}, EARLY, from`, ...wake.stack.map((fn) => `    ${fn}`)] : [line];
}

function segmentWords(segment: Segment, hosts: Readonly<Record<string, string>>): string {
  const name = (end: Endpoint): string => endpointKey({ host: hosts[end.host] ?? end.host, port: end.port });
  const ack = segment.ack ? ` ack ${segment.ackSeq >>> 0}` : "";
  const payload = segment.payload === undefined ? "" : `  ${payloadWords(segment.payload)}`;
  const path = `${name(segment.src)} > ${name(segment.dst)}`;
  return `${flagWords(segment).padEnd(7)} ${path}  seq ${segment.seq >>> 0}${ack}${payload}`;
}
