/** Models as guarded commands: compiled to a `Model`, or to Promela. Pure. */
export * from "./program.js";
