/** A task is killed just after the write lock was handed to it, before it has a request slot. */
import type { Action } from "../../guarded/mod.js";
import { oneOf, perhaps, sides, step, threads } from "./rows.js";
import type { Situation } from "./situation.js";

/** xprt_release_xprt: the lock goes to whoever sleeps on `sending`; he runs its state again, as the owner. */
function release(me: string, other: string): string {
  return `if (locked == by_${me}) {
      if (${other} == sending_to_reserve) { locked = by_${other}; ${other} = call_reserve; }
      else if (${other} == sending_to_transmit) { locked = by_${other}; ${other} = call_transmit; }
      else { locked = unlocked; }
    }`;
}

function task(me: string, other: string): readonly Action[] {
  const take = (next: string, sleep: string) =>
    `if (locked == unlocked || locked == by_${me}) { locked = by_${me}; ${me} = ${next}; } else { ${me} = ${sleep}; }`;
  return [
    step(`${me}`, `call_reserve`, `${me} == call_reserve`, take("alloc_slot", "sending_to_reserve")),
    step(
      `${me}`,
      `xprt_alloc_slot`,
      `${me} == alloc_slot`,
      `${release(me, other)} ${me}_slot = taken; ${me} = call_transmit;`,
    ),
    step(`${me}`, `call_transmit`, `${me} == call_transmit`, take("xprt_transmit", "sending_to_transmit")),
    step(`${me}`, `xprt_transmit`, `${me} == xprt_transmit`, `${release(me, other)} ${me} = exiting;`),
    // xprt_release: without a slot it has nothing to give back, it thinks.
    step(
      `${me}`,
      `xprt_release`,
      `${me} == exiting`,
      `if (${me}_slot == taken || RELEASE_WITHOUT_SLOT == 1) { ${release(me, other)} }
       ${me}_slot = none; ${me} = gone;`,
    ),
  ];
}

const places = [
  "call_reserve",
  "sending_to_reserve",
  "alloc_slot",
  "call_transmit",
  "sending_to_transmit",
  "xprt_transmit",
  "exiting",
  "gone",
] as const;
const PROGRAMS = sides("killed-task-keeps-the-write-lock", "RELEASE_WITHOUT_SLOT", {
  variables: [
    oneOf("A", ...places),
    oneOf("B", ...places),
    oneOf("A_slot", "none", "taken"),
    oneOf("B_slot", "none", "taken"),
    oneOf("locked", "unlocked", "by_A", "by_B"),
  ],
  actors: [...threads("A", "B"), perhaps("operator", "operator")],
  actions: [
    ...task("A", "B"),
    ...task("B", "A"),
    // The signal ends A's sleep on `sending`, even if the lock has been given to it in the meantime.
    step(
      "operator",
      "kill",
      "A == sending_to_reserve || (A == call_reserve && locked == by_A)",
      "A = exiting;",
    ),
  ],
  goal: "A == gone && B == gone",
  never: {},
});

export const killedTaskKeepsTheWriteLock: Situation = {
  name: "killed-task-keeps-the-write-lock",
  title: "A killed task that has no slot yet keeps the write lock",
  source: "L12, el6-360, 2013",
  symptom: "After one process was killed nobody can send on the mount any more.",
  cause:
    "The lock is handed to a task that waits to reserve a slot; killed before it has one, it leaves by an early exit that looks only at the slot.",
  fix: "The early exit gives the write lock back too.",
  ...PROGRAMS,
  expect: { broken: "hangs", fixed: "recovers" },
  limits: "Two tasks, one call each, replies at once; no connection, which the lock also stands for.",
};
