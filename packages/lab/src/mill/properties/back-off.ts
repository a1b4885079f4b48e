import type { Property } from "../property.js";

/** Rounding of sums of milliseconds. */
const SLACK_MS = 1e-6;

/** The pause before a connect grows with the failures since the last reply, and nothing but a reply resets it. */
export const backOff: Property = {
  name: "back-off",
  connect(w, { xprt, probe }) {
    const { owesMs, owesSince, failures } = w.xprts[xprt]!;
    const slept = w.now - owesSince;
    if (probe || slept + SLACK_MS >= owesMs) return undefined;
    return `transport ${xprt} connects ${slept} ms after failure ${failures}, ${owesMs} ms are the least`;
  },
};
