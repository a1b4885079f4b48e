import type { Property } from "../property.js";

/**
 * Between two connects of a transport the clock moves, a reply comes, or a caller or the operator does something.
 * (That a run stands still at one moment in some other way is found by the world's own count of steps.)
 */
export const sleepInEveryCycle: Property = {
  name: "sleep-in-every-cycle",
  connect(w, { xprt, probe }) {
    if (probe || w.xprts[xprt]!.connects === 0) return undefined;
    return `transport ${xprt} connects again at ${w.now} ms`;
  },
};
