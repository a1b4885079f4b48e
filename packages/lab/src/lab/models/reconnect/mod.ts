/** The reconnect of 2012 as a model small enough for all its schedules. */
export { POLICIES, type Policy } from "./policy.js";
export { type Reconnect, reconnect } from "./reconnect.js";
export type { Entry } from "./variables.js";
