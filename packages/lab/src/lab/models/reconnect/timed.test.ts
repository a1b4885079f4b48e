import assert from "node:assert/strict";
import { test } from "node:test";
import { buildGraph, GOAL, type Graph } from "../../explore/mod.js";
import { compile } from "../../guarded/mod.js";
import type { Kernel, Task } from "../../linux/kernel.js";
import { ECONNREFUSED, ECONNRESET, EPIPE, RCV_SHUTDOWN, SEND_SHUTDOWN, tcpStateName } from "../../net/mod.js";
import {
  DEFAULT_SERVER,
  DEFAULT_STATER,
  DEFAULTS,
  type Deed,
  type Fix,
  type Preemption,
  type Preset,
  type Scenario,
  type Sched,
} from "../../scenario/mod.js";
import { newWorld, stepWorld } from "../../world.js";
import { type Entry, entryName, POLICIES, type Policy, reconnect, reconnectOf, startOf } from "./mod.js";

const SECOND = 1_000_000;
const OTHER: Sched = { class: "OTHER", prio: 0 };
const RR = (prio: number): Sched => ({ class: "RR", prio });

interface Machine {
  /** The small model's scheduler that has all of this machine's schedules. */
  readonly policy: Policy;
  readonly cpus: number;
  readonly stater: Sched;
  readonly rpciod: Sched;
  readonly preemption: Preemption;
}

const MACHINES: readonly Machine[] = [
  { policy: "task-above-worker", cpus: 1, stater: RR(50), rpciod: OTHER, preemption: "voluntary" },
  { policy: "worker-above-task", cpus: 1, stater: RR(50), rpciod: RR(51), preemption: "voluntary" },
  { policy: "equal", cpus: 1, stater: OTHER, rpciod: OTHER, preemption: "voluntary" },
  { policy: "equal", cpus: 1, stater: RR(50), rpciod: OTHER, preemption: "none" },
  { policy: "smp", cpus: 1, stater: RR(50), rpciod: OTHER, preemption: "full" },
  { policy: "smp", cpus: 1, stater: RR(50), rpciod: RR(51), preemption: "full" },
  { policy: "smp", cpus: 2, stater: OTHER, rpciod: OTHER, preemption: "voluntary" },
];

/** How the outage goes on: so long nobody listens; at these times after the heal the server resets everybody again. */
interface Trouble {
  readonly refuseUs: number;
  readonly resetsUs: readonly number[];
}

const TROUBLES: readonly Trouble[] = [
  { refuseUs: 0, resetsUs: [] },
  { refuseUs: 8 * SECOND, resetsUs: [] },
  { refuseUs: 0, resetsUs: [3 * SECOND + 100] },
];

const HEAL = 15 * SECOND;

/** An outage in which nothing at all comes through, so that what follows it begins where the small model does. */
function outage(
  preset: Preset,
  fixes: readonly Fix[],
  { cpus, stater, rpciod, preemption }: Machine,
  first: Entry["first"],
  { refuseUs, resetsUs }: Trouble,
): Scenario {
  const { host, name: server } = DEFAULT_SERVER;
  const deeds: readonly [number, Deed][] = [
    [2 * SECOND, { do: "blackhole", host }],
    [2 * SECOND, { do: "wait-for", event: "stat-in-flight" }],
    [
      13 * SECOND,
      { do: "restart-server", server, closing: first, refuseUs: refuseUs && 2 * SECOND + refuseUs },
    ],
    [HEAL, { do: "heal", host }],
    ...resetsUs.map((at): [number, Deed] => [
      HEAL + at,
      { do: "restart-server", server, closing: "rst", refuseUs: 0 },
    ]),
  ];
  return {
    ...DEFAULTS,
    name: "outage",
    title: "outage",
    preset,
    fixes,
    cpus,
    rpciod,
    preemption,
    rpFilter: true,
    servers: [DEFAULT_SERVER],
    staters: [{ ...DEFAULT_STATER, server, sched: stater, startUs: SECOND }],
    timeline: deeds.map(([atUs, deed], i) => ({ atUs, deed, line: i + 1 })),
    untilUs: 90 * SECOND,
    maxSteps: 6000,
  };
}

