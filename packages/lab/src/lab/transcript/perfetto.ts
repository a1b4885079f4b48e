/** Runs for https://ui.perfetto.dev, in the JSON trace event format (also `chrome://tracing`). */
import type { TraceEvent, Us } from "../trace.js";
import { taskLine } from "./rpcdebug.js";
import { endpointKey, flagWords, flowKey, payloadWords } from "./segment.js";

/** A line of the format; `ts` and `dur` in µs. */
interface Mark {
  readonly ph: "X" | "M" | "i" | "s" | "f";
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  readonly ts?: Us;
  readonly dur?: Us;
  readonly [key: string]: unknown;
}

/** The format's "processes", which Perfetto draws as groups of tracks, top to bottom. */
const GROUPS = ["CPUs", "threads", "wire", "outside"] as const;
type Group = (typeof GROUPS)[number];

/** Arrows only hold on to slices, so what takes no time gets the least the format has. */
const MOMENT_US = 1;
const IDLE = "idle";

/** By group and name, numbered in the order of first use. */
type Tracks = Map<string, { readonly pid: number; readonly tid: number; readonly name: string }>;

/**
 * A track per CPU (slices of who ran), per thread (steps, wake-ups), per host on the wire (packets as they leave and
 * arrive), and one for each operator's host and program; arrows from a wake-up to where its task goes on, and from a
 * packet's sending to its arrival. One mark a line, the same events give the same bytes.
 */
export function perfettoTrace(events: readonly TraceEvent[]): string {
  const tracks: Tracks = new Map();
  const marks = [
    ...cpuSlices(events, tracks),
    ...stepSlices(events, tracks),
    ...moments(events, tracks),
    ...wakeArrows(events, tracks),
    ...packetArrows(events, tracks),
  ].sort(byTime);
  const lines = [...trackNames(tracks), ...marks].map((mark) => JSON.stringify(mark));
  return `{"displayTimeUnit":"ns","traceEvents":[\n${lines.join(",\n")}\n]}\n`;
}

function track(tracks: Tracks, group: Group, name: string): { readonly pid: number; readonly tid: number } {
  const key = `${group} ${name}`;
  const known = tracks.get(key) ?? { pid: GROUPS.indexOf(group) + 1, tid: tracks.size + 1, name };
  tracks.set(key, known);
  return { pid: known.pid, tid: known.tid };
}

function trackNames(tracks: Tracks): Mark[] {
  const groups = GROUPS.map(
    (name, i): Mark => ({ ph: "M", name: "process_name", pid: i + 1, tid: 0, args: { name } }),
  );
  const names = [...tracks.values()].map(
    ({ pid, tid, name }): Mark => ({ ph: "M", name: "thread_name", pid, tid, args: { name } }),
  );
  return [...groups, ...names];
}

/** Marks of one moment stay in their order, a slice before what it holds. */
function byTime(a: Mark, b: Mark): number {
  return (a.ts ?? 0) - (b.ts ?? 0);
}

function endOf(events: readonly TraceEvent[]): Us {
  return events[events.length - 1]?.at ?? 0;
}

/** Who ran between one switch of a CPU and its next; before its first, since the trace began. */
function cpuSlices(events: readonly TraceEvent[], tracks: Tracks): Mark[] {
  const marks: Mark[] = [];
  const running = new Map<number, { thread: string; since: Us }>();
  const slice = (cpu: number, thread: string, since: Us, until: Us, why?: string): void => {
    if (thread === IDLE || until === since) return;
    const at = track(tracks, "CPUs", `CPU ${cpu}`);
    const args = why === undefined ? {} : { args: { why } };
    marks.push({ ph: "X", name: thread, ...at, ts: since, dur: until - since, ...args });
  };
  for (const event of events) {
    if (event.type !== "switch") continue;
    const before = running.get(event.cpu)?.since ?? events[0]!.at;
    slice(event.cpu, event.from, before, event.at, event.why);
    running.set(event.cpu, { thread: event.to, since: event.at });
  }
  for (const [cpu, { thread, since }] of running) slice(cpu, thread, since, endOf(events));
  return marks;
}

/** An interrupt may come over several CPUs at once, so each has its own track. */
function threadTrack(place: { readonly thread: string; readonly cpu: number }): string {
  return place.thread === "softirq" ? `softirq on CPU ${place.cpu}` : place.thread;
}

