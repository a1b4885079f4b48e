/**
 * The mill: our own client core under a network, a server, a clock and a run queue whose every order can be had.
 * Pure, like the core.
 */
export { ACTORS, type Enabled } from "./choice.js";
export { digestOf } from "./digest.js";
export { type Search, type SearchLimits, searchAll } from "./exhaustive.js";
export { CallFacts, XprtFacts } from "./facts.js";
export { PROPERTIES } from "./properties/mod.js";
export type { Effect, Property } from "./property.js";
export { type PropertySet, propertySet } from "./property-set.js";
export { type Execution, execute, Prng, type Strategy } from "./random.js";
export type { CallPlan, Deed, MillScenario, WorkPolicy } from "./scenario.js";
export { BASE, configOf, LARGE, OUTAGES, SILENT, SMALL, underEveryOrder } from "./scenarios.js";
export { type CoreClasses, type Over, World } from "./world.js";
