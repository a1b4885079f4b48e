/**
 * How many different things many executions saw, and how that number grew: a sketch that stays small and merges
 * exactly, whichever way the executions were shared out.
 */
import { hashText } from "./schedule-model.js";

/**
 * The `size` smallest digests seen, each with the first seed that saw it (bottom-k sampling: Bar-Yossef et al. 2002;
 * Cohen, Kaplan 2007). Up to `size` different digests it is exact; of more it is an even sample, and counts drawn from
 * it err by about 1 / sqrt(size). Plain data.
 */
export interface Sketch {
  readonly size: number;
  /** Rising. */
  readonly digests: readonly number[];
  /** For each digest, the smallest seed that saw it. */
  readonly seeds: readonly number[];
}

/** Takes digests in; `sketch` says what was seen. */
export interface Sketcher {
  add(digest: number | string, seed: number): void;
  sketch(): Sketch;
}

/** A point of a discovery curve: after `runs` executions in the order of their seeds, `distinct` digests. */
export interface CurvePoint {
  readonly runs: number;
  readonly distinct: number;
}

/** Seeds from `from` to `to` - 1. */
export type SeedRange = readonly [from: number, to: number];

const SPACE = 2 ** 53;

export function newSketcher(size: number): Sketcher {
  if (!Number.isSafeInteger(size) || size < 2) {
    throw new RangeError(`a sketch of ${size} digests: give a whole number from 2`);
  }
  let kept = new Map<number, number>();
  let bound = SPACE;
  const prune = (): readonly (readonly [number, number])[] => {
    const rows = [...kept].sort(([a], [b]) => a - b).slice(0, size);
    if (rows.length === size) bound = rows[size - 1]![0] + 1;
    return rows;
  };
  return {
    add: (digest, seed) => {
      const number = typeof digest === "number" ? digest : hashText(digest);
      if (number >= bound) return;
      const first = kept.get(number);
      if (first !== undefined && first <= seed) return;
      kept.set(number, seed);
      if (kept.size >= 2 * size) kept = new Map(prune());
    },
    sketch: () => {
      const rows = prune();
      return { size, digests: rows.map(([digest]) => digest), seeds: rows.map(([, seed]) => seed) };
    },
  };
}

/** What both saw, as if one had seen it all: associative, and the order does not matter. */
export function mergeSketches(one: Sketch, other: Sketch): Sketch {
  if (one.size !== other.size) {
    throw new RangeError(`sketches of ${one.size} and ${other.size} digests do not merge: use one size`);
  }
  const merged = newSketcher(one.size);
  for (const { digests, seeds } of [one, other]) {
    for (let i = 0; i < digests.length; i++) merged.add(digests[i]!, seeds[i]!);
  }
  return merged.sketch();
}

/** How many different digests were seen; exact while there are fewer than the sketch holds. */
export function countDistinct(sketch: Sketch): number {
  const { size, digests } = sketch;
  if (digests.length < size) return digests.length;
  return Math.round((size - 1) / ((digests[size - 1]! + 1) / SPACE));
}

/** The discovery curve over the executions of `ranges` (apart, rising), at 1, 2, 5, 10, 20, … and all of them. */
export function discoveryCurve(sketch: Sketch, ranges: readonly SeedRange[]): readonly CurvePoint[] {
  const ranks = sketch.seeds.map((seed) => rankOf(seed, ranges)).sort((a, b) => a - b);
  const scale = ranks.length === 0 ? 0 : countDistinct(sketch) / ranks.length;
  let seen = 0;
  return spacedTo(ranges.reduce((sum, [from, to]) => sum + to - from, 0)).map((runs) => {
    while (seen < ranks.length && ranks[seen]! < runs) seen++;
    return { runs, distinct: Math.round(seen * scale) };
  });
}

function rankOf(seed: number, ranges: readonly SeedRange[]): number {
  let rank = 0;
  for (const [from, to] of ranges) rank += Math.max(0, Math.min(to, seed) - from);
  return rank;
}

function spacedTo(total: number): readonly number[] {
  const points: number[] = [];
  for (let decade = 1; decade < total; decade *= 10) {
    for (const step of [1, 2, 5]) if (step * decade < total) points.push(step * decade);
  }
  return total === 0 ? points : [...points, total];
}

/** Two sets of ranges as one, apart, rising and joined where they touch. Throws RangeError where they overlap. */
export function joinRanges(one: readonly SeedRange[], other: readonly SeedRange[]): readonly SeedRange[] {
  const joined: [number, number][] = [];
  for (const [from, to] of [...one, ...other].sort(([a], [b]) => a - b)) {
    const last = joined.at(-1);
    if (last !== undefined && from < last[1]) {
      throw new RangeError(`seeds ${from} to ${Math.min(to, last[1]) - 1} are in both: merge each seed once`);
    }
    if (last !== undefined && from === last[1]) last[1] = to;
    else joined.push([from, to]);
  }
  return joined;
}