/** Where a task sleeps, by the callback that it left: `pending` serves connects and replies alike. */
const QUEUES: Readonly<Record<string, string>> = {
  "xprt_pending xprt_connect_status": "for_connect",
  "xprt_pending xprt_timer": "for_reply",
  "xprt_sending none": "sending",
  "delayq __rpc_atrun": "delay",
};

const ERRORS: Readonly<Record<number, string>> = {
  0: "OK",
  [EPIPE]: "EPIPE",
  [ECONNRESET]: "ECONNRESET",
  [ECONNREFUSED]: "ECONNREFUSED",
};

/** What both models have: the transport, its work, the task's queue, and the socket unless its lock is held. */
function seenOfTimed(k: Kernel, task: Task): string {
  const x = k.xprts[0]!;
  const sk = k.socks[x.sock];
  const { flags } = x;
  const tcp = sk === undefined ? "CLOSE" : tcpStateName(sk.sk_state).replace("FIN_WAIT2", "FIN_WAIT1");
  const work = k.works.find(({ fn }) => fn === "xs_tcp_setup_socket");
  const transport = seen(TRANSPORT, {
    locked: !flags.LOCKED ? "unlocked" : x.snd_task >= 0 ? "by_task" : "by_close",
    connected: Number(flags.CONNECTED),
    connecting: Number(flags.CONNECTING),
    close_wait: Number(flags.CLOSE_WAIT),
    closing: Number(flags.CLOSING),
    abort: Number(flags.CONNECTION_ABORT),
    must_close: Number(flags.CONNECTION_CLOSE),
    reestablish: Number(x.reestablishUs > 0),
    timer: Number(work?.queued === false),
    queue: task.queued ? (QUEUES[`${task.queue} ${task.tk_callback}`] ?? task.queue) : "awake",
  });
  if (sk?.owned) return transport;
  const socket = seen(SOCKET, {
    sock: sk === undefined ? 0 : 1,
    tcp,
    ss: `SS_${sk?.state ?? "UNCONNECTED"}`,
    sk_err: ERRORS[sk?.sk_err ?? 0] ?? `error ${sk?.sk_err}`,
    rcv_shutdown: ((sk?.sk_shutdown ?? 0) & RCV_SHUTDOWN) === 0 ? 0 : 1,
    snd_shutdown: ((sk?.sk_shutdown ?? 0) & SEND_SHUTDOWN) === 0 ? 0 : 1,
  });
  return `${transport} ${socket}`;
}

function seenOfSmall(graph: Graph, state: number): string {
  const s: Readonly<{ work?: string }> = graph.model.print(graph.states.wordsOf(state), 0);
  const { work } = s;
  const timer = Number(work === "backing_off" || work === "lingering");
  return `${seen(TRANSPORT, { ...s, timer })} ${seen(SOCKET, { ...s })}`;
}

const TRANSPORT = [
  ...["locked", "connected", "connecting", "close_wait", "closing", "abort", "must_close"],
  ...["reestablish", "timer", "queue"],
];
const SOCKET = ["sock", "tcp", "ss", "sk_err", "rcv_shutdown", "snd_shutdown"];

function seen(names: readonly string[], of: Readonly<Record<string, string | number | undefined>>): string {
  return names.map((name) => `${name}=${of[name]}`).join(" ");
}

/** A graph, and what each of its states shows, told once. */
interface Shown {
  readonly graph: Graph;
  readonly shows: (state: number) => string;
}

function shown(graph: Graph): Shown {
  const known: string[] = [];
  return { graph, shows: (state) => (known[state] ??= seenOfSmall(graph, state)) };
}

/** Follows what was seen through the graph. The first that no path of it shows; undefined: all of it is a path. */
function refusal({ graph, shows }: Shown, seen: readonly string[]): string | undefined {
  let here = new Set([0]);
  for (const [at, now] of seen.entries()) {
    const fits = (s: number) => shows(s).startsWith(now);
    const next = new Set([...here].filter(fits));
    const queue = [...here];
    for (let s = queue.pop(); s !== undefined; s = queue.pop()) {
      for (let e = graph.first[s]!; e < graph.first[s + 1]!; e++) {
        const to = graph.target[e]!;
        if (!next.has(to) && fits(to)) {
          next.add(to);
          queue.push(to);
        }
      }
    }
    if (next.size === 0) {
      const last = [...new Set([...here].map(shows))].join(" | ");
      return `${at}: ${now}\n  after ${last}`;
    }
    here = next;
  }
  return undefined;
}

