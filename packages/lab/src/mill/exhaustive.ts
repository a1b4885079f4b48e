/** Every schedule of a small world. */
import { choiceOf, DEADLINE } from "./choice.js";
import type { CoreClasses } from "./core.js";
import type { PropertySet } from "./property-set.js";
import type { MillScenario } from "./scenario.js";
import { World } from "./world.js";

export interface SearchLimits {
  /** The search ends, incomplete, with so many states. */
  readonly states: number;
}

export interface Search {
  readonly scenario: string;
  /** Distinct states, and steps taken between them. */
  readonly states: number;
  readonly steps: number;
  /** The longest schedule that was followed. */
  readonly depth: number;
  /** Distinct states in which all is over, and as it should be. */
  readonly goals: number;
  /** Nothing was left out. */
  readonly complete: boolean;
  /** The first thing that went wrong, and how it came about: names of choices. */
  readonly broken:
    | { readonly property: string; readonly why: string; readonly schedule: readonly string[] }
    | undefined;
}

/** A search under way. */
export interface Searching {
  /** Takes at most so many further steps. False: there are none left to take, or the limit is reached. */
  run(steps: number): boolean;
  /** What was found so far. */
  readonly found: Search;
}

interface Frame {
  readonly world: World;
  readonly digest: number;
  /** The next choice to follow, and how many there are. */
  next: number;
  readonly count: number;
  /** The choice that led here. */
  readonly name: string;
  /** How often the clock was moved on the way here. */
  readonly moves: number;
}

/** The whole of {@link newSearch} in one go. */
export function searchAll(
  scenario: MillScenario,
  properties: PropertySet,
  classes: CoreClasses,
  limits: SearchLimits,
): Search {
  const search = newSearch(scenario, properties, classes, limits);
  search.run(Number.POSITIVE_INFINITY);
  return search.found;
}

/**
 * Depth first over copies of the world, states known by {@link World.digest}: exact, but for collisions of 53 bits.
 * A world is finite because outages and early timers are bounded (`patience`, `early`). A state that comes again on
 * its own path without the clock having moved is a cycle without a sleep.
 */
export function newSearch(
  scenario: MillScenario,
  properties: PropertySet,
  classes: CoreClasses,
  limits: SearchLimits,
): Searching {
  const root = new World(scenario, properties, classes);
  const seen = new Set([root.digest()]);
  const onPath = new Map<number, number>([[root.digest(), 0]]);
  const path: Frame[] = [
    { world: root, digest: root.digest(), next: 0, count: root.count, name: "", moves: 0 },
  ];
  let steps = 0;
  let depth = 0;
  let goals = 0;
  let broken: Search["broken"];

  const goesOn = () => path.length > 0 && broken === undefined && seen.size < limits.states;

  const follow = (frame: Frame): void => {
    const index = frame.next++;
    const { name, kind } = choiceOf(frame.world.codeAt(index));
    // Nobody needs the world itself after its last choice.
    const world = frame.next === frame.count ? frame.world : frame.world.fork();
    world.step(index);
    steps++;
    const { over } = world;
    const digest = world.digest();
    const moves = frame.moves + (kind === DEADLINE ? 1 : 0);
    const schedule = () => [...path.slice(1).map((f) => f.name), name];
    if (over === "stuck") broken = { property: over, why: "nothing can happen", schedule: schedule() };
    else if (typeof over === "object")
      broken = { property: over.broken, why: over.why, schedule: schedule() };
    else if (onPath.get(digest) === moves) {
      const why = "the same state again at one moment";
      broken = { property: "sleep-in-every-cycle", why, schedule: schedule() };
    }
    if (seen.has(digest)) return;
    seen.add(digest);
    if (over === "goal") {
      goals++;
      return;
    }
    onPath.set(digest, moves);
    path.push({ world, digest, next: 0, count: world.count, name, moves });
    depth = Math.max(depth, path.length);
  };

  return {
    run(most) {
      const end = steps + most;
      while (goesOn() && steps < end) {
        const frame = path[path.length - 1]!;
        if (frame.next < frame.count) {
          follow(frame);
          continue;
        }
        onPath.delete(frame.digest);
        path.pop();
      }
      return goesOn();
    },
    get found() {
      const complete = path.length === 0;
      return { scenario: scenario.name, states: seen.size, steps, depth, goals, complete, broken };
    },
  };
}
