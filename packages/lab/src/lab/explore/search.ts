import type { Path } from "./graph.js";
import { BROKEN, GOAL, type Model, newSuccessors } from "./model.js";
import { type Checkpoint, checkOrigin } from "./search-checkpoint.js";
import { Frontier } from "./search-frontier.js";
import { Tree } from "./search-tree.js";
import { bytesPerState, ExactStore } from "./store.js";
import { CompactStore } from "./store-compact.js";

export interface ExploreOptions {
  /** `bfs`: the first path found is a shortest one. `dfs`: what was met last is looked into first. Default: `bfs`. */
  readonly order?: "bfs" | "dfs";
  /** `exact`: every state is kept. `compact`: 64 bits of each, see {@link CompactStore}. Default: `exact`. */
  readonly store?: "exact" | "compact";
  /** Ends when this many states are known, or a few more: a state's successors are never cut in two. */
  readonly states?: number;
  /** Ends when it holds this many bytes. Memory grows in steps, so the last step may pass it: leave a third. */
  readonly bytes?: number;
  /** Leave out what {@link Model.reduce} leaves out. Throws TypeError if the model has none. */
  readonly reduce?: boolean;
  /** Ends at the first state that is BROKEN. */
  readonly untilBroken?: boolean;
  /** After how many expanded states `onProgress` and `stop` are called. Default: 65,536. */
  readonly every?: number;
  readonly onProgress?: (figures: Figures) => void;
  /** Shall it end? The caller has the clock. */
  readonly stop?: () => boolean;
  /** Hand out a {@link Checkpoint} if the search ends before it is complete. It is a copy of everything. */
  readonly checkpoint?: boolean;
  /** Goes on where another search of the same model, order and store ended. It is not changed. */
  readonly from?: Checkpoint;
}

/** How far a search has come. */
export interface Figures {
  /** States known. */
  readonly distinct: number;
  /** Steps taken, and the initial state: how TLC and Spin count. */
  readonly generated: number;
  /** Steps from the initial state to the farthest one known, in the tree of this search; under `bfs` the shortest way. */
  readonly depth: number;
  /** States known but not expanded. */
  readonly frontier: number;
  /** States that are GOAL. */
  readonly goal: number;
  /** Memory held. */
  readonly bytes: number;
}

export interface Explored extends Figures {
  /** Were all states expanded? */
  readonly complete: boolean;
  /** What ended it; undefined when complete. */
  readonly why: string | undefined;
  /** The way to the first BROKEN state; under `bfs` a shortest one. */
  readonly broken: Path | undefined;
  /** The way to the first state that has no successors and is not GOAL. */
  readonly deadEnd: Path | undefined;
  /** How likely it is, at most, that a state was missed: 0 with an exact store. */
  readonly omission: number;
  /** Bytes per state besides its packed words: table and tree, without the frontier. */
  readonly bytesPerState: number;
  /** To go on from here; undefined when complete or not asked for. */
  readonly checkpoint: Checkpoint | undefined;
}

const EVERY = 2 ** 16;
const MOST_SUCCESSORS = 2 ** 16;

/**
 * Visits every state of `model` once and looks for safety: what is BROKEN, and where nothing can happen any more.
 * All interleavings are taken, unless `reduce` leaves out those that are equal to others.
 */
