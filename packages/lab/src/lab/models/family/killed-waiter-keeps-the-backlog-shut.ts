/** The task that was woken to take the free slot is killed before it does. */
import type { Action } from "../../guarded/mod.js";
import { flag, oneOf, perhaps, sides, step, threads } from "./rows.js";
import type { Situation } from "./situation.js";

/** xprt_wake_up_backlog: one waiter, the first; with none left the transport is congested no more. */
const WAKE_ONE = `if (A == backlog) { A = call_retry_reserve; }
  else if (B == backlog) { B = call_retry_reserve; }
  else if (C == backlog) { C = call_retry_reserve; }
  else { CONGESTED = 0; }`;

function task(me: string): readonly Action[] {
  const alloc = `if (free_slot == 1) { free_slot = 0; ${me} = has_slot; } else { CONGESTED = 1; ${me} = backlog; }`;
  return [
    // Newcomers stand behind those who wait already.
    step(
      me,
      "xprt_reserve",
      `${me} == call_reserve`,
      `if (CONGESTED == 1) { ${me} = backlog; } else { ${alloc} }`,
    ),
    step(me, "xprt_retry_reserve", `${me} == call_retry_reserve`, alloc),
    step(me, "xprt_free_slot", `${me} == has_slot`, `free_slot = 1; ${me} = gone; ${WAKE_ONE}`),
  ];
}

const PLACES = ["call_reserve", "backlog", "call_retry_reserve", "has_slot", "gone"] as const;

const PROGRAMS = sides("killed-waiter-keeps-the-backlog-shut", "RELEASE_WAKES_BACKLOG", {
  variables: [
    // One slot for three tasks.
    oneOf("A", ...PLACES),
    oneOf("B", ...PLACES),
    oneOf("C", ...PLACES),
    flag("free_slot", 1),
    flag("CONGESTED"),
  ],
  actors: [...threads("A", "B", "C"), perhaps("operator", "operator")],
  actions: [
    ...task("A"),
    ...task("B"),
    ...task("C"),
    // xprt_release of a task without a slot.
    step(
      "operator",
      "kill-B",
      "B == backlog || B == call_retry_reserve",
      `B = gone; if (RELEASE_WAKES_BACKLOG == 1) { ${WAKE_ONE} }`,
    ),
  ],
  goal: "A == gone && B == gone && C == gone",
  never: {},
});

export const killedWaiterKeepsTheBacklogShut: Situation = {
  name: "killed-waiter-keeps-the-backlog-shut",
  title: "A killed waiter leaves the slot free and the backlog shut",
  source: "L17, December 2021",
  symptom: "After a kill under load every call on the mount waits for a slot, and all slots are free.",
  cause:
    "A free slot wakes one waiter; killed before it takes the slot, it wakes nobody in its place, and CONGESTED sends all newcomers to the backlog.",
  fix: "A task that leaves without a slot wakes the next one of the backlog.",
  ...PROGRAMS,
  expect: { broken: "hangs", fixed: "recovers" },
  limits:
    "One slot, three tasks of which one may be killed; the backlog is served in the order of names. The livelock of 2014, many tasks retrying at once, is another bug.",
};
