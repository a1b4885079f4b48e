/** Small worlds with known faults: actors that go through lists of steps over a few shared words. */
import { type Actor, BROKEN, GOAL, type Model } from "./model.js";

type Test = (words: Int32Array, at: number) => boolean;

export interface Step {
  readonly name: string;
  readonly when?: Test;
  /** `words[at]` is the first shared word. */
  readonly does?: (words: Int32Array, at: number) => void;
  /** Place in the list; unless told the next. */
  readonly goto?: number;
}

export interface Part extends Actor {
  /** An actor may have several steps at one place: those of one inner list. */
  readonly steps: readonly (Step | readonly Step[])[];
}

export interface Parts {
  readonly name: string;
  readonly shared: number;
  readonly parts: readonly Part[];
  /** Unless told: every thread is at the end of its list. */
  readonly goal?: Test;
  readonly broken?: Test;
}

export function newPartsModel({ name, shared, parts, goal, broken = () => false }: Parts): Model {
  const count = parts.length;
  const rows: { step: Step; actor: number; place: number }[] = [];
  for (const [actor, { steps }] of parts.entries()) {
    for (const [place, list] of steps.entries()) {
      for (const step of [list].flat()) rows.push({ step, actor, place });
    }
  }
  const atEnd: Test = (words, at) =>
    parts.every(({ kind, steps }, i) => kind !== "thread" || words[at - count + i] === steps.length);
  const isGoal = goal ?? atEnd;
  const width = count + shared;
  return {
    name,
    words: width,
    actors: parts,
    choices: rows.map(({ step, actor }) => ({
      name: `${parts[actor]!.name}.${step.name}`,
      actor,
      unrelated: false,
    })),
    maxSuccessors: rows.length,
    initial: () => new Int32Array(width),
    expand: (states, at, out) => {
      out.count = 0;
      for (const [row, { step, actor, place }] of rows.entries()) {
        if (states[at + actor] !== place || step.when?.(states, at + count) === false) continue;
        const to = out.count * width;
        for (let i = 0; i < width; i++) out.words[to + i] = states[at + i]!;
        out.words[to + actor] = step.goto ?? place + 1;
        step.does?.(out.words, to + count);
        out.choices[out.count++] = row;
      }
    },
    label: (states, at) => (broken(states, at + count) ? BROKEN : isGoal(states, at + count) ? GOAL : 0),
    broken: (states, at) => (broken(states, at + count) ? "between" : undefined),
    print: (states, at) =>
      Object.fromEntries(Array.from({ length: width }, (_, i) => [`word${i}`, `${states[at + i]}`])),
  };
}

/** A thread. */
export const thread = (name: string, steps: Part["steps"]): Part => ({
  name,
  kind: "thread",
  fairness: "weak",
  steps,
});

/** `count` steps that touch nothing. */
export const fillers = (count: number): Step[] =>
  Array.from({ length: count }, (_, i) => ({ name: `idle${i}` }));

/** Writes `value` to a shared word. */
export const set = (word: number, value: number) => (words: Int32Array, at: number) => {
  words[at + word] = value;
};

/** Steps of {@link rareBug}: all that both threads have. */
export const rareLength = (idle: number) => idle + 4;

/**
 * Thread A idles, then checks and uses; B clears and restores. Depth 2: broken if B clears between check and use.
 * Depth 3: broken if besides B has not restored by then.
 */
export function rareBug(depth: 2 | 3, idle: number): Model {
  const [CLEARED, RESTORED, CHECKED, USED] = [1, 2, 1, 2];
  return newPartsModel({
    name: `rare-${depth}`,
    shared: 2,
    parts: [
      thread("A", [
        ...fillers(idle),
        {
          name: "check",
          does: (words, at) => {
            if (words[at + 1] === 0) words[at] = CHECKED;
          },
        },
        {
          name: "use",
          does: (words, at) => {
            const wrong = words[at + 1] === CLEARED || (depth === 2 && words[at + 1] === RESTORED);
            if (words[at] === CHECKED && wrong) words[at] = USED;
          },
        },
      ]),
      thread("B", [
        { name: "clear", does: set(1, CLEARED) },
        { name: "restore", does: set(1, RESTORED) },
      ]),
    ],
    broken: (words, at) => words[at] === USED,
  });
}

/**
 * A client that connects and sends; once the net has reset a connection in its first moment, it connects again for
 * ever and never sends. An operator may do what changes nothing of that.
 */
export const churn: Model = newPartsModel({
  name: "churn",
  shared: 2,
  parts: [
    thread("T", [
      { name: "idle" },
      { name: "connect" },
      [
        { name: "send", when: (words, at) => words[at] === 0 },
        { name: "again", when: (words, at) => words[at] === 1, goto: 1 },
      ],
    ]),
    {
      name: "net",
      kind: "net",
      fairness: "none",
      steps: [{ name: "rst", does: set(0, 1) }],
    },
    {
      name: "operator",
      kind: "operator",
      fairness: "none",
      steps: [{ name: "look" }, { name: "look-again", goto: 0 }],
    },
  ],
});

/** One thread spins until another, who can always act, has set a flag. */
export const spin: Model = newPartsModel({
  name: "spin",
  shared: 1,
  parts: [
    thread("S", [
      [
        { name: "leave", when: (words, at) => words[at] === 1, goto: 2 },
        { name: "test", when: (words, at) => words[at] === 0, goto: 1 },
      ],
      { name: "back", goto: 0 },
    ]),
    thread("W", [...fillers(3), { name: "set", does: set(0, 1) }]),
  ],
});

/** Two threads take two locks in opposite order. */
export const deadlock: Model = newPartsModel({
  name: "deadlock",
  shared: 2,
  parts: [lockTwo("A", 0, 1), lockTwo("B", 1, 0)],
});

function lockTwo(name: string, first: number, second: number): Part {
  const lock = (word: number): Step => ({
    name: `lock${word}`,
    when: (words, at) => words[at + word] === 0,
    does: set(word, 1),
  });
  const unlock = (word: number): Step => ({ name: `unlock${word}`, does: set(word, 0) });
  return thread(name, [...fillers(2), lock(first), lock(second), unlock(second), unlock(first)]);
}
