import { rulesOf } from "../linux/rules.js";
import { reconnect } from "../models/reconnect/mod.js";
import type { GuardedProgram } from "./program.js";
import { twoPhaseProgram } from "./two-phase-commit.js";

/** What fails when a fair schedule, or only an unfair one, never reaches the goal. */
export const FAIRLY = "goal, fairly";
export const UNFAIRLY = "goal, unfairly";

export interface Sample {
  readonly title: string;
  readonly program: GuardedProgram;
  /** Which properties fail, and how a schedule avoids the goal; undefined: that is for the program's own tests to say. */
  readonly fails?: readonly string[];
}

/** Two-phase commit whose transaction manager may abort what it has committed. */
export function tornProgram(n: number): GuardedProgram {
  const program = twoPhaseProgram(n);
  return {
    ...program,
    name: "two-phase commit, torn",
    actions: program.actions.map((a) => (a.name === "tm.abort" ? { ...a, when: "tm != abort" } : a)),
  };
}

/** A lift between floors -2 and 300 that is called to one of them while somebody in it plays with the light. */
export function liftProgram(lift: "weak" | "none"): GuardedProgram {
  return {
    name: `a lift, fairness ${lift} "%s" */`,
    constants: { TOP: 300, BASEMENT: -2, EXPRESS: 0 },
    variables: [
      { name: "FLOOR", min: -2, max: 300, initial: 0 },
      { name: "called", min: -2, max: 300, initial: 0 },
      { name: "init", values: ["linux", "od", "on"], initial: "od" },
      { name: "only", min: 7, max: 7, initial: 7 },
      { name: "trips", min: 0, max: 1, initial: 0 },
    ],
    actors: [
      { name: "lift", kind: "thread", fairness: lift },
      { name: "who-plays", kind: "operator", fairness: "none" },
      { name: "clock", kind: "timer", fairness: "weak" },
      { name: "nobody", kind: "peer", fairness: "weak" },
    ],
    actions: [
      {
        name: "lift.move",
        actor: "lift",
        when: "FLOOR != called",
        does: `
          // Two floors at once near the top, by an expression that could leave the shaft and does not.
          if (FLOOR < called && called - FLOOR > 1 && FLOOR * 2 > TOP) { FLOOR = FLOOR + 2; }
          else if (FLOOR < called) { FLOOR = FLOOR - -1; }
          else { FLOOR = FLOOR + -1 * (only - 6); }`,
      },
      { name: "lift.express", actor: "lift", when: "EXPRESS", does: "FLOOR = TOP + 1;" },
      { name: "who-plays.on", actor: "who-plays", when: "init != on && FLOOR != called", does: "init = on;" },
      {
        name: "who-plays.off",
        actor: "who-plays",
        when: "init == on && called != FLOOR",
        does: "if (!trips) { init = od; }",
      },
      {
        name: "clock.up",
        actor: "clock",
        when: "FLOOR == called && called == 0",
        does: "called = TOP;",
        after: 2,
      },
      {
        name: "clock.down",
        actor: "clock",
        when: "FLOOR == called && called == TOP && trips == 0",
        does: "called = BASEMENT; trips = trips + 1;",
        after: 1,
      },
    ],
    goal: "trips && FLOOR == BASEMENT",
    never: {
      "it stands in the shaft": "FLOOR == BASEMENT && called != BASEMENT",
      "it meets the roof": "FLOOR == TOP",
    },
  };
}

/** Programs to compare opinions on. */
export function samplePrograms(): readonly Sample[] {
  return [
    { title: "two-phase commit of 3", program: twoPhaseProgram(3), fails: [UNFAIRLY] },
    { title: "two-phase commit of 5", program: twoPhaseProgram(5), fails: [UNFAIRLY] },
    { title: "a two-phase commit that is torn", program: tornProgram(3), fails: ["consistent", UNFAIRLY] },
    { title: "a lift", program: liftProgram("weak"), fails: ["it meets the roof", UNFAIRLY] },
    {
      title: "a lift that may stand still",
      program: liftProgram("none"),
      fails: ["it meets the roof", FAIRLY, UNFAIRLY],
    },
    ...(["task-above-worker", "smp"] as const).map((policy): Sample => {
      const name = `the reconnect of el6-279, ${policy}`;
      const entry = { first: "rst", extraRsts: 1, refusals: 1 } as const;
      return { title: name, program: reconnect({ name, rules: rulesOf("el6-279", []), policy, entry }) };
    }),
    {
      title: "the reconnect of v3.7, smp",
      program: reconnect({
        name: "the reconnect of v3.7, smp",
        rules: rulesOf("v3.7", []),
        policy: "smp",
        entry: { first: "fin", extraRsts: 0, refusals: 1 },
      }),
    },
  ];
}
