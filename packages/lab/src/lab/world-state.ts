/** What a world is made of, and what those need who act in it. */
import { transmit } from "./linux/host.js";
import type { Kernel } from "./linux/kernel.js";
import type { Peer, PeerWorld } from "./net/mod.js";
import type { Scenario } from "./scenario/mod.js";
import type { Us } from "./trace.js";

export interface World {
  readonly scenario: Scenario;
  readonly k: Kernel;
  readonly peers: Peer[];
  /** The next line of the timeline, and the time before which it does not happen. */
  next: number;
  notBeforeUs: Us;
  /** Since when the operator waits for a stat. */
  waitingSinceUs: Us | undefined;
  /** The last time somebody did what should end the wait: healed the network, killed, changed a priority. Undefined: not yet. */
  reliefAtUs: Us | undefined;
  steps: number;
}

/** The world as a server sees it. */
export function worldOf(w: World): PeerWorld {
  return {
    now: () => w.k.now,
    transmit: (_sk, segment, cause) => transmit(w.k, segment, cause),
    route: () => 0,
  };
}

/** Above threads: on CPU 0, where this host's interrupts go. */
export function softirq(w: World, body: () => void, cpu = 0): void {
  w.k.here = { cpu, thread: -1 };
  w.k.stack = [];
  body();
}
