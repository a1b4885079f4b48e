/** The explorer: every schedule of a model, or many of them, and what comes of them. Pure. */

export * from "./curve.js";
export { type FairComponents, fairComponents } from "./fair.js";
export { buildGraph, type Graph, type GraphBudget, type Path, pathTo } from "./graph.js";
export { checkpointOf, depthsOf, type GraphCheckpoint } from "./graph-checkpoint.js";
export { cheapestLasso, cheapestWay, type Effort, type Lasso, startCycleAt, type Way } from "./lasso.js";
export type { Weight } from "./lasso-weight.js";
export * from "./model.js";
export { type NoReturn, type Outlook, outlooks, pointOfNoReturn } from "./noreturn.js";
export * from "./prng.js";
export * from "./random.js";
export * from "./random-campaign.js";
export * from "./random-strategy.js";
export * from "./replay.js";
export * from "./schedule.js";
export * from "./schedule-model.js";
export * from "./schedule-run.js";
export { type Explored, type ExploreOptions, explore, type Figures } from "./search.js";
export type { Checkpoint } from "./search-checkpoint.js";
export * from "./shrink.js";
export { bytesPerState, ExactStore, type StateStore } from "./store.js";
export { CompactStore } from "./store-compact.js";
export { PackedStates } from "./store-states.js";
export * from "./tell.js";
export { type Judgement, type JudgeOptions, judge, type Verdict, type Witness } from "./verdict.js";
