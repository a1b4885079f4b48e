/** Scenarios: what they are, how they are written, how they are read. */
export * from "./defaults.js";
export * from "./error.js";
export * from "./load.js";
export * from "./nearest.js";
export * from "./print.js";
export * from "./scenario.js";
export { parseScript } from "./script.js";
export { nameOfFile, parseScenario } from "./yaml.js";
