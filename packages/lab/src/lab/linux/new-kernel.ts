import type { Fabric } from "../net/mod.js";
import type { Scenario } from "../scenario/mod.js";
import type { Kernel, Thread, Xprt } from "./kernel.js";
import { type Rules, rulesOf } from "./rules.js";

/** Where the report's client lives. */
export const CLIENT_HOST = "192.168.1.100";

/** A client host that has mounted every server of the scenario and not called any yet. */
export function newKernel(s: Scenario, seed: number, fabric: Fabric): Kernel {
  const rules = rulesOf(s.preset, s.fixes);
  const workers = Array.from({ length: s.cpus }, (_, cpu) => worker(s, rules, cpu));
  const staters = s.staters.map(
    (stater, index): Thread => ({
      ...newThread(workers.length + index, stater.name, stater.affinity?.[0] ?? index % s.cpus),
      affinity: stater.affinity,
      sched: stater.sched,
      program: index,
      pc: "user:stat",
      blocked: { on: "timer", untilUs: stater.startUs },
      xprt: s.servers.findIndex(({ name }) => name === stater.server),
    }),
  );
  return {
    now: 0,
    host: CLIENT_HOST,
    rules,
    preemption: s.preemption,
    cpus: workers.map(() => ({ current: -1, needResched: false, nextAtUs: 0 })),
    threads: [...workers, ...staters],
    tasks: [],
    xprts: s.servers.map(({ host, port }, id) => newXprt(id, { host, port })),
    socks: [],
    works: [],
    delayq: { name: "delayq", tasks: [] },
    fabric,
    timeWaits: [],
    programs: s.staters.map(({ name, file, intervalUs, startUs }) => ({
      name,
      file,
      intervalUs,
      startUs,
      statSinceUs: undefined,
      call: 0,
      stats: 0,
      tookUs: [],
    })),
    timeoUs: s.timeoMs * 1000,
    random: seed >>> 0,
    stepUs: 5,
    seq: 0,
    nextPid: 15,
    nextXid: 0x6dcaebc9,
    nextIsn: 1_900_248_151,
    here: { cpu: 0, thread: -1 },
    stack: [],
    trace: [],
  };
}

function worker(s: Scenario, rules: Rules, cpu: number): Thread {
  const name = rules.workers === "rpciod" ? `rpciod/${cpu}` : `kworker/${cpu}:1`;
  return { ...newThread(cpu, name, cpu), bound: true, sched: s.rpciod };
}

/** A thread that waits for work. */
export function newThread(id: number, name: string, cpu: number): Thread {
  return {
    id,
    name,
    sched: { class: "OTHER", prio: 0 },
    cpu,
    bound: false,
    affinity: undefined,
    state: "blocked",
    blocked: { on: "work" },
    readySeq: 0,
    pc: "worker_thread",
    program: -1,
    task: -1,
    xprt: -1,
    result: 0,
    saved: 0,
    killed: false,
  };
}

function newXprt(id: number, server: Xprt["server"]): Xprt {
  return {
    id,
    server,
    flags: {
      LOCKED: false,
      CONNECTED: false,
      CONNECTING: false,
      CLOSE_WAIT: false,
      CLOSING: false,
      CONNECTION_ABORT: false,
      CONNECTION_CLOSE: false,
    },
    snd_task: -1,
    pending: { name: "xprt_pending", tasks: [] },
    sending: { name: "xprt_sending", tasks: [] },
    recv: [],
    connect_cookie: 0,
    reestablishUs: 0,
    sock: -1,
    srcport: 963 - id,
    workerRuns: false,
    heldWake: undefined,
  };
}
