export * from "./port.js";
export * from "./service.js";
