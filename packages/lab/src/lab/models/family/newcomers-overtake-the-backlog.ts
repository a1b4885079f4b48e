/** A slot falls free, and whoever comes by takes it before the one who was woken for it. */
import type { Action } from "../../guarded/mod.js";
import { flag, oneOf, sides, step, threads } from "./rows.js";
import type { Situation } from "./situation.js";

/** xprt_wake_up_backlog. */
const WAKE_ONE = `if (B == backlog) { B = call_retry_reserve; }
  else if (A == backlog) { A = call_retry_reserve; }
  else { CONGESTED = 0; }`;

/** `next`: what the process does after its call. */
function task(me: string, next: string): readonly Action[] {
  const alloc = `if (free_slot == 1) { free_slot = 0; ${me} = has_slot; } else { CONGESTED = 1; ${me} = backlog; }`;
  return [
    step(
      me,
      "xprt_reserve",
      `${me} == call_reserve`,
      `if (NEWCOMERS_QUEUE == 1 && CONGESTED == 1) { ${me} = backlog; } else { ${alloc} }`,
    ),
    step(me, "xprt_retry_reserve", `${me} == call_retry_reserve`, alloc),
    step(me, "xprt_free_slot", `${me} == has_slot`, `free_slot = 1; ${me} = ${next}; ${WAKE_ONE}`),
  ];
}

const PLACES = ["call_reserve", "backlog", "call_retry_reserve", "has_slot", "gone"] as const;

const PROGRAMS = sides("newcomers-overtake-the-backlog", "NEWCOMERS_QUEUE", {
  variables: [oneOf("A", ...PLACES), oneOf("B", ...PLACES), flag("free_slot", 1), flag("CONGESTED")],
  actors: threads("A", "B"),
  // A makes call after call, B one.
  actions: [...task("A", "call_reserve"), ...task("B", "gone")],
  goal: "B == gone",
  never: {},
});

export const newcomersOvertakeTheBacklog: Situation = {
  name: "newcomers-overtake-the-backlog",
  title: "Newcomers take the slot before the waiter who was woken for it",
  source: "L17, 2014",
  symptom: "Under load some calls never get a slot.",
  cause:
    "A task woken from the backlog has to try again like everybody else, finds the slot taken by a newcomer and sleeps once more.",
  fix: "While somebody waits the transport is CONGESTED, and newcomers go to the backlog without trying.",
  ...PROGRAMS,
  expect: { broken: "churns", fixed: "recovers" },
  limits:
    "One slot, one task that goes on calling and one waiter; of the livelock only this overtaking, which is the model's reading of it.",
};
