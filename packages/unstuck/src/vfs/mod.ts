export * from "./answer.js";
export * from "./error.js";
export * from "./listing.js";
export * from "./mem.js";
export { type MemContents, type MemNode, type MemOptions, MemTree } from "./mem-tree.js";
export { checkName, utf8Length } from "./name.js";
export * from "./rights.js";
export * from "./vfs.js";
