import type { Graph } from "./graph.js";
import type { Model } from "./model.js";

/** A graph that is not whole, as plain data: it can be cloned, sent to another thread, or written to a file. */
export interface GraphCheckpoint {
  /** `Model.name`, and the words of a state. */
  readonly model: string;
  readonly words: number;
  /** Packed states in their order. */
  readonly states: Int32Array;
  /** By state that was looked into: its first edge. */
  readonly first: Int32Array;
  /** By edge, and by state: as in `Graph`. */
  readonly target: Int32Array;
  readonly choice: Uint16Array;
  readonly parent: Int32Array;
  readonly parentChoice: Uint16Array;
}

/** What {@link buildGraph} goes on from. */
export function checkpointOf(graph: Graph): GraphCheckpoint {
  const { model, count, expanded, first, target, choice, parent, parentChoice } = graph;
  const { words } = model;
  const states = new Int32Array(count * words);
  for (let i = 0; i < count; i++) states.set(graph.states.wordsOf(i), i * words);
  const edges = new Int32Array(target.buffer, target.byteOffset, target.length);
  return {
    model: model.name,
    words,
    states,
    first: new Int32Array(first.subarray(0, expanded)),
    target: edges,
    choice,
    parent,
    parentChoice,
  };
}

/** Throws a RangeError if `from` is of another model. */
export function checkModel(from: GraphCheckpoint, { name, words }: Model): void {
  if (from.model === name && from.words === words) return;
  throw new RangeError(
    `The checkpoint is of ${from.model}, this is ${name}: go on with the same, or start anew.`,
  );
}

/** By state, how many steps it is from the first. States stand in the order of these. */
export function depthsOf(parent: Int32Array): Int32Array {
  const depths = new Int32Array(parent.length);
  for (let i = 1; i < parent.length; i++) depths[i] = depths[parent[i]!]! + 1;
  return depths;
}
