import type { Action, GuardedProgram } from "./program.js";

/** Two-phase commit of Gray and Lamport (2006) for n resource managers: states and steps as `models/` packs them by hand. */
export function twoPhaseProgram(n: number): GuardedProgram {
  const rms = Array.from({ length: n }, (_, i) => i);
  const values = ["working", "prepared", "committed", "aborted"];
  const every = (text: (i: number) => string) => rms.map(text).join(" && ");
  const some = (text: (i: number) => string) => rms.map(text).join(" || ");
  return {
    name: `two-phase commit, ${n} resource managers`,
    constants: {},
    variables: [
      { name: "tm", values: ["waiting", "commit", "abort"], initial: "waiting" },
      ...rms.flatMap((i) => [
        { name: `rm${i}`, values, initial: "working" },
        { name: `sent${i}`, min: 0, max: 1, initial: 0 },
        { name: `heard${i}`, min: 0, max: 1, initial: 0 },
      ]),
    ],
    actors: [
      { name: "tm", kind: "peer", fairness: "weak" },
      ...rms.map((i) => ({ name: `rm${i}`, kind: "peer", fairness: "weak" }) as const),
    ],
    actions: [
      {
        name: "tm.commit",
        actor: "tm",
        when: `tm == waiting && ${every((i) => `heard${i}`)}`,
        does: "tm = commit;",
      },
      { name: "tm.abort", actor: "tm", when: "tm == waiting", does: "tm = abort;" },
      ...rms.flatMap((i): Action[] => {
        const actor = `rm${i}`;
        return [
          {
            name: `tm.hear-prepared-${i}`,
            actor: "tm",
            when: `tm == waiting && sent${i}`,
            does: `heard${i} = 1;`,
          },
          {
            name: `rm${i}.prepare`,
            actor,
            when: `rm${i} == working`,
            does: `rm${i} = prepared; sent${i} = 1;`,
          },
          { name: `rm${i}.choose-abort`, actor, when: `rm${i} == working`, does: `rm${i} = aborted;` },
          { name: `rm${i}.obey-commit`, actor, when: "tm == commit", does: `rm${i} = committed;` },
          { name: `rm${i}.obey-abort`, actor, when: "tm == abort", does: `rm${i} = aborted;` },
        ];
      }),
    ],
    goal: every((i) => `(rm${i} == committed || rm${i} == aborted)`),
    never: {
      consistent: `(${some((i) => `rm${i} == committed`)}) && (${some((i) => `rm${i} == aborted`)})`,
    },
  };
}
