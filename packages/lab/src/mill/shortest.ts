import { choiceOf } from "./choice.js";
import type { World } from "./world.js";

/** A world that was reached, and how. */
interface Reached {
  readonly world: World;
  readonly from: Reached | undefined;
  readonly name: string;
}

/**
 * The fewest choices after which `shows` is true of `world`: breadth first, until so many states were seen.
 * Undefined: there are none, or too many states before them.
 */
export function shortest(
  world: World,
  shows: (w: World) => boolean,
  mostStates: number,
): readonly string[] | undefined {
  const seen = new Set([world.digest()]);
  let ring: Reached[] = [{ world, from: undefined, name: "" }];
  while (ring.length > 0 && seen.size < mostStates) {
    const next: Reached[] = [];
    for (const from of ring) {
      for (let index = 0; index < from.world.count; index++) {
        const { name } = choiceOf(from.world.codeAt(index));
        const there = from.world.fork();
        there.step(index);
        const reached = { world: there, from, name };
        if (shows(there)) return wayTo(reached);
        const digest = there.digest();
        if (there.over !== undefined || seen.has(digest)) continue;
        seen.add(digest);
        next.push(reached);
      }
    }
    ring = next;
  }
  return undefined;
}

function wayTo(reached: Reached): readonly string[] {
  const names: string[] = [];
  for (let at: Reached | undefined = reached; at?.from !== undefined; at = at.from) names.push(at.name);
  return names.reverse();
}
