import assert from "node:assert/strict";
import { test } from "node:test";
import { buildGraph, GOAL, type Graph } from "../../explore/mod.js";
import { compile } from "../../guarded/mod.js";
import type { Kernel } from "../../linux/kernel.js";
import { SEND_SHUTDOWN, tcpStateName } from "../../net/mod.js";
import {
  DEFAULT_SERVER,
  DEFAULT_STATER,
  DEFAULTS,
  type Deed,
  type Fix,
  type Preset,
  type Scenario,
  type Sched,
} from "../../scenario/mod.js";
import { newWorld, stepWorld } from "../../world.js";
import { type Entry, type Policy, reconnect, reconnectOf } from "./mod.js";

const SECOND = 1_000_000;
const OTHER: Sched = { class: "OTHER", prio: 0 };
const RR = (prio: number): Sched => ({ class: "RR", prio });

/** The small model's schedulers, as machines of the timed one. */
const MACHINES: { readonly [policy in Policy]: Pick<Scenario, "cpus" | "rpciod"> & { stater: Sched } } = {
  "task-above-worker": { cpus: 1, stater: RR(50), rpciod: OTHER },
  "worker-above-task": { cpus: 1, stater: RR(50), rpciod: RR(51) },
  equal: { cpus: 1, stater: OTHER, rpciod: OTHER },
  smp: { cpus: 2, stater: OTHER, rpciod: OTHER },
};

/** An outage in which nothing at all comes through, so that what follows it begins where the small model does. */
function outage(preset: Preset, fixes: readonly Fix[], policy: Policy, first: Entry["first"]): Scenario {
  const { cpus, rpciod, stater } = MACHINES[policy];
  const { host, name: server } = DEFAULT_SERVER;
  const deeds: readonly [number, Deed][] = [
    [2, { do: "blackhole", host }],
    [2, { do: "wait-for", event: "stat-in-flight" }],
    [13, { do: "restart-server", server, closing: first, refuseUs: 0 }],
    [15, { do: "heal", host }],
  ];
  return {
    ...DEFAULTS,
    name: "outage",
    title: "outage",
    preset,
    fixes,
    cpus,
    rpciod,
    preemption: "voluntary",
    rpFilter: true,
    servers: [DEFAULT_SERVER],
    staters: [{ ...DEFAULT_STATER, server, sched: stater, startUs: SECOND }],
    timeline: deeds.map(([at, deed], i) => ({ atUs: at * SECOND, deed, line: i + 1 })),
    untilUs: 90 * SECOND,
    maxSteps: 6000,
  };
}

/** What both models have: the transport's flags, the socket's bits, the lock. Undefined: a socket's lock is held. */
function seenOfTimed(k: Kernel): string | undefined {
  const x = k.xprts[0]!;
  const sk = k.socks[x.sock];
  if (sk?.owned) return undefined;
  const { flags } = x;
  const tcp = sk === undefined ? "CLOSE" : tcpStateName(sk.sk_state).replace("FIN_WAIT2", "FIN_WAIT1");
  const locked = !flags.LOCKED ? "unlocked" : x.snd_task >= 0 ? "by_task" : "by_close";
  const bits = [flags.CONNECTED, flags.CONNECTING, flags.CLOSE_WAIT, flags.CLOSING, flags.CONNECTION_ABORT];
  return [
    sk === undefined ? "0" : "1",
    tcp,
    `SS_${sk?.state ?? "UNCONNECTED"}`,
    Number(((sk?.sk_shutdown ?? 0) & SEND_SHUTDOWN) !== 0),
    locked,
    ...bits.map(Number),
  ].join(" ");
}

function seenOfSmall(graph: Graph, state: number): string {
  const s = graph.model.print(graph.states.wordsOf(state), 0);
  const { sock, tcp, ss, snd_shutdown, locked, connected, connecting, close_wait, closing, abort } = s;
  return [sock, tcp, ss, snd_shutdown, locked, connected, connecting, close_wait, closing, abort].join(" ");
}

/** Follows what was seen through the graph. The first that no path of it shows; undefined: all of it is a path. */
function refusal(graph: Graph, seen: readonly string[]): string | undefined {
  const shows = Array.from({ length: graph.count }, (_, s) => seenOfSmall(graph, s));
  let here = new Set([0]);
  for (const [at, now] of seen.entries()) {
    const next = new Set([...here].filter((s) => shows[s] === now));
    const queue = [...here];
    for (let s = queue.pop(); s !== undefined; s = queue.pop()) {
      for (let e = graph.first[s]!; e < graph.first[s + 1]!; e++) {
        const to = graph.target[e]!;
        if (shows[to] === now && !next.has(to)) {
          next.add(to);
          queue.push(to);
        }
      }
    }
    if (next.size === 0) {
      const last = [...new Set([...here].map((s) => shows[s]!))].join(" | ");
      return `${at}: ${now}, after ${last}`;
    }
    here = next;
  }
  return undefined;
}

/** What was seen of a run from the heal to the answer of the call that was in flight. */
function seenOfRun(scenario: Scenario, seed: number): { seen: readonly string[]; answered: boolean } {
  const w = newWorld(scenario, seed);
  const seen: string[] = [];
  let task = -1;
  while (w.steps < scenario.maxSteps && stepWorld(w)) {
    if (w.next < scenario.timeline.length) continue;
    if (task < 0) task = w.k.threads.find(({ program }) => program === 0)!.task;
    if (w.k.tasks[task]!.replied) return { seen, answered: true };
    const now = seenOfTimed(w.k);
    if (now !== undefined && now !== seen.at(-1)) seen.push(now);
  }
  return { seen, answered: false };
}

const CASES: readonly [Preset, readonly Fix[]][] = [
  ["el6-279", []],
  ["v3.6", []],
  ["v3.6", ["eagain-to-connect"]],
  ["v3.6", ["no-early-wake"]],
  ["v3.6", ["no-shutdown-on-epipe"]],
  ["v3.6", ["quiet-abort", "no-error-callback"]],
  ["v3.7-rc2", []],
  ["v3.7", []],
];

for (const [preset, fixes] of CASES) {
  test(`the timed runs of ${[preset, ...fixes].join(" + ")} are paths of the small model`, () => {
    for (const policy of Object.keys(MACHINES) as Policy[]) {
      for (const first of ["rst", "fin"] as const) {
        const entry = { first, extraRsts: 0, refusals: 0 };
        const graph = buildGraph(compile(reconnect(reconnectOf({ preset, fixes, policy, entry }))));
        const reaches = graph.label.some((bits) => (bits & GOAL) !== 0);
        for (const seed of [1, 2, 3]) {
          const { seen, answered } = seenOfRun(outage(preset, fixes, policy, first), seed);
          const where = `${preset} ${fixes} ${policy} ${first} seed ${seed}`;
          assert.ok(seen.length > 5, where);
          assert.equal(refusal(graph, seen), undefined, where);
          if (!reaches) assert.ok(!answered, where);
        }
      }
    }
  });
}

test("a run of another kernel is no path", () => {
  const entry = { first: "rst", extraRsts: 0, refusals: 0 } as const;
  const policy = "task-above-worker";
  const { seen } = seenOfRun(outage("v3.6", [], policy, "rst"), 1);
  const graph = buildGraph(compile(reconnect(reconnectOf({ preset: "v3.7", fixes: [], policy, entry }))));
  assert.match(refusal(graph, seen) ?? "", /SS_/);
});
