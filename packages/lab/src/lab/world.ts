/**
 * A whole scenario as one state: the client host, the servers, the wire, and what the operator still has to do. Time
 * decides what happens next; the seed decides how long a step of a thread takes, and nothing else does.
 */

import { CLNT_STEPS } from "./linux/clnt.js";
import { hostOf, transmit } from "./linux/host.js";
import type { Kernel, Thread } from "./linux/kernel.js";
import { newKernel } from "./linux/new-kernel.js";
import { PROGRAM_STEPS } from "./linux/programs.js";
import { onTaskTimer } from "./linux/queue.js";
import { RPCINFO_STEPS, startRpcinfo } from "./linux/rpcinfo.js";
import { preempt, wakeThread } from "./linux/sched.js";
import type { Step, Steps } from "./linux/step.js";
import { enqueue } from "./linux/work.js";
import { WORKER_STEPS } from "./linux/worker.js";
import {
  blackhole,
  due,
  heal,
  inet_lookup,
  newFabric,
  newPeer,
  nextArrivalUs,
  type Peer,
  type PeerWorld,
  peerNextUs,
  peerReceive,
  peerRestart,
  peerRun,
  tcp_v4_rcv,
  tcp_write_timer,
} from "./net/mod.js";
import type { Deed, Scenario } from "./scenario/mod.js";
import type { Us } from "./trace.js";

const LATENCY_US = 200;
const SERVICE_US = 150;
const STEPS: Steps = { ...CLNT_STEPS, ...WORKER_STEPS, ...PROGRAM_STEPS, ...RPCINFO_STEPS };

/** What calls kthread, at the bottom of a worker's stack. */
const KTHREAD_CALLER = { rpciod: "child_rip", kworker: "kernel_thread_helper" } as const;

export interface World {
  readonly scenario: Scenario;
  readonly k: Kernel;
  readonly peers: Peer[];
  /** The next line of the timeline, and the time before which it does not happen. */
  next: number;
  notBeforeUs: Us;
  /** Since when the operator waits for a stat. */
  waitingSinceUs: Us | undefined;
  /** The last time somebody did what should end the wait: healed the network, killed, changed a priority. Undefined: not yet. */
  reliefAtUs: Us | undefined;
  steps: number;
}

/** A world at its beginning. The same scenario and seed make the same run, byte for byte. */
export function newWorld(scenario: Scenario, seed: number): World {
  const k = newKernel(scenario, seed, newFabric(LATENCY_US));
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

function worldOf(w: World): PeerWorld {
  return {
    now: () => w.k.now,
    transmit: (_sk, segment, cause) => transmit(w.k, segment, cause),
    route: () => 0,
  };
}

/** Above threads: on CPU 0, where this host's interrupts go. */
function softirq(w: World, body: () => void, cpu = 0): void {
  w.k.here = { cpu, thread: -1 };
  w.k.stack = [];
  body();
}

function arrive(w: World): void {
  const { k } = w;
  const segment = due(k.fabric, k.now);
  if (segment === undefined) return;
  k.trace.push({ type: "delivered", at: k.now, segment });
  if (segment.dst.host === k.host) {
    k.stack = ["net_rx_action", "tcp_v4_rcv"];
    tcp_v4_rcv(hostOf(k), inet_lookup(k.socks, segment), segment);
    k.stack = [];
    return;
  }
  const peer = w.peers.find(({ addr }) => addr.host === segment.dst.host && addr.port === segment.dst.port);
  if (peer !== undefined) peerReceive(peer, worldOf(w), segment);
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
  k.stack =
    step.callers[0] === "kthread" ? [KTHREAD_CALLER[k.rules.workers], ...step.callers] : [...step.callers];
  // A callback's stack begins with the function of the step, unless the step names it itself.
  if (k.stack.at(-1) !== step.fn) k.stack.push(step.fn);
  k.trace.push({
    type: "step",
    at: k.now,
    cpu: index,
    thread: thread.name,
    fn: step.fn,
    stack: k.stack.slice().reverse(),
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

/** When the operator acts next; undefined: never, or when a stat is in flight. */
function deedAtUs(w: World): Us | undefined {
  const step = w.scenario.timeline[w.next];
  if (step === undefined) return undefined;
  const at = Math.max(step.atUs, w.notBeforeUs);
  if (step.deed.do !== "wait-for") return at;
  const since = w.waitingSinceUs ?? w.k.now;
  w.waitingSinceUs ??= w.k.now;
  return w.k.programs.some((p) => p.statSinceUs !== undefined && p.statSinceUs >= since)
    ? Math.max(at, w.k.now)
    : undefined;
}

function act(w: World): void {
  const { deed } = w.scenario.timeline[w.next++]!;
  w.waitingSinceUs = undefined;
  w.notBeforeUs = w.k.now;
  perform(w, deed);
}

function perform(w: World, deed: Deed): void {
  const { k } = w;
  const told = (host: string, text: string) => k.trace.push({ type: "operator", at: k.now, host, text });
  switch (deed.do) {
    case "blackhole":
      told("client", `ip route add blackhole ${deed.host}/32`);
      return blackhole(k.fabric, k.host, deed.host);
    case "heal":
      told("client", `ip route del ${deed.host}/32`);
      w.reliefAtUs = k.now;
      return heal(k.fabric, k.host, deed.host);
    case "restart-server": {
      told(deed.server, "/etc/init.d/nfs restart");
      const server = w.scenario.servers.find(({ name }) => name === deed.server)!;
      const peer = w.peers.find(({ addr }) => addr.host === server.host && addr.port === server.port)!;
      return peerRestart(peer, worldOf(w), deed.closing, deed.refuseUs);
    }
    case "chrt":
      told("client", `chrt ${deed.sched.class} ${deed.sched.prio} ${deed.target}`);
      w.reliefAtUs = k.now;
      for (const thread of threadsOf(k, deed.target)) thread.sched = deed.sched;
      return;
    case "kill":
      told("client", `kill ${deed.target}`);
      w.reliefAtUs = k.now;
      for (const thread of threadsOf(k, deed.target)) softirq(w, () => kill(k, thread), thread.cpu);
      return;
    case "rpcinfo":
      told("client", `rpcinfo -p ${deed.server}`);
      return startRpcinfo(k, w.scenario.servers.find(({ name }) => name === deed.server)!.host);
    case "wait":
      w.notBeforeUs = k.now + deed.us;
      return;
    case "wait-for":
      told("client", "a stat is in flight");
  }
}

function threadsOf(k: Kernel, target: string): Thread[] {
  if (target === "rpciod") return k.threads.filter(({ program }) => program === -1);
  return k.threads.filter(({ name, program }) => program >= 0 && name === target);
}

/** A fatal signal: killable sleeps end. */
function kill(k: Kernel, thread: Thread): void {
  thread.killed = true;
  const on = thread.blocked?.on;
  if (on === "task" || on === "timer") wakeThread(k, thread);
}
