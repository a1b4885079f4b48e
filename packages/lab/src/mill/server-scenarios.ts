import { DEFAULT_LIMITS } from "unstuck/sunrpc";
import type { ServerScenario } from "./server-world.js";

/** Every limit within reach of four peers. */
const TIGHT: ServerScenario = {
  name: "server-tight",
  peers: 4,
  callsEach: 6,
  resets: 1,
  drainAfter: 14,
  early: 3,
  drainMs: 1_000,
  limits: {
    ...DEFAULT_LIMITS,
    connections: 3,
    callsPerConn: 2,
    calls: 3,
    unsentBytes: 70,
    sendTimeoutMs: 10_000,
    idleMs: 20_000,
  },
};

/** Worlds of the server core: with limits that are met all the time, and with the product's own. */
export const SERVER_WORLDS = [TIGHT, { ...TIGHT, name: "server-wide", limits: DEFAULT_LIMITS }] as const;
