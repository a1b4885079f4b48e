/** Small worlds to mill the core in. */
import { type CallPolicy, CLNT_DEFAULTS, type ClntConfig } from "unstuck/sunrpc";
import type { CallPlan, Deed, MillScenario } from "./scenario.js";

const HARD: CallPolicy = {
  mode: "hard",
  timeoMs: 60_000,
  retrans: 2,
  backoff: "linear",
  maxTimeoMs: 600_000,
  softconn: false,
};
const SOFT: CallPolicy = { ...HARD, mode: "soft", timeoMs: 2_000 };

/** What UDP is used with: timeouts that double, and come before a person loses patience. */
const HARD_UDP: CallPolicy = {
  ...HARD,
  timeoMs: 1_100,
  retrans: 5,
  backoff: "exponential",
  maxTimeoMs: 60_000,
};
const SOFT_UDP: CallPolicy = { ...HARD_UDP, mode: "soft", retrans: 1 };

/** The product's defaults but for `changes`. */
export function configOf(changes: Partial<ClntConfig>): ClntConfig {
  return { ...CLNT_DEFAULTS, server: "server:2049", seed: 42, ...changes };
}

export const hard: CallPlan = { policy: HARD };
export const hardUdp: CallPlan = { policy: HARD_UDP };
export const softUdp: CallPlan = { policy: SOFT_UDP };
export const fickleUdp: CallPlan = { policy: HARD_UDP, mayCancel: true };
export const hastyUdp: CallPlan = { policy: HARD_UDP, deadlineMs: 1_500 };
export const soft: CallPlan = { policy: SOFT };
export const fickle: CallPlan = { policy: HARD, mayCancel: true };
export const hasty: CallPlan = { policy: HARD, deadlineMs: 1_500 };

/** The common ground: two hard calls, nothing goes wrong, everything races, the fast world. */
export const BASE: MillScenario = {
  name: "calm",
  server: "model",
  calls: [hard, hard],
  operator: [],
  work: "any",
  eager: false,
  early: 0,
  patience: 2,
  tickMs: 0,
  cutBytes: 6,
  losses: 0,
  doubles: 0,
  mostDatagrams: 16,
  stale: true,
  healMs: 5_000,
  taskNumbers: 1024,
  config: configOf({}),
};

/** One outage each, as the operator's list. */
export const OUTAGES: Readonly<Record<string, readonly Deed[]>> = {
  calm: [],
  "restart-rst": ["restart-rst"],
  "restart-fin": ["restart-fin"],
  "restart-silent": ["restart-silent"],
  blackhole: ["blackhole", "heal"],
  "blackhole-restart-rst": ["blackhole", "restart-rst", "heal"],
  "blackhole-restart-fin": ["blackhole", "restart-fin", "heal"],
  "blackhole-restart-silent": ["blackhole", "restart-silent", "heal"],
  refuse: ["refuse", "serve"],
  slam: ["slam", "restart-fin", "serve"],
  mute: ["mute", "restart-rst", "serve"],
  slow: ["slow", "pause", "serve"],
  stutter: ["mute", "serve", "mute", "pause", "serve"],
  "long-blackhole": ["blackhole", "pause", "heal"],
  "long-blackhole-restart": ["blackhole", "pause", "restart-rst", "heal"],
  "long-refuse": ["refuse", "pause", "serve"],
  "take-ports": ["take-ports", "restart-rst"],
};

/** Worlds small enough for every schedule: a run of two calls and one outage. */
export const SMALL: readonly MillScenario[] = Object.entries(OUTAGES).map(([name, operator]) => {
  return { ...BASE, name, operator };
});

/** The server falls silent after it was heard: the clock ticks, and work runs as in Node, or there were too many schedules. */
export const SILENT: MillScenario = {
  ...BASE,
  name: "heard-and-then-silent",
  operator: ["mute", "serve", "mute", "serve"],
  work: "fifo",
  eager: true,
  stale: false,
  cutBytes: 0,
  tickMs: 400,
  patience: 3,
  healMs: 6_000,
};

/** Narrower than {@link BASE}: replies come whole, and nothing comes of a socket that was closed. */
const NARROW = { cutBytes: 0, stale: false } as const;

function restart(name: string, changes: Partial<MillScenario>): MillScenario {
  return { ...BASE, ...NARROW, operator: ["restart-fin"], name: `restart-fin_${name}`, ...changes };
}

/** Over datagrams nobody sees an end: what happens to the server, and what happens to the way there. */
export const LOSSES: Readonly<Record<string, readonly Deed[]>> = {
  calm: [],
  restart: ["restart-silent"],
  blackhole: ["blackhole", "heal"],
  "blackhole-restart": ["blackhole", "restart-silent", "heal"],
  refuse: ["refuse", "serve"],
  mute: ["mute", "serve"],
  "mute-restart": ["mute", "restart-silent", "serve"],
  slow: ["slow", "pause", "serve"],
  "long-blackhole": ["blackhole", "pause", "heal"],
};

