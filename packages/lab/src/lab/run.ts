/** One run of a scenario to its end, and what it shows. */
import { properties } from "./check/mod.js";
import { digestOf } from "./linux/digest.js";
import { ETIMEDOUT } from "./linux/errno.js";
import type { Scenario, Verdict } from "./scenario/mod.js";
import type { TraceEvent, Us } from "./trace.js";
import { newWorld, stepWorld, type World } from "./world.js";

/** The same state so often without progress, each time after a connect: nothing in it leads out. */
const ROUNDS = 20;

export interface Run {
  readonly scenario: Scenario;
  readonly seed: number;
  /** What this run showed. A verdict about all schedules needs them all. `undecided`: the step budget ended it too early. */
  readonly verdict: Verdict | "undecided";
  /** The verdict in words, with its figures. */
  readonly why: string;
  /** From the last deed that should help (the network heals, a process is killed) to the answer of the stat that was in flight; undefined: it never came. */
  readonly recoveryUs: Us | undefined;
  /** Connects of the client after that until the first answer, and how many of them it tore down without sending. */
  readonly connects: number;
  readonly teardowns: number;
  readonly earlyWakes: number;
  readonly steps: number;
  readonly endUs: Us;
  /** The step budget ran out before the scenario's time did. */
  readonly outOfSteps: boolean;
  readonly events: readonly TraceEvent[];
}

/** Runs `scenario`. The same seed gives the same events, byte for byte. */
export function runScenario(scenario: Scenario, seed: number): Run {
  const w = newWorld(scenario, seed);
  const seen = new Map<string, number>();
  const checks = properties(scenario.watch);
  let marks = "";
  let looked = 0;
  let outOfSteps = false;
  while (stepWorld(w)) {
    // A stat that ends is progress; a deed makes another world of it.
    const now = `${w.next} ${w.k.programs.map(({ stats }) => stats).join()}`;
    if (now !== marks) seen.clear();
    marks = now;
    const fresh = w.k.trace.slice(looked);
    for (const property of checks) {
      const text = property.look(w.k, fresh);
      if (text !== undefined) w.k.trace.push({ type: "finding", at: w.k.now, property: property.name, text });
    }
    let rounds = 0;
    for (; looked < w.k.trace.length; looked++) {
      if (!isSyn(w, w.k.trace[looked]!)) continue;
      const digest = digestOf(w.k);
      rounds = (seen.get(digest) ?? 0) + 1;
      seen.set(digest, rounds);
    }
    if (rounds >= ROUNDS && w.next === scenario.timeline.length && everybodyCame(w)) break;
    outOfSteps = w.steps >= scenario.maxSteps;
    if (outOfSteps) break;
  }
  return judge(w, seed, outOfSteps);
}

/** No stat'er is still to start. */
function everybodyCame(w: World): boolean {
  return w.k.programs.every((program) => program.stats > 0 || program.statSinceUs !== undefined);
}

function isSyn(w: World, event: TraceEvent): boolean {
  return event.type === "packet" && event.segment.syn && event.segment.src.host === w.k.host;
}

function judge(w: World, seed: number, outOfSteps: boolean): Run {
  const { k, scenario } = w;
  const relief = w.reliefAtUs ?? 0;
  const staters = k.programs.slice(0, scenario.staters.length);
  const waiting = staters.filter((program, index) => {
    const killed = k.threads.find((thread) => thread.program === index)!.killed;
    return !killed && program.statSinceUs !== undefined;
  });
  const answer = k.trace.find((e) => e.type === "output" && e.at >= relief && / ok after /.test(e.text));
  const end = waiting.length === 0 && answer !== undefined ? answer.at : k.now;
  const after = k.trace.filter((event) => event.at >= relief && event.at <= end);
  const connects = after.filter((event) => isSyn(w, event)).length;
  const teardowns = countTeardowns(w, after);
  const earlyWakes = after.filter((event) => event.type === "wake" && event.early).length;
  const recoveryUs = waiting.length === 0 && answer !== undefined ? answer.at - relief : undefined;
  const slow = Math.max(0, ...staters.flatMap((program) => program.tookUs));
  const figures = { connects, teardowns, earlyWakes, recoveryUs };
  const alarmed = recoveryUs !== undefined && after.some((event) => isAlarm(event));
  const [verdict, why] = verdictOf(w, outOfSteps, waiting.length > 0, alarmed ? slow : undefined, figures);
  return {
    scenario,
    seed,
    verdict,
    why,
    ...figures,
    steps: w.steps,
    endUs: k.now,
    outOfSteps,
    events: k.trace,
  };
}

/** A request's own timeout: what woke it was meant for a server that does not answer. */
function isAlarm(event: TraceEvent): boolean {
  return event.type === "wake" && event.queue === "xprt_pending" && event.status === -ETIMEDOUT;
}

function verdictOf(
  w: World,
  outOfSteps: boolean,
  waits: boolean,
  alarmedUs: Us | undefined,
  { connects, teardowns, recoveryUs }: Pick<Run, "connects" | "teardowns" | "recoveryUs">,
): [Run["verdict"], string] {
  const { k } = w;
  if (outOfSteps && waits) return ["undecided", "the step budget ran out while somebody waited"];
  // Safety before liveness: what must never happen has happened, however it went on.
  const finding = k.trace.find((event) => event.type === "finding");
  if (finding?.type === "finding") return ["breaks", `${finding.property}: ${finding.text}`];
  const timeo = `the mount's ${k.timeoUs / 1_000_000} s timeout`;
  if (waits && teardowns > 1)
    return [
      "hangs",
      `${connects} connects, ${teardowns} of them torn down with nothing sent, the same state again and again`,
    ];
  if (waits) {
    const armed = k.tasks.some((task) => task.timerAtUs !== 0);
    return armed
      ? ["stalls", `nothing but ${timeo} will end the wait`]
      : ["hangs", "nothing is left that could end the wait"];
  }
  if (alarmedUs !== undefined) return ["stalls", `it took ${timeo} to end the wait (${seconds(alarmedUs)})`];
  const took = recoveryUs === undefined ? "" : `answered ${seconds(recoveryUs)} after it could be`;
  if (teardowns > 0)
    return ["churns", `${took}, after ${teardowns} connection(s) torn down with nothing sent`];
  return ["recovers", took === "" ? "nobody waits" : took];
}

/** Connections that the client finished making and then closed without a byte sent: the report's "immediately tears the connection down". */
function countTeardowns(w: World, events: readonly TraceEvent[]): number {
  let established = false;
  let count = 0;
  for (const event of events) {
    if (event.type !== "packet" || event.segment.src.host !== w.k.host || event.segment.dst.port === 111)
      continue;
    const { syn, fin, rst, payload } = event.segment;
    if (syn) established = true;
    else if (payload !== undefined) established = false;
    else if (fin || rst) {
      if (established) count++;
      established = false;
    }
  }
  return count;
}

function seconds(us: Us): string {
  return `${(us / 1_000_000).toFixed(3)} s`;
}
