import { checkModel, type GraphCheckpoint } from "./graph-checkpoint.js";
import { type Model, newSuccessors } from "./model.js";
import { ExactStore, roomFor } from "./store.js";
import type { PackedStates } from "./store-states.js";

/** Every state of a model and every step between them. */
export interface Graph {
  readonly model: Model;
  /** States; number 0 is the initial one. They stand in the order a breadth-first search meets them. */
  readonly count: number;
  /**
   * States below this one have all their edges here; the rest were met but not looked into, and have none. Equal to
   * `count` when `complete`.
   */
  readonly expanded: number;
  /** State i lies in `states.chunkOf(i)` at `states.at(i)`; `states.wordsOf(i)` copies it. */
  readonly states: PackedStates;
  /** `Model.label` by state. */
  readonly label: Uint8Array;
  /** By state, and one more: the edges of i are `first[i]` up to but not including `first[i + 1]`. */
  readonly first: Uint32Array;
  /** By edge: the state it leads to. */
  readonly target: Uint32Array;
  /** By edge: row of `Model.choices`. */
  readonly choice: Uint16Array;
  /** By state: the state before it on a shortest path from the initial one; -1 at 0. */
  readonly parent: Int32Array;
  /** By state: the choice from `parent` to it; 0 at 0. */
  readonly parentChoice: Uint16Array;
  /** Is this the whole of it? */
  readonly complete: boolean;
  /** Which budget ended it; undefined when complete. */
  readonly why: string | undefined;
}

export interface GraphBudget {
  /** Ends when this many states are known. */
  readonly states?: number;
  /** Ends when this many edges are known. */
  readonly edges?: number;
  /** Asked every 4096 states: shall it end? The caller has the clock. */
  readonly stop?: () => boolean;
  /** Goes on where another graph of the same model ended. It is not changed. */
  readonly from?: GraphCheckpoint | undefined;
}

const ASK_EVERY = 4096;
const MOST_CHOICES = 2 ** 16;

/** The graph of `model`, breadth first, with all edges: also those to itself and the same one twice. */
export function buildGraph(model: Model, budget: GraphBudget = {}): Graph {
  if (model.choices.length > MOST_CHOICES) {
    throw new RangeError(
      `${model.name} has ${model.choices.length} choices; a graph tells ${MOST_CHOICES} apart.`,
    );
  }
  const store = new ExactStore(model.words);
  const { states } = store;
  const mostStates = Math.min(budget.states ?? store.capacity, store.capacity - model.maxSuccessors);
  const mostEdges = budget.edges ?? 2 ** 31;
  const out = newSuccessors(model);
  const numbers = new Int32Array(Math.max(1, model.maxSuccessors));
  let label = new Uint8Array(256);
  let first = new Uint32Array(256);
  let target = new Uint32Array(1024);
  let choice = new Uint16Array(1024);
  let parent = new Int32Array(256);
  let parentChoice = new Uint16Array(256);
  let edges = 0;
  let why: string | undefined;

  const { from } = budget;
  if (from === undefined) {
    store.addAll(model.initial(), 1, numbers);
    parent[0] = -1;
  } else {
    checkModel(from, model);
    store.load(from.states);
    first = new Uint32Array(from.first);
    target = new Uint32Array(from.target);
    choice = new Uint16Array(from.choice);
    parent = new Int32Array(from.parent);
    parentChoice = new Uint16Array(from.parentChoice);
    edges = target.length;
    label = new Uint8Array(states.count);
  }
  let known = states.count;
  for (let i = 0; i < known; i++) label[i] = model.label(states.chunkOf(i), states.at(i));
  let head = from?.first.length ?? 0;
  for (; head < known; head++) {
    if (known >= mostStates) why = `${mostStates} states`;
    else if (edges >= mostEdges) why = `${mostEdges} edges`;
    else if (head % ASK_EVERY === 0 && budget.stop?.() === true) why = "stopped";
    if (why !== undefined) break;
    model.expand(states.chunkOf(head), states.at(head), out);
    store.addAll(out.words, out.count, numbers);
    first = roomFor(first, head);
    first[head] = edges;
    target = roomFor(target, edges + out.count);
    choice = roomFor(choice, edges + out.count);
    for (let i = 0; i < out.count; i++) {
      const to = numbers[i]!;
      target[edges] = to;
      choice[edges++] = out.choices[i]!;
      if (to !== known) continue;
      label = roomFor(label, known);
      parent = roomFor(parent, known);
      parentChoice = roomFor(parentChoice, known);
      label[known] = model.label(out.words, i * model.words);
      parent[known] = head;
      parentChoice[known++] = out.choices[i]!;
    }
  }
  first = roomFor(first, known).slice(0, known + 1);
  first.fill(edges, head);
  return {
    model,
    count: known,
    expanded: head,
    states,
    label: label.slice(0, known),
    first,
    target: target.slice(0, edges),
    choice: choice.slice(0, edges),
    parent: parent.slice(0, known),
    parentChoice: parentChoice.slice(0, known),
    complete: why === undefined,
    why,
  };
}

/** A way through a model: `states` lie one after another, one more than there are choices. */
export interface Path {
  /** Rows of `Model.choices`. */
  readonly choices: readonly number[];
  /** `choices.length + 1` packed states, the first one the initial state. */
  readonly states: Int32Array;
}

/** A shortest path from the initial state to `state`. */
export function pathTo(graph: Graph, state: number): Path {
  const { words } = graph.model;
  const choices: number[] = [];
  const numbers = [state];
  for (let i = state; i !== 0; i = graph.parent[i]!) {
    choices.push(graph.parentChoice[i]!);
    numbers.push(graph.parent[i]!);
  }
  const states = new Int32Array(numbers.length * words);
  numbers.reverse().forEach((number, at) => {
    states.set(graph.states.wordsOf(number), at * words);
  });
  return { choices: choices.reverse(), states };
}
