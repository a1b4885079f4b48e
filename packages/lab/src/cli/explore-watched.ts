import { depthsOf, type GraphCheckpoint, type Model } from "../lab/mod.js";

/** A model that counts how a breadth-first search goes through it. */
export interface Watched {
  readonly model: Model;
  /** States that were met, that were looked into, and the depth of the farthest, in steps. */
  readonly figures: () => { readonly states: number; readonly expanded: number; readonly depth: number };
}

/**
 * `model`, watched from outside: a search labels every state once, when it meets it, and expands it once. Breadth
 * first, a level is over when everything is expanded that was known when it began. `from`: what the search goes on from.
 */
export function watchModel(model: Model, from: GraphCheckpoint | undefined): Watched {
  let states = 0;
  let { expanded, depth, levelEnd } =
    from === undefined ? { expanded: 0, depth: 0, levelEnd: 1 } : placeOf(from);
  return {
    model: {
      ...model,
      expand(from, at, out) {
        if (expanded === levelEnd) {
          depth++;
          levelEnd = states;
        }
        expanded++;
        model.expand(from, at, out);
      },
      label(from, at) {
        states++;
        return model.label(from, at);
      },
    },
    // What is beyond the level that is being expanded is one step farther.
    figures: () => ({ states, expanded, depth: states > levelEnd ? depth + 1 : depth }),
  };
}

/** Where a search stands that ended before state `expanded`. */
function placeOf({ first, parent }: GraphCheckpoint): { expanded: number; depth: number; levelEnd: number } {
  const depths = depthsOf(parent);
  const expanded = first.length;
  const depth = depths[Math.min(expanded, depths.length - 1)]!;
  const beyond = depths.findIndex((one) => one > depth);
  return { expanded, depth, levelEnd: beyond < 0 ? depths.length : beyond };
}
