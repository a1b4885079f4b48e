/** The reconnect of 2012 as a model small enough for all its schedules. */
export { entryName, parseReconnectName, type ReconnectSpec, reconnectName, reconnectOf } from "./name.js";
export { POLICIES, type Policy } from "./policy.js";
export { LIMITS, type Reconnect, reconnect } from "./reconnect.js";
export { type Entry, startOf } from "./variables.js";
