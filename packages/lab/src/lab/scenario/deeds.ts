/** The timeline of a YAML scenario: one key names the deed, a table says which other keys go with it. */
import type { Us } from "../trace.js";
import { DEFAULT_QUEUE, DEFAULT_RESTART, DEFAULT_ROUTER } from "./defaults.js";
import type { Placed, Position } from "./error.js";
import { type Found, list, mapping, type Read, type Source, scalar } from "./fields.js";
import {
  type AcceptQueue,
  type Deed,
  type Sched,
  type TimelineStep,
  UNREACHABLES,
  type Unreachable,
} from "./scenario.js";
import { oneOf, parseDuration, parseHost, parseName, parseSched, wholeNumber } from "./words.js";

interface StepKeys {
  readonly at: Us;
  readonly blackhole: string;
  readonly heal: string;
  readonly restart: string;
  readonly closing: "fin" | "rst";
  readonly refuse: Us;
  readonly backlog: number;
  readonly crowd: number;
  readonly accept: Us;
  readonly icmp: Unreachable;
  readonly host: string;
  readonly from: string;
  readonly taskset: string;
  readonly cpus: readonly Placed<number>[];
  readonly chrt: string;
  readonly sched: Sched;
  readonly kill: string;
  readonly rpcinfo: string;
  readonly wait: Us;
  readonly "wait-for": "stat-in-flight";
}

const readKeys = mapping<StepKeys>({
  at: scalar(parseDuration),
  blackhole: scalar(parseHost),
  heal: scalar(parseHost),
  restart: scalar(parseName),
  closing: scalar(oneOf("way of closing", ["fin", "rst"])),
  refuse: scalar(parseDuration),
  backlog: scalar(wholeNumber(0, 65_535)),
  crowd: scalar(wholeNumber(0, 65_535)),
  accept: scalar(parseDuration),
  icmp: scalar(oneOf("ICMP error", UNREACHABLES)),
  host: scalar(parseHost),
  from: scalar(parseHost),
  taskset: scalar(parseName),
  cpus: list(scalar(wholeNumber(0, 63))),
  chrt: scalar(parseName),
  sched: scalar(parseSched),
  kill: scalar(parseName),
  rpcinfo: scalar(parseName),
  wait: scalar(parseDuration),
  "wait-for": scalar(oneOf("event", ["stat-in-flight"])),
});

interface Verb {
  /** The keys that may stand beside it, `at` apart; a `!` marks those that must. */
  readonly beside: readonly string[];
  /** The deed, undefined when a key it needs was wrong. */
  readonly deed: (found: Found<StepKeys>) => Deed | undefined;
}

const VERBS: Readonly<Record<string, Verb>> = {
  blackhole: { beside: [], deed: ({ blackhole: host }) => (host ? { do: "blackhole", host } : undefined) },
  heal: { beside: [], deed: ({ heal: host }) => (host ? { do: "heal", host } : undefined) },
  restart: {
    beside: ["closing", "refuse", "backlog", "crowd", "accept"],
    deed: ({
      restart: server,
      closing = DEFAULT_RESTART.closing,
      refuse = DEFAULT_RESTART.refuseUs,
      ...rest
    }) =>
      server ? { do: "restart-server", server, closing, refuseUs: refuse, ...queueOf(rest) } : undefined,
  },
  icmp: {
    beside: ["host!", "from"],
    deed: ({ icmp: error, host, from = DEFAULT_ROUTER }) =>
      error && host ? { do: "icmp", error, host, from } : undefined,
  },
  taskset: {
    beside: ["cpus!"],
    deed: ({ taskset: target, cpus }) =>
      target && cpus ? { do: "taskset", target, cpus: cpus.map((cpu) => cpu.value) } : undefined,
  },
  chrt: {
    beside: ["sched!"],
    deed: ({ chrt: target, sched }) => (target && sched ? { do: "chrt", target, sched } : undefined),
  },
  kill: { beside: [], deed: ({ kill: target }) => (target ? { do: "kill", target } : undefined) },
  rpcinfo: { beside: [], deed: ({ rpcinfo: server }) => (server ? { do: "rpcinfo", server } : undefined) },
  wait: { beside: [], deed: ({ wait: us }) => (us === undefined ? undefined : { do: "wait", us }) },
  "wait-for": {
    beside: [],
    deed: ({ "wait-for": event }) => (event ? { do: "wait-for", event } : undefined),
  },
};

function queueOf({ backlog, crowd, accept }: Found<StepKeys>): { readonly queue?: AcceptQueue } {
  if (backlog === undefined && crowd === undefined && accept === undefined) return {};
  return {
    queue: {
      backlog: backlog ?? DEFAULT_QUEUE.backlog,
      crowd: crowd ?? DEFAULT_QUEUE.crowd,
      acceptUs: accept ?? DEFAULT_QUEUE.acceptUs,
    },
  };
}

/** A step; without `at`, `atUs` is undefined: it comes at the time of the step before. */
export interface ReadStep extends Omit<TimelineStep, "atUs"> {
  readonly atUs: Us | undefined;
}

export const readStep: Read<ReadStep> = (node, at, key, source) => {
  const found = readKeys(node, at, key, source);
  if (found === undefined) return undefined;
  const verbs = Object.keys(VERBS).filter((verb) => found.keys.has(verb));
  const verb = verbs[0];
  if (verb === undefined) {
    // An unknown key was reported already and is most likely the deed's, misspelt.
    if ([...found.keys].some((k) => k !== "at") || found.keys.size === keyCount(node)) {
      source.report(at, "missing-key", `a step needs one of: ${Object.keys(VERBS).join(", ")}`);
    }
    return undefined;
  }
  if (verbs.length > 1) {
    return void source.report(
      at,
      "shape",
      `a step is one deed, this is ${verbs.join(" and ")}; make it two steps`,
    );
  }
  checkBeside(verb, found.keys, at, source);
  const deed = VERBS[verb]!.deed(found);
  return deed === undefined ? undefined : { atUs: found.at, deed, line: at.line };
};

function keyCount(node: unknown): number {
  return (node as { items?: readonly unknown[] } | null)?.items?.length ?? 0;
}

function checkBeside(verb: string, keys: ReadonlySet<string>, at: Position, source: Source): void {
  const beside = VERBS[verb]!.beside;
  const allowed = ["at", verb, ...beside.map((k) => k.replace("!", ""))];
  for (const key of keys) {
    if (!allowed.includes(key))
      source.report(at, "unknown-key", `"${key}" does not go with ${verb}; take it out`);
  }
  for (const key of beside) {
    const name = key.replace("!", "");
    if (key !== name && !keys.has(name)) source.report(at, "missing-key", `${verb} needs the key "${name}"`);
  }
}
