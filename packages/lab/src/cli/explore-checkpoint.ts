/** Checkpoints of searches, in files: of safety, and of the whole graph. */
import type { Checkpoint, GraphCheckpoint, Model } from "../lab/mod.js";
import {
  bad,
  type CommonHead,
  commonHead,
  isCount,
  readCheckpointFile,
  writeCheckpointFile,
} from "./checkpoint-file.js";

const SAFETY = "a search with --safety";
const GRAPH = "a verdict";
const FIGURES = ["generated", "depth", "goal"] as const;

interface SafetyHead extends CommonHead, Readonly<Record<(typeof FIGURES)[number], number>> {
  readonly order: "bfs" | "dfs";
  readonly store: "exact" | "compact";
  readonly reduced: boolean;
  readonly brokenAt: number;
  readonly deadEndAt: number;
}

/** Writes the checkpoint of a search of safety whole or not at all. Throws LabError. */
export function writeCheckpoint(file: string, checkpoint: Checkpoint, model: Model): void {
  const { states, tree, frontier, model: _, ...figures } = checkpoint;
  const arrays = { wide: [states, tree.parent, frontier], narrow: [tree.place] };
  writeCheckpointFile(file, { ...figures, ...commonHead(SAFETY, model, arrays) } as CommonHead, arrays);
}

/** How a search is to be; an order or store that is undefined: as the checkpoint has it. */
interface Asked {
  readonly order: string | undefined;
  readonly store: string | undefined;
  readonly reduce: boolean;
}

/** The checkpoint in `file`, if it can be gone on with: a search of `model`, in this order with this store. Throws LabError. */
export function readCheckpoint(file: string, model: Model, asked: Asked): Checkpoint {
  const { head, arrays } = readCheckpointFile(
    file,
    SAFETY,
    model,
    { wide: 3, narrow: 1 },
    safetyHead,
    ({ order, store, reduced }) => [
      ["order", order, asked.order ?? order],
      ["store", store, asked.store ?? store],
      ["choice of --reduce", yesOrNo(reduced), yesOrNo(asked.reduce)],
    ],
  );
  const [states, parent, frontier] = arrays.wide;
  const { kind: _, code: __, lengths: ___, ...figures } = head;
  const tree = { parent: parent!, place: arrays.narrow[0]! };
  const checkpoint = { ...figures, states: states!, tree, frontier: frontier! };
  checkContents(file, checkpoint, model);
  return checkpoint;
}

const yesOrNo = (yes: boolean): string => (yes ? "yes" : "no");

function safetyHead(common: CommonHead): SafetyHead | undefined {
  const head = common as SafetyHead;
  const fits =
    FIGURES.every((name) => isCount(head[name])) &&
    isCount(head.brokenAt, -1) &&
    isCount(head.deadEndAt, -1) &&
    (head.order === "bfs" || head.order === "dfs") &&
    (head.store === "exact" || head.store === "compact") &&
    typeof head.reduced === "boolean";
  return fits ? head : undefined;
}

/** No number in it may lead out of what is there. */
function checkContents(file: string, from: Checkpoint, model: Model): void {
  const { words, states, tree, frontier, brokenAt, deadEndAt, store, depth } = from;
  const count = tree.parent.length;
  const width = 2 + (store === "compact" ? words : 0);
  const fits =
    count > 0 &&
    tree.place.length === count &&
    states.length === count * (store === "compact" ? 2 : words) &&
    frontier.length % width === 0 &&
    brokenAt < count &&
    deadEndAt < count &&
    areParents(tree.parent) &&
    tree.place.every((place, i) => i === 0 || place < model.maxSuccessors) &&
    everyRecord(frontier, width, (number, at) => number >= 0 && number < count && at >= 0 && at <= depth);
  if (!fits) throw bad(file, "what it holds does not fit together");
}

/** The first has none, and that of every other one is older than it. */
function areParents(parent: Int32Array): boolean {
  return parent.every((one, i) => (i === 0 ? one === -1 : one >= 0 && one < i));
}

function everyRecord(
  frontier: Int32Array,
  width: number,
  fits: (number: number, depth: number) => boolean,
): boolean {
  for (let at = 0; at < frontier.length; at += width) {
    if (!fits(frontier[at]!, frontier[at + 1]!)) return false;
  }
  return true;
}

/** Writes the checkpoint of a graph whole or not at all. Throws LabError. */
export function writeGraph(file: string, checkpoint: GraphCheckpoint, model: Model): void {
  const { states, first, target, parent, choice, parentChoice } = checkpoint;
  const arrays = { wide: [states, first, target, parent], narrow: [choice, parentChoice] };
  writeCheckpointFile(file, commonHead(GRAPH, model, arrays), arrays);
}

/** The graph in `file`, if it can be gone on with: of `model`. Throws LabError. */
export function readGraph(file: string, model: Model): GraphCheckpoint {
  const counts = { wide: 4, narrow: 2 };
  const { head, arrays } = readCheckpointFile(
    file,
    GRAPH,
    model,
    counts,
    (same) => same,
    () => [],
  );
  const [states, first, target, parent] = arrays.wide as [Int32Array, Int32Array, Int32Array, Int32Array];
  const [choice, parentChoice] = arrays.narrow as [Uint16Array, Uint16Array];
  const count = parent.length;
  const edges = target.length;
  const isChoice = (one: number) => one < model.choices.length;
  const fits =
    count > 0 &&
    states.length === count * model.words &&
    first.length <= count &&
    choice.length === edges &&
    parentChoice.length === count &&
    areParents(parent) &&
    first.every((edge, i) => edge <= edges && edge >= (i === 0 ? 0 : first[i - 1]!)) &&
    target.every((state) => state >= 0 && state < count) &&
    choice.every(isChoice) &&
    parentChoice.every(isChoice);
  if (!fits) throw bad(file, "what it holds does not fit together");
  return { model: model.name, words: head.words, states, first, target, choice, parent, parentChoice };
}
