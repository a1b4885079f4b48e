export * from "./clnt/mod.js";
export * from "./drive.js";
export * from "./errors.js";
export * from "./msg/mod.js";
export * from "./port.js";
export * from "./program.js";
export * from "./record.js";
export * from "./svc/mod.js";