/** A step lasts until its CPU takes another or switches. */
function stepSlices(events: readonly TraceEvent[], tracks: Tracks): Mark[] {
  const marks: Mark[] = [];
  const doing = new Map<number, Extract<TraceEvent, { type: "step" }>>();
  const finish = (cpu: number, until: Us): void => {
    const step = doing.get(cpu);
    if (step === undefined) return;
    const args = { cpu, stack: step.stack.join(" < ") };
    const at = track(tracks, "threads", threadTrack(step));
    marks.push({ ph: "X", name: step.fn, ...at, ts: step.at, dur: until - step.at, args });
    doing.delete(cpu);
  };
  for (const event of events) {
    if (event.type !== "switch" && event.type !== "step") continue;
    finish(event.cpu, event.at);
    if (event.type === "step") doing.set(event.cpu, event);
  }
  for (const cpu of [...doing.keys()]) finish(cpu, endOf(events));
  return marks;
}

function moments(events: readonly TraceEvent[], tracks: Tracks): Mark[] {
  const marks: Mark[] = [];
  const slice = (group: Group, on: string, ts: Us, name: string, args: object): void => {
    marks.push({ ph: "X", name, ...track(tracks, group, on), ts, dur: MOMENT_US, args });
  };
  const instant = (on: string, ts: Us, name: string): void => {
    marks.push({ ph: "i", name, ...track(tracks, "outside", on), ts, s: "g" });
  };
  for (const event of events) {
    const { at } = event;
    if (event.type === "wake") {
      const name = `wake task ${event.task}${event.early ? " early" : ""}`;
      const { queue, status, stack } = event;
      slice("threads", threadTrack(event), at, name, { queue, status, stack: stack.join(" < ") });
    } else if (event.type === "packet" || event.type === "delivered") {
      const { src, dst, payload } = event.segment;
      const sent = event.type === "packet";
      const what = payload === undefined ? "" : ` ${payloadWords(payload)}`;
      slice(
        "wire",
        sent ? src.host : dst.host,
        at,
        `${sent ? "" : "arrived: "}${flagWords(event.segment)}${what}`,
        {
          from: endpointKey(src),
          to: endpointKey(dst),
          seq: event.segment.seq,
          ...(sent ? { cause: event.cause, dropped: event.dropped } : {}),
        },
      );
    } else if (event.type === "icmp") {
      const { error, from, quoted } = event.icmp;
      slice("wire", quoted.src.host, at, `arrived: ICMP ${error}`, { from, effect: event.effect });
    } else if (event.type === "operator") instant(event.host, at, event.text);
    else if (event.type === "output") instant(event.program, at, event.text);
    else if (event.type === "finding") instant("findings", at, `${event.property}: ${event.text}`);
  }
  return marks;
}

interface End {
  readonly group: Group;
  readonly on: string;
  readonly at: Us;
}

function arrow(tracks: Tracks, name: string, id: string, from: End, to: End): Mark[] {
  const head = { ph: "s", name, cat: name, id, ...track(tracks, from.group, from.on), ts: from.at } as const;
  const tail = {
    ph: "f",
    name,
    cat: name,
    id,
    ...track(tracks, to.group, to.on),
    ts: to.at,
    bp: "e",
  } as const;
  return [head, tail];
}

/** From a wake-up to the line with which its task goes on, in another thread or later in this one. */
function wakeArrows(events: readonly TraceEvent[], tracks: Tracks): Mark[] {
  const marks: Mark[] = [];
  const woken = new Map<number, End>();
  for (const event of events) {
    if (event.type === "wake")
      woken.set(event.task, { group: "threads", on: threadTrack(event), at: event.at });
    if (event.type !== "rpcdebug") continue;
    const line = taskLine(event.text);
    if (line === undefined || !/^(sync task resuming|__rpc_execute )/.test(line.says)) continue;
    const from = woken.get(line.task);
    if (from === undefined) continue;
    woken.delete(line.task);
    const to: End = { group: "threads", on: threadTrack(event), at: event.at };
    marks.push(...arrow(tracks, "wake", `wake${marks.length / 2}`, from, to));
  }
  return marks;
}

/** Segments of one flow that look alike (a FIN sent twice) arrive in the order in which they left. */
function packetArrows(events: readonly TraceEvent[], tracks: Tracks): Mark[] {
  const marks: Mark[] = [];
  const flying = new Map<string, End[]>();
  for (const event of events) {
    if (event.type !== "packet" && event.type !== "delivered") continue;
    const { src, dst, seq, ackSeq } = event.segment;
    const key = `${flowKey(src, dst)} ${flagWords(event.segment)} ${seq} ${ackSeq}`;
    const queue = flying.get(key) ?? [];
    flying.set(key, queue);
    if (event.type === "packet") {
      if (event.dropped === undefined) queue.push({ group: "wire", on: src.host, at: event.at });
      continue;
    }
    const from = queue.shift();
    if (from === undefined) continue;
    const to: End = { group: "wire", on: dst.host, at: event.at };
    marks.push(...arrow(tracks, "packet", `packet${marks.length / 2}`, from, to));
  }
  return marks;
}
