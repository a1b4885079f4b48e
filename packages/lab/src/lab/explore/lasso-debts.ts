import type { Graph } from "./graph.js";

/**
 * What a cycle within one fair component still owes to whom, as bits that are only ever set on the way round: for a
 * weak actor one, he acted or could not; for a strong one two, he could, and he acted.
 */
export interface Debts {
  /** How many bits there are; at most 30. */
  readonly bits: number;
  /** By state of the component, by its index there: bits set by being in it. */
  readonly here: Int32Array;
  /** By choice: bits set by a step of it. */
  readonly step: Int32Array;
  /** The bits that must yet be set, so that a cycle with these bits is fair. 0: it is. */
  missing(bits: number): number;
}

const MOST_BITS = 30;

/**
 * The debts of `component`, as `fairComponents` found it. Where two bits by strong actor are too many each has but
 * one, he acted: more than fairness asks, and never impossible. Throws a RangeError where even that is too many.
 */
export function debtsOf(graph: Graph, component: Int32Array): Debts {
  const { first, target, choice } = graph;
  const { actors, choices } = graph.model;
  const isEnabledAt = actors.map(() => new Uint8Array(component.length));
  component.forEach((s, i) => {
    for (let e = first[s]!; e < first[s + 1]!; e++) {
      if (target[e] !== s) isEnabledAt[choices[choice[e]!]!.actor]![i] = 1;
    }
  });
  const here = new Int32Array(component.length);
  const ofActor = new Int32Array(actors.length);
  const owed = actors.map((actor, a) => (isEnabledAt[a]!.includes(1) ? actor.fairness : "none"));
  const weaks = owed.filter((fairness) => fairness === "weak").length;
  const strongs = owed.filter((fairness) => fairness === "strong").length;
  const strongBits = weaks + 2 * strongs > MOST_BITS ? 1 : 2;
  if (weaks + strongBits * strongs > MOST_BITS) {
    throw new RangeError(
      `${graph.model.name}: ${weaks + strongs} actors are owed steps in one cycle, ${MOST_BITS} at most; join some.`,
    );
  }
  let bits = 0;
  /** Bits that must be set. */
  let must = 0;
  /** Bits that ask for the one above them. */
  let could = 0;
  owed.forEach((fairness, a) => {
    if (fairness === "none") return;
    const low = 1 << bits;
    const two = fairness === "strong" && strongBits === 2;
    ofActor[a] = two ? low | (low << 1) : low;
    if (two) could |= low;
    else must |= low;
    bits += two ? 2 : 1;
    if (fairness === "strong" && !two) return;
    const seen = fairness === "strong" ? 1 : 0;
    for (let i = 0; i < here.length; i++) if (isEnabledAt[a]![i] === seen) here[i]! |= low;
  });
  return {
    bits,
    here,
    step: Int32Array.from(choices, (c) => ofActor[c.actor]!),
    missing: (set) => (must & ~set) | (((set & could) << 1) & ~set),
  };
}
