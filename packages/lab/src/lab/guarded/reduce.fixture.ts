/** Small programs of a few processes that share a little, by seed: what a reduction has something to leave out of. */
import type { Actor } from "../explore/mod.js";
import { newRandom } from "../explore/prng.js";
import type { Action, GuardedProgram } from "./program.js";

const PLACES = 4;

export function randomProgram(seed: number): GuardedProgram {
  const random = newRandom(seed);
  const below = (n: number) => random.below(n);
  const one = <T>(list: readonly T[]): T => list[below(list.length)]!;
  const processes = 2 + below(3);
  const shared = ["a", "b", "c"].slice(0, 1 + below(3));
  const actors: Actor[] = Array.from({ length: processes }, (_, i) => {
    return { name: `p${i}`, kind: "thread", fairness: below(4) === 0 ? "none" : "weak" };
  });
  const test = () => {
    const v = one(shared);
    return one([`${v} == ${below(3)}`, `${v} != ${below(3)}`, v, `!${v}`, `${v} < ${1 + below(2)}`]);
  };
  const change = () => {
    const v = one(shared);
    return one([
      `${v} = ${below(3)};`,
      `${v} = ${below(3)};`,
      `if (${test()}) { ${v} = ${below(3)}; }`,
      `if (${v} < 2) { ${v} = ${v} + 1; } else { ${v} = 0; }`,
      `${v} = ${one(shared)};`,
    ]);
  };
  const actions = actors.flatMap(({ name }, p) =>
    Array.from({ length: 2 + below(4) }, (_, n): Action => {
      const from = below(PLACES);
      const to = below(5) === 0 ? from : below(PLACES);
      const when = [`pc${p} == ${from}`, ...(below(3) === 0 ? [test()] : [])].join(" && ");
      const does = [`pc${p} = ${to};`, ...(below(2) === 0 ? [change()] : [])].join(" ");
      return { name: `${name}.${n}`, actor: name, when, does, after: below(3) === 0 ? 1 + below(2) : 0 };
    }),
  );
  const place = () => `pc${below(processes)} == ${below(PLACES)}`;
  const parts = one([
    [place(), place(), test()],
    [place(), test()],
    [place(), place()],
    [test(), test(), place()],
  ]);
  const never = parts.join(one([" && ", " && ", " || "]));
  return {
    name: `random ${seed}`,
    constants: {},
    variables: [
      ...actors.map((_, p) => ({ name: `pc${p}`, min: 0, max: PLACES - 1, initial: 0 })),
      ...shared.map((name) => ({ name, min: 0, max: 2, initial: 0 })),
    ],
    actors,
    actions,
    goal: one([`${place()} && ${place()}`, place(), `${place()} && ${test()}`]),
    never: { it: never, ...(below(3) === 0 ? { "another thing": `${place()} && ${test()}` } : {}) },
  };
}

/** Two who write the same: who was last is all that matters. */
export const TWO_WRITERS: GuardedProgram = {
  name: "two writers",
  constants: {},
  variables: ["pc0", "pc1", "a"].map((name) => ({ name, min: 0, max: 2, initial: 0 })),
  actors: [0, 1].map((p) => ({ name: `p${p}`, kind: "thread", fairness: "weak" })),
  actions: [0, 1].map((p) => ({
    name: `p${p}.write`,
    actor: `p${p}`,
    when: `pc${p} == 0`,
    does: `pc${p} = 1; a = ${p + 1};`,
  })),
  goal: "pc0 == 2",
  never: { it: "pc0 == 1 && pc1 == 1 && a == 1" },
};
