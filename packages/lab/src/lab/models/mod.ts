/** Worlds to explore. Pure. */
export { twoPhaseCommit } from "./two-phase-commit.js";