/** What was seen of a run from the heal to the answer of the call that was in flight. */
function seenOfRun(scenario: Scenario, seed: number): { seen: readonly string[]; answered: boolean } {
  const w = newWorld(scenario, seed);
  const heal = 1 + scenario.timeline.findIndex(({ deed }) => deed.do === "heal");
  const seen: string[] = [];
  let task = -1;
  while (w.steps < scenario.maxSteps && stepWorld(w)) {
    if (w.next < heal) continue;
    if (task < 0) task = w.k.threads.find(({ program }) => program === 0)!.task;
    if (w.k.tasks[task]!.replied) return { seen, answered: true };
    const now = seenOfTimed(w.k, w.k.tasks[task]!);
    if (now !== seen.at(-1)) seen.push(now);
  }
  return { seen, answered: false };
}

const CASES: readonly [Preset, readonly Fix[]][] = [
  ["el6-279", []],
  ["el6-279", ["close-on-close-wait", "no-shutdown-on-epipe", "quiet-abort", "no-error-callback"]],
  ["v3.6", []],
  ["v3.6", ["eagain-to-connect"]],
  ["v3.6", ["no-early-wake"]],
  ["v3.6", ["eagain-to-connect", "no-early-wake"]],
  ["v3.6", ["disconnected-on-close-wait"]],
  ["v3.6", ["no-shutdown-on-epipe"]],
  ["v3.6", ["quiet-abort"]],
  ["v3.6", ["quiet-abort", "no-error-callback"]],
  ["v3.6", ["no-shutdown-on-epipe", "quiet-abort", "no-error-callback"]],
  ["v3.7-rc2", []],
  ["v3.7-rc2", ["quiet-abort"]],
  ["v3.7", []],
];

/** All that the small model of one client under one scheduler can do after `entry`, built when first asked for. */
function graphsOf(preset: Preset, fixes: readonly Fix[], policy: Policy): (entry: Entry) => Shown {
  const entry: Entry = { first: "rst", extraRsts: 0, refusals: 0 };
  const model = compile(reconnect(reconnectOf({ preset, fixes, policy, entry })));
  const known = new Map<string, Shown>();
  return (of) => {
    const name = entryName(of);
    const graph = known.get(name) ?? shown(buildGraph(model.starting(startOf(of))));
    known.set(name, graph);
    return graph;
  };
}

for (const [preset, fixes] of CASES) {
  test(`the timed runs of ${[preset, ...fixes].join(" + ")} are paths of the small model`, () => {
    for (const policy of POLICIES) {
      const graphOf = graphsOf(preset, fixes, policy);
      for (const machine of MACHINES.filter((one) => one.policy === policy)) {
        for (const first of ["rst", "fin"] as const) {
          for (const [seed, trouble] of TROUBLES.entries()) {
            const run = seenOfRun(outage(preset, fixes, machine, first, trouble), seed);
            const where = JSON.stringify({ preset, fixes, machine, first, trouble, seed });
            assert.ok(run.seen.length > 5, where);
            // How often it is refused is for the timed model to say.
            const why: string[] = [];
            const fits = (trouble.refuseUs === 0 ? [0] : [1, 2, 0, 3]).some((refusals) => {
              const graph = graphOf({ first, extraRsts: trouble.resetsUs.length, refusals });
              const no = refusal(graph, run.seen);
              if (no !== undefined) why.push(no);
              else if (run.answered)
                assert.ok(
                  graph.graph.label.some((bits) => (bits & GOAL) !== 0),
                  where,
                );
              return no === undefined;
            });
            assert.ok(fits, `${where}\n${why.join("\n")}`);
          }
        }
      }
    }
  });
}

test("a run of another kernel is no path", () => {
  const entry = { first: "rst", extraRsts: 0, refusals: 0 } as const;
  const { seen } = seenOfRun(outage("v3.6", [], MACHINES[0]!, "rst", TROUBLES[0]!), 1);
  const graph = graphsOf("v3.7", [], MACHINES[0]!.policy)(entry);
  assert.match(refusal(graph, seen) ?? "", /SS_/);
});
