/** What a person asks of a run first, counted from its events alone. */
import type { Segment } from "../net/segment.js";
import type { TraceEvent, Us } from "../trace.js";
import { flowKey } from "./segment.js";

/** Where a stat enters the kernel. */
const STAT = "sys_newstat";

export interface Summary {
  readonly steps: number;
  /** Segments that left a host, those dropped among them. */
  readonly packets: number;
  readonly dropped: number;
  /** Connections begun: SYNs with a new sequence number, repeated ones once. */
  readonly connects: number;
  /** Of these, those where the third packet of the handshake was not dropped. */
  readonly handshakes: number;
  /** Connections that the connecting side closed after the handshake without having sent a byte: the report's loop. */
  readonly closedUnused: number;
  /** Of `closedUnused`, from the first to the last; undefined with fewer than two. */
  readonly cyclesPerSecond: number | undefined;
  /** Tasks woken before their connect worker was done. */
  readonly earlyWakes: number;
  /** Longest that a program waited for a stat, one that is still out at the end counted up to there; undefined: none. */
  readonly longestStatUs: Us | undefined;
  readonly findings: number;
}

/** A stat lasts from its thread's step into the system call to the next thing the program of that name says. */
export function summarize(events: readonly TraceEvent[]): Summary {
  const sent = events.filter((event) => event.type === "packet");
  return {
    steps: events.filter((event) => event.type === "step").length,
    packets: sent.length,
    dropped: sent.filter((event) => event.dropped !== undefined).length,
    ...connections(sent),
    earlyWakes: events.filter((event) => event.type === "wake" && event.early).length,
    longestStatUs: longestStat(events),
    findings: events.filter((event) => event.type === "finding").length,
  };
}

/** A connection as seen from the side that began it. */
interface Connection {
  readonly synSeq: number;
  answered: boolean;
  done: boolean;
  used: boolean;
  closed: boolean;
}

type Sent = Extract<TraceEvent, { type: "packet" }>;

function connections(
  sent: readonly Sent[],
): Pick<Summary, "connects" | "handshakes" | "closedUnused" | "cyclesPerSecond"> {
  const open = new Map<string, Connection>();
  const closedUnusedAt: Us[] = [];
  let connects = 0;
  let handshakes = 0;
  for (const { segment, dropped, at } of sent) {
    if (segment.syn) {
      if (begins(segment, open)) connects++;
      else if (segment.ack && dropped === undefined) {
        const connection = open.get(flowKey(segment.dst, segment.src));
        if (connection !== undefined) connection.answered = true;
      }
      continue;
    }
    const connection = open.get(flowKey(segment.src, segment.dst));
    if (connection === undefined || dropped !== undefined || segment.rst) continue;
    if (!connection.done && connection.answered && segment.ack) {
      connection.done = true;
      handshakes++;
    }
    if (segment.payload !== undefined) connection.used = true;
    if (segment.fin && connection.done && !connection.closed) {
      connection.closed = true;
      if (!connection.used) closedUnusedAt.push(at);
    }
  }
  return { connects, handshakes, closedUnused: closedUnusedAt.length, cyclesPerSecond: rate(closedUnusedAt) };
}

/** Enters a new connection; false for an answer to one and for a repeated SYN. */
function begins(syn: Segment, open: Map<string, Connection>): boolean {
  const key = flowKey(syn.src, syn.dst);
  if (syn.ack || open.get(key)?.synSeq === syn.seq) return false;
  open.set(key, { synSeq: syn.seq, answered: false, done: false, used: false, closed: false });
  return true;
}

function rate(times: readonly Us[]): number | undefined {
  const spanUs = times.length < 2 ? 0 : times[times.length - 1]! - times[0]!;
  return spanUs === 0 ? undefined : ((times.length - 1) * 1e6) / spanUs;
}

function longestStat(events: readonly TraceEvent[]): Us | undefined {
  const since = new Map<string, Us>();
  const took: Us[] = [];
  for (const event of events) {
    if (event.type === "step" && event.fn === STAT) since.set(event.thread, event.at);
    if (event.type !== "output") continue;
    const start = since.get(event.program);
    if (start !== undefined) took.push(event.at - start);
    since.delete(event.program);
  }
  const end = events[events.length - 1]?.at ?? 0;
  for (const start of since.values()) took.push(end - start);
  return took.reduce<Us | undefined>((longest, us) => Math.max(longest ?? 0, us), undefined);
}

/** The numbers as lines of label and value, for the end of a transcript; what has no value is left out. */
export function summaryText(summary: Summary): string {
  const ms = (us: Us | undefined): string | undefined =>
    us === undefined ? undefined : `${(us / 1000).toFixed(3)} ms`;
  const rows: readonly (readonly [string, string | number | undefined])[] = [
    ["steps", summary.steps],
    ["packets", `${summary.packets} (${summary.dropped} dropped)`],
    ["connects", summary.connects],
    ["handshakes completed", summary.handshakes],
    ["closed without a byte", summary.closedUnused],
    ["cycles per second", summary.cyclesPerSecond?.toFixed(1)],
    ["early wakes", summary.earlyWakes],
    ["longest stat", ms(summary.longestStatUs)],
    ["findings", summary.findings],
  ];
  return rows
    .flatMap(([label, value]) => (value === undefined ? [] : [`${label.padEnd(23)}${value}\n`]))
    .join("");
}