export function explore(model: Model, options: ExploreOptions = {}): Explored {
  if (model.maxSuccessors > MOST_SUCCESSORS) {
    throw new RangeError(
      `${model.name} has ${model.maxSuccessors} successors; a search tells ${MOST_SUCCESSORS} apart.`,
    );
  }
  const { order = "bfs", store: kind = "exact", every = EVERY, from } = options;
  const { words } = model;
  const exact = kind === "exact" ? new ExactStore(words) : undefined;
  const store = exact ?? new CompactStore(words);
  const frontier = new Frontier(exact === undefined ? words : 0);
  const tree = new Tree();
  const mostStates = Math.min(options.states ?? Infinity, store.capacity - model.maxSuccessors);
  const mostBytes = options.bytes ?? Infinity;
  const newest = order === "dfs";
  const reduce = options.reduce === true ? reductionOf(model) : undefined;
  const kept = new Uint8Array(model.maxSuccessors);
  const places = new Int32Array(Math.max(1, model.maxSuccessors));
  const out = newSuccessors(model);
  const numbers = new Int32Array(Math.max(1, model.maxSuccessors));
  let generated = 1;
  let depth = 0;
  let goal = 0;
  let brokenAt = -1;
  let deadEndAt = -1;

  /** Counts what is new among the first `count` states of `met`, `level` steps from the beginning. */
  function meet(met: Int32Array, count: number, parent: number, level: number): void {
    let next = store.count;
    store.addAll(met, count, numbers);
    for (let i = 0; i < count; i++) {
      if (numbers[i] !== next) continue;
      const label = model.label(met, i * words);
      if ((label & GOAL) !== 0) goal++;
      if ((label & BROKEN) !== 0 && brokenAt < 0) brokenAt = next;
      tree.push(parent, reduce === undefined ? i : places[i]!);
      frontier.push(next, level, met, i * words);
      if (level > depth) depth = level;
      next++;
    }
  }

  const bytes = () => store.bytes + tree.bytes + frontier.bytes;
  const figures = (): Figures => ({
    distinct: store.count,
    generated,
    depth,
    frontier: frontier.count,
    goal,
    bytes: bytes(),
  });

  if (from === undefined) {
    meet(model.initial(), 1, -1, 0);
  } else {
    checkOrigin(from, model, order, kind, reduce !== undefined);
    ({ generated, depth, goal, brokenAt, deadEndAt } = from);
    store.load(from.states);
    tree.load(from.tree);
    frontier.load(from.frontier);
  }
  let why: string | undefined;
  let expanded = 0;
  while (frontier.count > 0) {
    if (brokenAt >= 0 && options.untilBroken === true) why = "broken";
    else if (store.count >= mostStates) why = `${mostStates} states`;
    else if (mostBytes !== Infinity && bytes() >= mostBytes) why = `${mostBytes} bytes`;
    else if (expanded > 0 && expanded % every === 0) {
      options.onProgress?.(figures());
      if (options.stop?.() === true) why = "stopped";
    }
    if (why !== undefined) break;
    expanded++;
    const record = frontier.take(newest);
    const number = frontier.ring[record]!;
    const at = frontier.ring[record + 1]!;
    const states = exact === undefined ? frontier.ring : exact.states.chunkOf(number);
    const place = exact === undefined ? record + 2 : exact.states.at(number);
    model.expand(states, place, out);
    if (reduce !== undefined) keepSome(states, place, reduce);
    generated += out.count;
    if (out.count > 0) meet(out.words, out.count, number, at + 1);
    else if (deadEndAt < 0 && !isGoal(number, record)) deadEndAt = number;
  }

  /** Leaves in `out` what suffices, and in `places` where it was. */
  function keepSome(states: Int32Array, place: number, choose: NonNullable<Model["reduce"]>): void {
    const all = out.count;
    if (choose(states, place, out, kept) === all) kept.fill(1, 0, all);
    out.count = 0;
    for (let i = 0; i < all; i++) {
      if (kept[i] === 0) continue;
      const to = out.count++;
      places[to] = i;
      out.choices[to] = out.choices[i]!;
      out.words.copyWithin(to * words, i * words, (i + 1) * words);
    }
  }

  function isGoal(number: number, record: number): boolean {
    const label =
      exact === undefined
        ? model.label(frontier.ring, record + 2)
        : model.label(exact.states.chunkOf(number), exact.states.at(number));
    return (label & GOAL) !== 0;
  }

  const complete = why === undefined;
  return {
    ...figures(),
    complete,
    why,
    broken: brokenAt < 0 ? undefined : tree.pathTo(model, brokenAt),
    deadEnd: deadEndAt < 0 ? undefined : tree.pathTo(model, deadEndAt),
    omission: store.omission,
    bytesPerState: bytesPerState(store) + tree.bytes / store.count,
    checkpoint:
      complete || options.checkpoint !== true
        ? undefined
        : {
            model: model.name,
            words,
            order,
            store: kind,
            reduced: reduce !== undefined,
            generated,
            depth,
            goal,
            brokenAt,
            deadEndAt,
            states: store.save(),
            tree: tree.save(),
            frontier: frontier.save(),
          },
  };
}

function reductionOf({ name, reduce }: Model): NonNullable<Model["reduce"]> {
  if (reduce === undefined) throw new TypeError(`${name} does not know which of its steps commute.`);
  return reduce;
}
