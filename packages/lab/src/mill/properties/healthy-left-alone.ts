import type { Property } from "../property.js";
import { UP } from "../socket.js";
import type { World } from "../world.js";

/** Only a connection that has been silent for long is questioned or reset, and none is closed under a waiting call. */
export const healthyLeftAlone: Property = {
  name: "healthy-left-alone",
  connect(w, { xprt, probe }) {
    return probe ? heardLately(w, w.xprts[xprt]!.cookie, "is probed") : undefined;
  },
  drop(w, { type, cookie }) {
    const s = w.net.find(cookie);
    if (s === undefined || s.probe || s.end !== UP || s.finSeen || w.isClosed) return undefined;
    if (type === "abort") return heardLately(w, cookie, "is reset");
    const waits = w.unsettled.find((number) => w.calls[number]!.sends > 0);
    return waits === undefined || w.scenario.config.nconnect > 1
      ? undefined
      : `socket ${cookie} is closed under call ${waits}`;
  },
};

function heardLately(w: World, cookie: number, what: string): string | undefined {
  const s = w.net.find(cookie);
  if (s === undefined) return undefined;
  const silentMs = w.now - s.heardAt;
  return silentMs + 1e-6 >= w.scenario.config.probe.afterMs
    ? undefined
    : `socket ${cookie} ${what}, though it was heard ${silentMs} ms ago`;
}
