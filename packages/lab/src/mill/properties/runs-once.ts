import { DEFAULT_LIMITS } from "unstuck/sunrpc";
import type { Property } from "../property.js";

/**
 * A server with a reply cache does not run a call a second time that must not run twice. It cannot know a call that
 * comes from another source port, nor one that it has forgotten because it is old, or because it began anew itself.
 */
export const runsOnce: Property = {
  name: "runs-once",
  run(w, number, port) {
    const call = w.calls[number];
    if (call === undefined) return `the server runs call ${number}, which was never made`;
    if (call.runs === 0 || call.ranFrom !== port) return undefined;
    if (w.now - call.answeredAt >= DEFAULT_LIMITS.cachedMs) return undefined;
    return `the server runs call ${number} again`;
  },
};
