/**
 * A whole scenario as one state: the client host, the servers, the wire, and what the operator still has to do. Time
 * decides what happens next; the seed decides how long a step of a thread takes, and nothing else does.
 */

import { CLNT_STEPS } from "./linux/clnt.js";
import { hostOf } from "./linux/host.js";
import type { Kernel } from "./linux/kernel.js";
import { CLIENT_HOST, newKernel } from "./linux/new-kernel.js";
import { PROGRAM_STEPS } from "./linux/programs.js";
import { onTaskTimer } from "./linux/queue.js";
import { RPCINFO_STEPS } from "./linux/rpcinfo.js";
import { preempt, wakeThread } from "./linux/sched.js";
import type { Step, Steps } from "./linux/step.js";
import { enqueue } from "./linux/work.js";
import { WORKER_STEPS } from "./linux/worker.js";
import {
  due,
  dueIcmp,
  inet_lookup,
  newFabric,
  newPeer,
  nextArrivalUs,
  nextIcmpUs,
  peerNextUs,
  peerReceive,
  peerRun,
  quotedBack,
  tcp_v4_err,
  tcp_v4_rcv,
  tcp_write_timer,
} from "./net/mod.js";
import { act, deedAtUs } from "./operator.js";
import type { Scenario } from "./scenario/mod.js";
import type { Us } from "./trace.js";
import { softirq, type World, worldOf } from "./world-state.js";

export type { World };

const SERVICE_US = 150;
const STEPS: Steps = { ...CLNT_STEPS, ...WORKER_STEPS, ...PROGRAM_STEPS, ...RPCINFO_STEPS };

/** The call stack of each step, innermost first; what calls kthread is at the bottom of a worker's. One array for all of a run. */
const STACKS = { rpciod: stacksAbove("child_rip"), kworker: stacksAbove("kernel_thread_helper") } as const;

function stacksAbove(bottom: string): ReadonlyMap<Step, readonly string[]> {
  return new Map(
    Object.values(STEPS).map((step) => {
      const outer = step.callers[0] === "kthread" ? [bottom, ...step.callers] : [...step.callers];
      // A callback's stack begins with the function of the step, unless the step names it itself.
      if (outer.at(-1) !== step.fn) outer.push(step.fn);
      return [step, outer.toReversed()];
    }),
  );
}

/** A world at its beginning. The same scenario and seed make the same run, byte for byte. */
export function newWorld(scenario: Scenario, seed: number): World {
  const { latencyUs, rpFilter } = scenario;
  const k = newKernel(scenario, seed, newFabric(latencyUs, rpFilter ? [CLIENT_HOST] : []));
  const peers = scenario.servers.flatMap(({ host, port }) => [
    newPeer({ host, port }, SERVICE_US),
    newPeer({ host, port: 111 }, SERVICE_US),
  ]);
  return {
    scenario,
    k,
    peers,
    next: 0,
    notBeforeUs: 0,
    waitingSinceUs: undefined,
    reliefAtUs: undefined,
    steps: 0,
  };
}

interface Due {
  readonly at: Us;
  readonly act: () => void;
}

/** Does the next thing that happens. False when nothing ever will, or the scenario's time is over. */
export function stepWorld(w: World): boolean {
  const next = nextOf(w);
  if (next === undefined || next.at > w.scenario.untilUs) return false;
  w.k.now = Math.max(w.k.now, next.at);
  w.steps++;
  next.act();
  return true;
}

