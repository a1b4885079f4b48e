/**
 * The mill: our own client core under a network, a server, a clock and a run queue whose every order can be had; the
 * server may be our own core, too. Pure, like the cores.
 */
export { ACTORS, type Enabled } from "./choice.js";
export { type CoreClasses, PRODUCT } from "./core.js";
export { digestOf } from "./digest.js";
export { newSearch, type Search, type Searching, type SearchLimits, searchAll } from "./exhaustive.js";
export { CallFacts, XprtFacts } from "./facts.js";
export { type Found, type HuntEffort, hunt } from "./hunt.js";
export { LARGE, underEveryOrder, WORLDS } from "./large-scenarios.js";
export { HARMLESS, MUTANTS, type Mutant } from "./mutants.js";
export { PROPERTIES, PROPERTY_LIST } from "./properties/mod.js";
export type { Effect, Property } from "./property.js";
export { type PropertySet, propertySet } from "./property-set.js";
export { type ExecuteOptions, type Execution, execute, Prng, type Strategy } from "./random.js";
export { type CallPlan, type Deed, type MillScenario, WORK_POLICIES, type WorkPolicy } from "./scenario.js";
export { BASE, configOf, OUTAGES, SEARCHED, SILENT, SMALL } from "./scenarios.js";
export { SERVER_WORLDS } from "./server-scenarios.js";
export { type ServerScenario, ServerWorld, type SvcClass } from "./server-world.js";
export { shortest } from "./shortest.js";
export { type ToldStep, tellRun } from "./tell.js";
export { type Over, World } from "./world.js";
