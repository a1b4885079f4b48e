/** Worlds to explore. Pure. */
export * from "./family/mod.js";
export * from "./named.js";
export * from "./reconnect/mod.js";
export { twoPhaseCommit } from "./two-phase-commit.js";
