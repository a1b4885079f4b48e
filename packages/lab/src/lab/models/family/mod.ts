/** The family: reconnect bugs of the Linux client, 2008 to 2025, each broken and fixed. Pure. */
import type { Situation } from "./situation.js";

export type { Situation } from "./situation.js";

/** By name. */
export const FAMILY: readonly Situation[] = [];
