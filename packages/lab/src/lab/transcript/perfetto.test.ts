import assert from "node:assert/strict";
import { test } from "node:test";
import type { TraceEvent } from "../trace.js";
import { perfettoTrace } from "./perfetto.js";
import { RUN } from "./sample.fixture.js";

interface Mark {
  readonly ph: string;
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  readonly ts: number;
  readonly dur?: number;
  readonly id?: string;
  readonly args?: { readonly name?: string };
}

function marksOf(events: readonly TraceEvent[]): Mark[] {
  return JSON.parse(perfettoTrace(events)).traceEvents;
}

/** `group/track name ts+dur` of the marks of one kind. */
function shown(events: readonly TraceEvent[], ...phases: readonly string[]): string[] {
  const marks = marksOf(events);
  const name = (kind: string, same: (mark: Mark) => boolean): string =>
    marks.find((mark) => mark.name === kind && same(mark))?.args?.name ?? "?";
  return marks
    .filter((mark) => phases.includes(mark.ph))
    .map((mark) => {
      const group = name("process_name", (other) => other.pid === mark.pid);
      const track = name("thread_name", (other) => other.pid === mark.pid && other.tid === mark.tid);
      const length = mark.dur === undefined ? "" : `+${mark.dur}`;
      return `${group}/${track} ${mark.name} ${mark.ts}${length}`;
    });
}

test("CPU tracks say who ran from switch to switch, thread tracks what it did", () => {
  const slices = shown(RUN, "X");
  assert.deepEqual(
    slices.filter((slice) => slice.startsWith("CPUs/")),
    [
      "CPUs/CPU 0 hang.py 10+2010",
      "CPUs/CPU 0 kworker/0:1 2020+28055421",
      "CPUs/CPU 0 hang.py 28057441+63260",
    ],
  );
  assert.deepEqual(
    slices.filter((slice) => slice.startsWith("threads/")),
    [
      "threads/hang.py call_start 10+2010",
      "threads/kworker/0:1 xs_tcp_setup_socket 2025+28055416",
      "threads/kworker/0:1 wake task 16 early 28057440+1",
    ],
  );
});

test("deeds, output and findings are instants", () => {
  assert.deepEqual(shown(RUN, "i"), [
    "outside/hang.py posix.stat_result(st_size=5) 701",
    "outside/192.168.1.100 ip route add blackhole 192.168.1.200/32 1000",
    "outside/findings loop: 2 turns without a byte 28120701",
  ]);
});

test("arrows go from the waker to the woken and from sender to receiver, each begun in a slice of its track", () => {
  const arrows = shown(RUN, "s", "f");
  assert.deepEqual(arrows, [
    "wire/192.168.1.100 packet 20",
    "wire/192.168.1.200 packet 120",
    "wire/192.168.1.200 packet 121",
    "wire/192.168.1.100 packet 221",
    "threads/kworker/0:1 wake 28057440",
    "threads/hang.py wake 28057442",
  ]);
  const marks = marksOf(RUN);
  for (const start of marks.filter((mark) => mark.ph === "s")) {
    const holds = marks.some(
      (mark) =>
        mark.ph === "X" &&
        mark.tid === start.tid &&
        mark.ts <= start.ts &&
        start.ts <= mark.ts + (mark.dur ?? 0),
    );
    assert.ok(holds, `nothing holds the arrow ${start.id}`);
  }
});

test("a task that goes on without having been woken again has no arrow, nor has a packet that was dropped", () => {
  const again: TraceEvent = {
    type: "rpcdebug",
    at: 28_200_000,
    cpu: 0,
    thread: "hang.py",
    text: "    16 sync task resuming",
  };
  const lost = RUN.find((event) => event.type === "packet" && event.dropped !== undefined)!;
  assert.ok(lost.type === "packet");
  const late: TraceEvent = { type: "delivered", at: 28_200_001, segment: lost.segment };
  assert.deepEqual(shown([...RUN, again, late], "s", "f"), shown(RUN, "s", "f"));
});

test("slices of a track nest, interrupts of two CPUs included", () => {
  const step = (at: number, cpu: number, thread: string): TraceEvent => ({
    type: "step",
    at,
    cpu,
    thread,
    fn: "f",
    stack: ["f"],
  });
  const events = [
    ...RUN.slice(0, 3),
    step(30, 0, "softirq"),
    step(31, 1, "softirq"),
    step(40, 0, "x"),
    step(50, 1, "y"),
  ];
  const ends = new Map<number, number[]>();
  for (const { ph, tid, ts, dur } of marksOf(events)) {
    if (ph !== "X") continue;
    const open = (ends.get(tid) ?? []).filter((end) => end > ts);
    for (const end of open) assert.ok(ts + dur! <= end, `track ${tid}: ${ts}+${dur} runs over ${end}`);
    ends.set(tid, [...open, ts + dur!]);
  }
  assert.ok(shown(events, "X").includes("threads/softirq on CPU 1 f 31+19"));
});
