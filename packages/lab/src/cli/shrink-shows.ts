import {
  buildGraph,
  hashWords,
  type Model,
  modelRuns,
  outlooks,
  type Replay,
  replay,
  type Schedule,
} from "../lab/mod.js";
import { LabError } from "./failure.js";

/** What a smaller schedule still has to show. */
export interface Shows {
  readonly shows: (played: Replay) => boolean;
  /** In words. */
  readonly what: string;
  /** Whether the end was judged by the whole graph. */
  readonly judged: boolean;
}

/** A graph with more states takes longer than it is worth. */
const MOST_STATES = 2_000_000;
const WORDS = [
  "the goal is in reach",
  "only an unrelated timer leads to the goal",
  "nothing leads to the goal",
  "goal",
];

/**
 * A smaller schedule has the same outcome as `schedule`, and ends where the goal is as far out of reach: a hang must
 * not become a loop that can be left. Throws LabError if it shows nothing: it just ends, and all is well.
 */
export function showsOf(model: Model, schedule: Schedule): Shows {
  const { outcome, digest } = replay(modelRuns(model), schedule, { lenient: true });
  const graph = buildGraph(model, { states: MOST_STATES });
  if (!graph.complete || outcome.startsWith("broken:"))
    return { shows: (played) => played.outcome === outcome, what: outcome, judged: graph.complete };
  const outlook = outlooks(graph);
  const { words } = model;
  const byDigest = new Map<number | string, number>();
  for (let s = 0; s < graph.count; s++)
    byDigest.set(hashWords(graph.states.chunkOf(s), graph.states.at(s), words), outlook[s]!);
  const end = byDigest.get(digest)!;
  if (outcome === "open" && end !== STALLED && end !== HUNG)
    throw new LabError(
      "the schedule just ends, and the goal is still in reach: give one that shows something",
      1,
    );
  return {
    shows: (played) => played.outcome === outcome && byDigest.get(played.digest) === end,
    what: outcome === "goal" ? outcome : `${outcome}, where ${WORDS[end]}`,
    judged: true,
  };
}

const STALLED = 1;
const HUNG = 2;
