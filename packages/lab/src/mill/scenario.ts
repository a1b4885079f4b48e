import type { CallPolicy, ClntConfig } from "unstuck/sunrpc";

/** One call that the caller will make. */
export interface CallPlan {
  readonly policy: CallPolicy;
  /** From its beginning; undefined: as long as it takes. */
  readonly deadlineMs?: number;
  /** The caller may lose interest at any time. */
  readonly mayCancel?: boolean;
}

/** What an operator, or the world at large, does to the server and to the way there. */
export type Deed =
  /** Nothing gets from the client to the server any more; the other way stays open (`ip route add blackhole`). */
  | "blackhole"
  /** The way is open again. TCP sends what it holds when its next retransmission is due, not before. */
  | "heal"
  /** The server process ends and is back at once; its connections are reset, closed in good order, or forgotten. */
  | "restart-rst"
  | "restart-fin"
  | "restart-silent"
  /** The server process ends, its connections are reset, and its port refuses. */
  | "refuse"
  /** Something between the two resets all connections; the server, which goes on, hears of it later. */
  | "cut"
  /** From now on connections are accepted and closed at once. */
  | "slam"
  /** Calls are taken and not answered, until `serve`; `slow` does answer the client's pings. */
  | "mute"
  | "slow"
  /** All is as it should be with the server. */
  | "serve"
  /** Somebody else gets hold of every source port that was used so far. */
  | "take-ports"
  /** {@link PAUSE_MS} pass since the last deed before the next one is done. */
  | "pause";

export const PAUSE_MS = 20_000;

/** Which of several runnable works may run next. */
export const WORK_POLICIES = ["fifo", "tasks-first", "connects-first", "any"] as const;
export type WorkPolicy = (typeof WORK_POLICIES)[number];

/** One small world. Plain data. Times in ms of virtual time. */
export interface MillScenario {
  readonly name: string;
  /** Who answers: a model of a server that remembers nothing, or the product's own core with its reply cache. */
  readonly server: "model" | "svc";
  /** Made in this order, each at any time. */
  readonly calls: readonly CallPlan[];
  /** Done in this order, each at any time. The last state of things must be a healed one. */
  readonly operator: readonly Deed[];
  readonly work: WorkPolicy;
  /** Runnable work runs before anything else, as in Node's driver; otherwise it races with the network. */
  readonly eager: boolean;
  /** How many times in all the clock may move although something else could happen: 0 is the fast world. */
  readonly early: number;
  /** How many times the clock may move between two deeds (or calls): how long an outage may last. */
  readonly patience: number;
  /** While somebody is still to act the clock may also move by so much; 0: only to the next timer. */
  readonly tickMs: number;
  /** A reply may be cut after so many bytes; 0: replies come whole. */
  readonly cutBytes: number;
  /** How many datagrams may be lost on their way, and how many may come twice. */
  readonly losses: number;
  readonly doubles: number;
  /** So many datagrams fit on the way, and at the server; what comes then is lost. */
  readonly mostDatagrams: number;
  /** Events of a socket that the core has closed may still come, as they do from a real inbox. */
  readonly stale: boolean;
  /** After the last deed a hard call has its reply within this. */
  readonly healMs: number;
  /** Numbers that tasks get; a small one has numbers of late calls used again. */
  readonly taskNumbers: number;
  readonly config: ClntConfig;
}

const known = new WeakMap<MillScenario, MillScenario>();

/**
 * The same scenario as an object of the one shape that all have: engines look a field up by an object's shape, and
 * every way of writing a scenario down makes its own, which cost a running world a tenth of its time.
 */
export function inOneShape(s: MillScenario): MillScenario {
  let made = known.get(s);
  if (made === undefined) {
    made = madeInOneShape(s);
    known.set(s, made);
  }
  return made;
}

function madeInOneShape(s: MillScenario): MillScenario {
  return {
    name: s.name,
    server: s.server,
    calls: s.calls,
    operator: s.operator,
    work: s.work,
    eager: s.eager,
    early: s.early,
    patience: s.patience,
    tickMs: s.tickMs,
    cutBytes: s.cutBytes,
    losses: s.losses,
    doubles: s.doubles,
    mostDatagrams: s.mostDatagrams,
    stale: s.stale,
    healMs: s.healMs,
    taskNumbers: s.taskNumbers,
    config: configInOneShape(s.config),
  };
}

function configInOneShape(c: ClntConfig): ClntConfig {
  return {
    kind: c.kind,
    server: c.server,
    nconnect: c.nconnect,
    slots: c.slots,
    seed: c.seed,
    connect: c.connect,
    reconnect: c.reconnect,
    probe: c.probe,
    idleMs: c.idleMs,
    sendBufferBytes: c.sendBufferBytes,
    maxRecordBytes: c.maxRecordBytes,
    recordMs: c.recordMs,
  };
}
