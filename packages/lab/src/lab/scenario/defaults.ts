/** What a scenario that does not say is taken to mean: the report's machine, left alone. One place for all of it. */
import type { AcceptQueue, Scenario, Server, Stater } from "./scenario.js";

const second = 1_000_000;

export const DEFAULT_PORT = 2049;

/** The report's server; used when a file names none. */
export const DEFAULT_SERVER: Server = { name: "server", host: "192.168.1.200", port: DEFAULT_PORT };

/** The report's program, at the priority of any other program. Its server is the first of the file. */
export const DEFAULT_STATER: Omit<Stater, "server"> = {
  name: "hang.py",
  file: "/mnt/test/file.txt",
  sched: { class: "OTHER", prio: 0 },
  intervalUs: 10 * second,
  startUs: 0,
};

/**
 * One CPU is the cleanest model of the race; voluntary preemption is what that kernel was built with. `expect` is what
 * everybody hopes for, so a file that does not say fails when it hangs.
 */
export const DEFAULTS: Omit<Scenario, "name" | "title" | "servers" | "staters" | "timeline"> = {
  preset: "el6-279",
  fixes: [],
  cpus: 1,
  preemption: "voluntary",
  rpciod: { class: "OTHER", prio: 0 },
  timeoMs: 60_000,
  latencyUs: 200,
  rpFilter: false,
  watch: [],
  untilUs: 60 * second,
  maxSteps: 1_000_000,
  expect: "recovers",
};

/** What knfsd was recorded to do: it closes what it had with a FIN (a RST answers later), and is gone for a second. */
export const DEFAULT_RESTART = { closing: "fin", refuseUs: second } as const;

/** knfsd listens with a backlog of 64 and accepts at once. */
export const DEFAULT_QUEUE: AcceptQueue = { backlog: 64, crowd: 0, acceptUs: 0 };

/** Who answers with ICMP when a step does not say: the network's router. */
export const DEFAULT_ROUTER = "192.168.1.1";

/** Between two lines of a report script, for somebody who types. */
export const SCRIPT_GAP_US = second;
