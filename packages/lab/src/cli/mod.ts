/** `unstuck lab …`, for the command that loads it. */
export { labCommand } from "./lab.js";
