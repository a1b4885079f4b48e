/** Random schedules of a world: by seed, so that each can be had again. */
import { choiceOf } from "./choice.js";
import type { CoreClasses } from "./core.js";
import type { PropertySet } from "./property-set.js";
import type { MillScenario } from "./scenario.js";
import { type Over, World } from "./world.js";

/**
 * How the next choice is made. `uniform`: each is as likely. `pct`: actors have random priorities, which change at
 * `depth - 1` random steps (Burckhardt et al., ASPLOS 2010): finds a bug that needs that many orderings far sooner.
 */
export type Strategy = { readonly kind: "uniform" } | { readonly kind: "pct"; readonly depth: number };

export interface Execution {
  /** `cut-off`: the steps were used up. */
  readonly over: Over | "cut-off";
  readonly steps: number;
  readonly world: World;
}

export interface ExecuteOptions {
  /** A run that is longer is cut off; unless told 5,000. */
  readonly mostSteps?: number;
  /** Takes the names of the choices that were made. */
  readonly taken?: string[];
}

const MOST_STEPS = 5_000;

/** A small generator of 32-bit numbers with a state of one (splitmix32; Steele et al., OOPSLA 2014). */
export class Prng {
  #at: number;

  constructor(seed: number) {
    this.#at = seed | 0;
  }

  /** From 0 up to 2^32 - 1. */
  next(): number {
    this.#at = (this.#at + 0x9e3779b9) | 0;
    let z = this.#at;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return (z ^ (z >>> 15)) >>> 0;
  }

  /** From 0 up to `n` - 1, for an `n` below 2^15: the upper half of a product, in whole numbers alone. */
  below(n: number): number {
    const x = this.next();
    return (Math.imul(x >>> 16, n) + (Math.imul(x & 0xffff, n) >>> 16)) >>> 16;
  }
}

/** How many steps a run is thought to have when the points of change are drawn. */
const EXPECTED_STEPS = 200;

/** Has one run happen, by the seed's choices. */
export function execute(
  scenario: MillScenario,
  properties: PropertySet,
  classes: CoreClasses,
  strategy: Strategy,
  seed: number,
  { mostSteps = MOST_STEPS, taken }: ExecuteOptions = {},
): Execution {
  const world = new World(scenario, properties, classes);
  const prng = new Prng(seed);
  const next = strategy.kind === "uniform" ? undefined : byPriority(prng, strategy.depth);
  while (world.over === undefined && world.steps < mostSteps) {
    const index = next === undefined ? prng.below(world.count) : next(world);
    if (taken !== undefined) taken.push(choiceOf(world.codeAt(index)).name);
    world.step(index);
  }
  return { over: world.over ?? "cut-off", steps: world.steps, world };
}

/**
 * Priorities by a choice's code, kept for all executions, of which there is one at a time: an entry counts if its stamp
 * is that of the present one. A map that is made for each costs a tenth of the execution.
 */
let priorities = new Float64Array(1024);
let stamps = new Int32Array(1024);
let stamp = 0;

function makeRoom(code: number): void {
  const old = priorities;
  priorities = new Float64Array(2 * code);
  priorities.set(old);
  const oldStamps = stamps;
  stamps = new Int32Array(2 * code);
  stamps.set(oldStamps);
}

/** The unit of priority is what a thread is elsewhere: one socket, one call, one work, the clock, the operator. */
function byPriority(prng: Prng, depth: number): (world: World) => number {
  const own = ++stamp;
  const changes: number[] = [];
  for (let i = 1; i < depth; i++) changes.push(prng.below(EXPECTED_STEPS));
  let lowest = 0;
  return function next(world): number {
    const { count } = world;
    let best = -1;
    let bestPriority = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < count; i++) {
      const code = world.codeAt(i);
      if (code >= stamps.length) makeRoom(code);
      if (stamps[code] !== own) {
        stamps[code] = own;
        priorities[code] = prng.next();
      }
      const priority = priorities[code]!;
      if (priority <= bestPriority) continue;
      best = i;
      bestPriority = priority;
    }
    const change = changes.indexOf(world.steps);
    if (change < 0) return best;
    changes.splice(change, 1);
    priorities[world.codeAt(best)] = --lowest;
    return next(world);
  };
}
