/** The small worlds whole and the large ones by chance, in slices, so that a signal is heard between them. */
import { performance } from "node:perf_hooks";
import { setImmediate } from "node:timers/promises";
import {
  execute,
  LARGE,
  type MillScenario,
  newSearch,
  PRODUCT,
  PROPERTIES,
  SEARCHED,
  SERVER_WORLDS,
  type Search,
  type Strategy,
  underEveryOrder,
  type WorkPolicy,
} from "../mill/mod.js";
import { strategyWord } from "./mill-options.js";
import { runServer } from "./mill-server.js";
import { type Failure, failureOf, newWorld } from "./mill-story.js";

/** Between two looks at the clock, at the signal, and at the terminal. */
const SLICE_STEPS = 10_000;
const SLICE_MS = 50;

export interface MillPlan {
  /** Undefined: all. */
  readonly scenarios: readonly string[] | undefined;
  readonly orders: readonly WorkPolicy[] | undefined;
  readonly strategies: readonly Strategy[];
  /** First seed, and the one after the last. */
  readonly seeds: readonly [number, number];
  /** Of one exhaustive search; 0: none is made. */
  readonly states: number;
}

export type Searched = Omit<Search, "broken"> & { readonly seconds: number };

export interface Chance {
  readonly strategy: string;
  readonly worlds: number;
  readonly executions: number;
  readonly steps: number;
  readonly seconds: number;
  /** Every seed had its turn. */
  readonly complete: boolean;
}

export interface MillReport {
  readonly searched: readonly Searched[];
  readonly random: readonly Chance[];
  readonly failure: Failure | undefined;
  /** A signal ended it before its time. */
  readonly stopped: boolean;
}

export interface Watcher {
  readonly signal: AbortSignal;
  /** How far the present part has come. */
  at(line: string): void;
  searched(one: Searched): void;
  random(one: Chance): void;
}

/** Ends with the first schedule that does not end well. */
export async function runMill(plan: MillPlan, watch: Watcher): Promise<MillReport> {
  const searched: Searched[] = [];
  const random: Chance[] = [];
  let failure: Failure | undefined;
  for (const scenario of plan.states > 0 ? smallOnes(plan) : []) {
    if (watch.signal.aborted || failure !== undefined) break;
    const { broken, ...one } = await searchWhole(scenario, plan.states, watch);
    searched.push(one);
    watch.searched(one);
    if (broken !== undefined)
      failure = failureOf(() => newWorld(scenario), broken.property, broken.why, broken.schedule);
  }
  const trials = trialsOf(plan);
  for (const strategy of trials.length > 0 ? plan.strategies : []) {
    if (watch.signal.aborted || failure !== undefined) break;
    const { failure: found, ...one } = await tryMany(trials, strategy, plan.seeds, watch);
    failure = found;
    random.push(one);
    watch.random(one);
  }
  return { searched, random, failure, stopped: watch.signal.aborted };
}

function isWanted({ scenarios }: MillPlan, { name }: MillScenario): boolean {
  return scenarios === undefined || scenarios.includes(name);
}

/** A world is searched in its own order of work, or in those that were asked for. */
export function smallOnes(plan: MillPlan): readonly MillScenario[] {
  return SEARCHED.filter((scenario) => isWanted(plan, scenario)).filter(
    ({ work }) => plan.orders === undefined || plan.orders.includes(work),
  );
}

function largeOnes(plan: MillPlan): readonly MillScenario[] {
  return LARGE.filter((scenario) => isWanted(plan, scenario))
    .flatMap(underEveryOrder)
    .filter(({ work }) => plan.orders === undefined || plan.orders.includes(work));
}

async function searchWhole(
  scenario: MillScenario,
  states: number,
  watch: Watcher,
): Promise<Search & { readonly seconds: number }> {
  const began = performance.now();
  const search = newSearch(scenario, PROPERTIES, PRODUCT, { states });
  while (search.run(SLICE_STEPS) && !watch.signal.aborted) {
    watch.at(`${scenario.name}: ${search.found.states.toLocaleString("en")} states`);
    await setImmediate();
  }
  return { ...search.found, seconds: (performance.now() - began) / 1000 };
}

/** One execution of a world, of whichever core. */
type Trial = (
  strategy: Strategy,
  seed: number,
) => {
  readonly steps: number;
  readonly failure: Failure | undefined;
};

/** What is run by chance: the large worlds, and those of the server core. */
export function trialsOf(plan: MillPlan): readonly Trial[] {
  const servers = SERVER_WORLDS.filter(({ name }) => plan.scenarios?.includes(name) ?? true);
  return [
    ...largeOnes(plan).map(
      (world): Trial =>
        (strategy, seed) => {
          const { over, steps } = execute(world, PROPERTIES, PRODUCT, strategy, seed);
          return { steps, failure: over === "goal" ? undefined : failureOfSeed(world, strategy, seed) };
        },
    ),
    ...servers.map(
      (world): Trial =>
        (strategy, seed) =>
          runServer(world, strategy, seed),
    ),
  ];
}

async function tryMany(
  trials: readonly Trial[],
  strategy: Strategy,
  [first, end]: readonly [number, number],
  watch: Watcher,
): Promise<Chance & { readonly failure: Failure | undefined }> {
  const began = performance.now();
  let slice = began;
  let executions = 0;
  let steps = 0;
  let failure: Failure | undefined;
  const all = (end - first) * trials.length;
  for (let seed = first; seed < end && failure === undefined && !watch.signal.aborted; seed++) {
    for (const trial of trials) {
      const run = trial(strategy, seed);
      executions++;
      steps += run.steps;
      failure = run.failure;
      if (failure !== undefined) break;
      if (performance.now() - slice < SLICE_MS) continue;
      await setImmediate();
      slice = performance.now();
      const rate = Math.round((executions * 1000) / (slice - began)).toLocaleString("en");
      watch.at(`${strategyWord(strategy)}: ${Math.floor((100 * executions) / all)} %, ${rate} executions/s`);
      if (watch.signal.aborted) break;
    }
  }
  const seconds = (performance.now() - began) / 1000;
  const complete = executions === all;
  return {
    strategy: strategyWord(strategy),
    worlds: trials.length,
    executions,
    steps,
    seconds,
    complete,
    failure,
  };
}

function failureOfSeed(world: MillScenario, strategy: Strategy, seed: number): Failure {
  const taken: string[] = [];
  const { over } = execute(world, PROPERTIES, PRODUCT, strategy, seed, { taken });
  const { broken, why } = typeof over === "string" ? { broken: over, why: "" } : over;
  return failureOf(() => newWorld(world), broken, why || `${strategyWord(strategy)}, seed ${seed}`, taken);
}