export const datagrams: Partial<MillScenario> = { config: configOf({ kind: "datagram" }), healMs: 5_000 };

/** The same over UDP: one datagram may be lost and one doubled. Where the clock moves often there is one call. */
const SMALL_UDP: readonly MillScenario[] = Object.entries(LOSSES).map(([name, operator]) => {
  const calls = operator.includes("pause") ? [hardUdp] : [hardUdp, hardUdp];
  return {
    ...BASE,
    ...NARROW,
    ...datagrams,
    calls,
    operator,
    losses: 1,
    doubles: 1,
    mostDatagrams: 2,
    name: `udp-${name}`,
  };
});

/** With the product's own server at the other end: what a reply cache is for, and what ends it. */
export const LOST_REPLIES: Readonly<Record<string, readonly Deed[]>> = {
  cut: ["cut"],
  "cut-twice": ["cut", "cut"],
  "mute-cut": ["mute", "cut", "serve"],
  "blackhole-cut": ["blackhole", "cut", "heal"],
  "long-blackhole": ["blackhole", "pause", "heal"],
  "cut-restart": ["cut", "restart-rst"],
};

const SMALL_SVC: readonly MillScenario[] = [
  ...Object.entries(LOST_REPLIES).map(([name, operator]): MillScenario => {
    const calls = operator.length > 2 ? [hard] : [hard, hard];
    return { ...BASE, ...NARROW, server: "svc", calls, operator, name: `svc-${name}` };
  }),
  { ...BASE, ...NARROW, server: "svc", calls: [fickle, hard], operator: ["cut"], name: "svc-cut_cancel" },
  { ...BASE, stale: false, server: "svc", calls: [hard, hard], operator: ["cut"], name: "svc-cut_in-pieces" },
  {
    ...BASE,
    server: "svc",
    calls: [hard],
    operator: ["cut", "restart-fin"],
    name: "svc-cut-restart_in-pieces",
  },
  ...["calm", "blackhole", "mute"].map((name): MillScenario => {
    const udp = { losses: 1, doubles: 1, mostDatagrams: 2 };
    const operator = LOSSES[name]!;
    return {
      ...BASE,
      ...NARROW,
      ...datagrams,
      ...udp,
      server: "svc",
      calls: [hardUdp],
      operator,
      name: `svc-udp-${name}`,
    };
  }),
];

/** Everything else that a client can be about, each in one world small enough for every schedule. */
const KINDS: readonly MillScenario[] = [
  restart("fifo_at-once", { work: "fifo", eager: true }),
  restart("fifo", { work: "fifo" }),
  restart("tasks-first", { work: "tasks-first" }),
  restart("connects-first", { work: "connects-first" }),
  restart("clock-runs-ahead", { early: 1 }),
  restart("two-transports", { config: configOf({ nconnect: 2 }) }),
  restart("two-transports_rst", { operator: ["restart-rst"], config: configOf({ nconnect: 2 }) }),
  restart("cancel", { calls: [fickle, hard] }),
  restart("cancel-two", { calls: [fickle, fickle] }),
  restart("cancel-and-deadline", { calls: [fickle, hasty] }),
  restart("three-calls", { calls: [hard, hard, hard] }),
  restart("one-slot", { config: configOf({ slots: 1 }) }),
  restart("one-slot_cancel", { calls: [fickle, hard, hard], config: configOf({ slots: 1 }) }),
  restart("small-buffer", { config: configOf({ sendBufferBytes: 40 }) }),
  restart("numbers-used-again", { calls: [fickle, hard, hard], taskNumbers: 2 }),
  restart("twice", { operator: ["restart-fin", "restart-rst"] }),
  {
    ...restart("", { calls: [hasty, soft], operator: ["blackhole", "heal"] }),
    name: "blackhole_deadline-soft",
  },
  { ...restart("", { calls: [fickle, hard], operator: ["blackhole", "heal"] }), name: "blackhole_cancel" },
  { ...restart("", { operator: ["mute", "pause", "serve"], calls: [hard] }), name: "long-mute_one-call" },
  {
    ...restart("", { operator: ["blackhole", "pause", "heal"], calls: [hasty, soft] }),
    name: "long-blackhole_deadline-soft",
  },
  SILENT,
];

/** All worlds of which every schedule is to be had. */
export const SEARCHED: readonly MillScenario[] = [...SMALL, ...SMALL_UDP, ...SMALL_SVC, ...KINDS];
