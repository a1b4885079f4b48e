/** Every schedule of a small world. */
import { DEADLINE } from "./choice.js";
import type { PropertySet } from "./property-set.js";
import type { MillScenario } from "./scenario.js";
import { type CoreClasses, World } from "./world.js";

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

/**
 * Depth first over copies of the world, states known by {@link World.digest}: exact, but for collisions of 53 bits.
 * A world is finite because outages and early timers are bounded (`patience`, `early`). A state that comes again on
 * its own path without the clock having moved is a cycle without a sleep.
 */
export function searchAll(
  scenario: MillScenario,
  properties: PropertySet,
  classes: CoreClasses,
  limits: SearchLimits,
): Search {
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
  while (path.length > 0 && broken === undefined && seen.size < limits.states) {
    const frame = path[path.length - 1]!;
    if (frame.next === frame.count) {
      onPath.delete(frame.digest);
      path.pop();
      continue;
    }
    const index = frame.next++;
    const { name, kind } = frame.world.choices()[index]!;
    // Nobody needs the world itself after its last choice.
    const world = frame.next === frame.count ? frame.world : frame.world.fork();
    world.step(index);
    steps++;
    const { over } = world;
    const digest = world.digest();
    const moves = frame.moves + (kind === DEADLINE ? 1 : 0);
    if (over === "stuck" || typeof over === "object") {
      const { broken: property, why } = over === "stuck" ? { broken: over, why: "nothing can happen" } : over;
      broken = { property, why, schedule: [...path.slice(1).map((f) => f.name), name] };
    } else if (onPath.get(digest) === moves) {
      const schedule = [...path.slice(1).map((f) => f.name), name];
      broken = { property: "sleep-in-every-cycle", why: "the same state again at one moment", schedule };
    }
    if (seen.has(digest)) continue;
    seen.add(digest);
    if (over === "goal") {
      goals++;
      continue;
    }
    onPath.set(digest, moves);
    path.push({ world, digest, next: 0, count: world.count, name, moves });
    depth = Math.max(depth, path.length);
  }
  const complete = path.length === 0;
  return { scenario: scenario.name, states: seen.size, steps, depth, goals, complete, broken };
}
