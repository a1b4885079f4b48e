/** Models as guarded commands: compiled to a `Model`, or to Promela. Pure. */
export * from "./compile.js";
export * from "./error.js";
export * from "./program.js";
export * from "./promela.js";
export { twoPhaseProgram } from "./two-phase-commit.js";
