import { setFlagsFromString } from "node:v8";

/**
 * Has V8 put more functions into their callers. A run of the mill is some hundred steps of many small functions, and the
 * default budgets end in the middle of a step: with these a run is a twelfth faster (`bench/mill.mjs`). They are read
 * when a function is optimised, so that the moment does not matter, and an engine that has none of them ignores them.
 */
export function inlineMore(): void {
  setFlagsFromString("--max-inlined-bytecode-size=1000");
  setFlagsFromString("--max-inlined-bytecode-size-cumulative=3000");
}
