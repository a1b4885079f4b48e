import type { Model } from "../lab/mod.js";

/** A model that counts how a breadth-first search goes through it. */
export interface Watched {
  readonly model: Model;
  /** States that were met, that were looked into, and the depth of the farthest, in steps. */
  readonly figures: () => { readonly states: number; readonly expanded: number; readonly depth: number };
}

/**
 * `model`, watched from outside: a search labels every state once, when it meets it, and expands it once. Breadth
 * first, a level is over when everything is expanded that was known when it began.
 */
export function watchModel(model: Model): Watched {
  let states = 0;
  let expanded = 0;
  let depth = 0;
  let levelEnd = 1;
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
