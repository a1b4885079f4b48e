/** Worlds for chance, and every world by its name. */
import { type MillScenario, WORK_POLICIES } from "./scenario.js";
import {
  BASE,
  configOf,
  datagrams,
  fickle,
  fickleUdp,
  hard,
  hardUdp,
  hasty,
  hastyUdp,
  LOSSES,
  LOST_REPLIES,
  OUTAGES,
  SEARCHED,
  soft,
  softUdp,
} from "./scenarios.js";

/** Larger ones, for random schedules: several calls of every kind, two transports, several outages. */
export const LARGE: readonly MillScenario[] = [
  ...Object.entries(OUTAGES).flatMap(([name, operator]) =>
    [1, 2].map((nconnect) => ({
      ...BASE,
      name: `${name}-x${nconnect}`,
      calls: [hard, fickle, hard, hasty, soft, fickle, hard, hard],
      operator,
      patience: 12,
      tickMs: 300,
      healMs: 6_000,
      config: configOf({ nconnect }),
    })),
  ),
  ...Object.entries(LOSSES).map(([name, operator]) => ({
    ...BASE,
    ...datagrams,
    name: `udp-${name}-x1`,
    calls: [hardUdp, fickleUdp, hardUdp, hastyUdp, softUdp, fickleUdp, hardUdp, hardUdp],
    operator,
    // A datagram that is lost while others come through waits for its own timeout.
    healMs: 40_000,
    losses: 6,
    doubles: 6,
    patience: 12,
    tickMs: 300,
  })),
  ...Object.entries({ ...OUTAGES, ...LOST_REPLIES }).map(
    ([name, operator]): MillScenario => ({
      ...BASE,
      server: "svc",
      name: `svc-${name}-x2`,
      calls: [hard, fickle, hard, hasty, soft, fickle, hard, hard],
      operator,
      patience: 12,
      tickMs: 300,
      healMs: 6_000,
      config: configOf({ nconnect: 2 }),
    }),
  ),
  ...Object.entries(LOSSES).map(
    ([name, operator]): MillScenario => ({
      ...BASE,
      ...datagrams,
      server: "svc",
      name: `svc-udp-${name}-x1`,
      calls: [hardUdp, fickleUdp, hardUdp, hastyUdp, softUdp, fickleUdp, hardUdp, hardUdp],
      operator,
      healMs: 40_000,
      losses: 6,
      doubles: 6,
      patience: 12,
      tickMs: 300,
    }),
  ),
  {
    ...BASE,
    name: "one-after-another",
    calls: [hard, fickle, hard, hard, hasty, fickle, hard, hard, soft, hard],
    operator: [
      "restart-rst",
      "blackhole",
      "restart-fin",
      "heal",
      "refuse",
      "serve",
      "slam",
      "serve",
      "restart-silent",
    ],
    patience: 12,
    healMs: 6_000,
  },
  {
    ...BASE,
    name: "numbers-used-again",
    calls: [fickle, hard, fickle, hard, fickle, hard, fickle, hard],
    operator: ["restart-rst"],
    taskNumbers: 2,
    patience: 12,
  },
  {
    ...BASE,
    name: "few-slots",
    calls: [hard, fickle, hard, hard, hasty, hard],
    operator: ["restart-fin", "restart-rst"],
    patience: 12,
    healMs: 6_000,
    config: configOf({ slots: 2 }),
  },
  {
    ...BASE,
    name: "small-buffer",
    calls: [hard, fickle, hard, hard, hasty, hard],
    operator: ["restart-fin", "restart-rst"],
    patience: 12,
    healMs: 6_000,
    config: configOf({ sendBufferBytes: 60 }),
  },
];

/** In what order runnable work runs, whether before the network, and how often the clock runs ahead. */
const ORDERS = WORK_POLICIES.flatMap((work) =>
  [0, 20].flatMap((early) =>
    // Node's driver runs work first-in first-out, and at once.
    (work === "fifo" ? [true, false] : [false]).map((eager) => ({ work, eager, early })),
  ),
);

/**
 * A world under every policy of the run queue, in the fast world and in one whose clock runs ahead. Without the
 * latter where numbers are used again: the core remembers a call that was given up for a minute, so that a late reply
 * is not taken for another's, and a clock that runs ahead makes a minute of nothing.
 */
export function underEveryOrder(scenario: MillScenario): readonly MillScenario[] {
  const orders = ORDERS.filter(({ early }) => early === 0 || scenario.taskNumbers > scenario.calls.length);
  return orders.map(({ work, eager, early }) => {
    const name = `${scenario.name}_${work}${eager ? "_at-once" : ""}${early > 0 ? "_slow" : ""}`;
    return { ...scenario, name, work, eager, early };
  });
}

/** Every world that has a name of its own, by it. */
export const WORLDS: ReadonlyMap<string, MillScenario> = new Map(
  [...SEARCHED, ...LARGE, ...LARGE.flatMap(underEveryOrder)].map((scenario) => [scenario.name, scenario]),
);
