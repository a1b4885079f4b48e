/** The lab: the Linux client of 2012 as a model whose every step can be seen, and whose every schedule. Pure. */
export * from "./conform/mod.js";
export * from "./explore/mod.js";
export { followLog } from "./follow.js";
export * from "./guarded/mod.js";
export { type Rules, rulesOf } from "./linux/rules.js";
export * from "./matrix/mod.js";
export * from "./models/mod.js";
export { REPORT_ROWS, type ReportRow, type RowResult, runReport } from "./report.js";
export { type Run, runScenario } from "./run.js";
// The explorer has names of its own for these.
export type { Verdict } from "./scenario/mod.js";
export * from "./scenario/mod.js";
export type { Place, TraceEvent, Us } from "./trace.js";
export * from "./transcript/mod.js";
export { newWorld, stepWorld, type World } from "./world.js";
