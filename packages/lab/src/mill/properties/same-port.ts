import type { Property } from "../property.js";

/**
 * A transport comes back from the source port it had, because reply caches key on it. Unless somebody else has
 * that port, or so many attempts from it in a row were not answered that the path may hold a grudge against it.
 */
export const samePort: Property = {
  name: "same-port",
  connect(w, { xprt, probe, localPort }) {
    const x = w.xprts[xprt]!;
    const { keepPort, portPatience } = w.scenario.config.reconnect;
    if (probe || !keepPort || x.port === 0 || x.portTaken || localPort === x.port) return undefined;
    if (x.unanswered > 0 && x.unanswered % portPatience === 0) return undefined;
    return `transport ${xprt} had port ${x.port} and connects from ${localPort ?? "any"}`;
  },
};
