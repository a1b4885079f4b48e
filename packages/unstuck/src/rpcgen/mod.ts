/** The `.x` compiler: RFC 4506 §6 and RFC 5531 §12 in, TypeScript out. Pure. */
export { type CompileOptions, compile } from "./compile.js";
export type { Load } from "./module.js";
export { CompileError, type Problem, type Source } from "./source.js";