/** The earliest of all; at one moment the network comes first, then timers, then the operator, then threads. */
function nextOf(w: World): Due | undefined {
  let best: Due | undefined;
  const offer = (at: Us | undefined, act: () => void) => {
    if (at !== undefined && (best === undefined || at < best.at)) best = { at, act };
  };
  const { k } = w;
  offer(nextArrivalUs(k.fabric), () => softirq(w, () => arrive(w)));
  offer(nextIcmpUs(k.fabric), () => softirq(w, () => arriveIcmp(w)));
  for (const peer of w.peers) offer(peerNextUs(peer), () => peerRun(peer, worldOf(w)));
  for (const sk of k.socks) offer(sk.rtoAtUs, () => softirq(w, () => tcp_write_timer(hostOf(k), sk)));
  for (const task of k.tasks)
    if (task.timerAtUs !== 0) offer(task.timerAtUs, () => softirq(w, () => onTaskTimer(k, task)));
  for (const work of k.works)
    if (!work.queued) offer(work.atUs, () => softirq(w, () => enqueue(k, work), work.cpu));
  for (const thread of k.threads) {
    if (thread.blocked?.on === "timer")
      offer(thread.blocked.untilUs, () => softirq(w, () => wakeThread(k, thread), thread.cpu));
  }
  offer(deedAtUs(w), () => act(w));
  k.cpus.forEach((cpu, index) => {
    if (cpu.current >= 0) offer(cpu.nextAtUs, () => runCpu(w, index));
  });
  return best;
}

function arrive(w: World): void {
  const { k } = w;
  const segment = due(k.fabric, k.now);
  if (segment === undefined) return;
  if (segment.dst.host === k.host) {
    k.trace.push({ type: "delivered", at: k.now, segment });
    k.stack = ["net_rx_action", "tcp_v4_rcv"];
    tcp_v4_rcv(hostOf(k), inet_lookup(k.socks, segment), segment);
    k.stack = [];
    return;
  }
  const peer = w.peers.find(({ addr }) => addr.host === segment.dst.host && addr.port === segment.dst.port);
  // What the peer does about it stands after it in the trace; why it does nothing is known only then.
  const place = k.trace.length;
  k.trace.push({ type: "delivered", at: k.now, segment });
  const ignored = peer === undefined ? undefined : peerReceive(peer, worldOf(w), segment);
  if (ignored !== undefined) k.trace[place] = { type: "delivered", at: k.now, segment, ignored };
}

function arriveIcmp(w: World): void {
  const { k } = w;
  const icmp = dueIcmp(k.fabric, k.now);
  // Servers would keep it as a soft error, and nothing asks for that.
  if (icmp === undefined || icmp.quoted.src.host !== k.host) return;
  const place = k.trace.length;
  k.trace.push({ type: "icmp", at: k.now, icmp, effect: "" });
  k.stack = ["net_rx_action", "icmp_rcv", "tcp_v4_err"];
  const effect = tcp_v4_err(hostOf(k), inet_lookup(k.socks, quotedBack(icmp)), icmp);
  k.stack = [];
  k.trace[place] = { type: "icmp", at: k.now, icmp, effect };
}

/** One step of the thread that a CPU runs, or the switch to a stronger one. */
function runCpu(w: World, index: number): void {
  const { k } = w;
  const cpu = k.cpus[index]!;
  const thread = k.threads[cpu.current]!;
  const step = STEPS[thread.pc]!;
  if (cpu.needResched && mayPreempt(w, step)) {
    preempt(k, index);
    if (cpu.current !== thread.id) return;
  }
  k.here = { cpu: index, thread: thread.id };
  const stack = STACKS[k.rules.workers].get(step)!;
  k.stack = stack.toReversed();
  k.trace.push({
    type: "step",
    at: k.now,
    cpu: index,
    thread: thread.name,
    fn: step.fn,
    stack,
  });
  step.run(k, thread, hostOf(k));
  k.stack = [];
  if (cpu.current === thread.id) cpu.nextAtUs = k.now + stepUs(k);
}

function mayPreempt(w: World, step: Step): boolean {
  if (step.user === true || w.k.preemption === "full") return true;
  return w.k.preemption === "voluntary" && step.sleeps === true;
}

/** 2 to 9 µs, as the seed says (mulberry32). */
function stepUs(k: Kernel): Us {
  k.random = (k.random + 0x6d2b79f5) >>> 0;
  let t = k.random;
  t = Math.imul(t ^ (t >>> 15), t | 1);
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
  k.stepUs = 2 + (((t ^ (t >>> 14)) >>> 0) % 8);
  return k.stepUs;
}
