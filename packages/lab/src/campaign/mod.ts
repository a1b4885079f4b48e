/** Searches too large for one core: cut into items, done anywhere, put together to the same bytes. */
export * from "./campaign.js";
export { codeHash } from "./code.js";
export * from "./engine.js";
export * from "./errors.js";
export { type Item, type ItemResult, readResult, runItem } from "./item.js";
export { checkSame, readReport } from "./report-file.js";
export type { Found, Search } from "./search.js";
export { type Summary, scheduleOfSeed, summarizeFound } from "./summary.js";
export { openTarget, parseTarget, type Target, targetWord } from "./target.js";
export type { TreeReport } from "./tree.js";
