import type { Actor, Choice, Model, Successors } from "../explore/mod.js";
import { BROKEN, GOAL } from "../explore/mod.js";

// Word 0: two bits for each resource manager.
const WORKING = 0;
const PREPARED = 1;
const COMMITTED = 2;
const ABORTED = 3;
const RM_NAMES = ["working", "prepared", "committed", "aborted"];
const LOW_BITS = 0x55555555;

// Word 1: who has said "prepared", from bit 0; of whom the transaction manager has heard it, from bit HEARD; the rest.
const HEARD = 14;
const COMMIT_SENT = 1 << 28;
const ABORT_SENT = 1 << 29;

const MOST_MANAGERS = 14;

/**
 * Two-phase commit by Gray and Lamport (Consensus on Transaction Commit, ACM TODS 31:1, 2006, section 3): one
 * transaction manager, `resourceManagers` (1 to 14) resource managers, messages that are never lost and may be received
 * again. Every checker has been run on it, so its counts of states show whether an explorer is right: with 3, 5, 7 and 8
 * resource managers 288, 8,832, 296,448 and 1,745,408 states.
 */
export function twoPhaseCommit(resourceManagers: number): Model {
  if (!(resourceManagers >= 1 && resourceManagers <= MOST_MANAGERS)) {
    throw new RangeError(`Two-phase commit is packed for 1 to ${MOST_MANAGERS} resource managers.`);
  }
  const n = resourceManagers;
  const all = (1 << n) - 1;
  const lowBits = LOW_BITS & (2 ** (2 * n) - 1);
  const { actors, choices } = cast(n);
  const torn = (rms: number) => {
    const committed = (rms >>> 1) & ~rms & lowBits;
    const aborted = (rms >>> 1) & rms & lowBits;
    return committed !== 0 && aborted !== 0;
  };
  return {
    name: `two-phase-commit_${n}`,
    words: 2,
    actors,
    choices,
    maxSuccessors: 2 + 5 * n,
    initial: () => new Int32Array(2),
    expand(states, at, out) {
      const rms = states[at]!;
      const rest = states[at + 1]!;
      const decided = (rest & (COMMIT_SENT | ABORT_SENT)) !== 0;
      out.count = 0;
      if (!decided) {
        if (((rest >>> HEARD) & all) === all) add(out, 0, rms, rest | COMMIT_SENT);
        add(out, 1, rms, rest | ABORT_SENT);
      }
      for (let rm = 0; rm < n; rm++) {
        const shift = rm * 2;
        const choice = 2 + rm * 5;
        const others = rms & ~(3 << shift);
        if (!decided && (rest & (1 << rm)) !== 0) add(out, choice, rms, rest | (1 << (HEARD + rm)));
        if (((rms >>> shift) & 3) === WORKING) {
          add(out, choice + 1, others | (PREPARED << shift), rest | (1 << rm));
          add(out, choice + 2, others | (ABORTED << shift), rest);
        }
        if ((rest & COMMIT_SENT) !== 0) add(out, choice + 3, others | (COMMITTED << shift), rest);
        if ((rest & ABORT_SENT) !== 0) add(out, choice + 4, others | (ABORTED << shift), rest);
      }
    },
    label(states, at) {
      const rms = states[at]!;
      if (torn(rms)) return BROKEN;
      return ((rms >>> 1) & lowBits) === lowBits ? GOAL : 0;
    },
    broken: (states, at) => (torn(states[at]!) ? "consistent" : undefined),
    print(states, at) {
      const rest = states[at + 1]!;
      const row: Record<string, string> = {};
      for (let rm = 0; rm < n; rm++) row[`rm${rm}`] = RM_NAMES[(states[at]! >>> (rm * 2)) & 3]!;
      row["sent"] = names(rest & all, n);
      row["heard"] = names((rest >>> HEARD) & all, n);
      row["tm"] =
        (rest & COMMIT_SENT) !== 0 ? "committed" : (rest & ABORT_SENT) !== 0 ? "aborted" : "waiting";
      return row;
    },
  };
}

function add(out: Successors, choice: number, rms: number, rest: number): void {
  const i = out.count++;
  out.words[i * 2] = rms;
  out.words[i * 2 + 1] = rest;
  out.choices[i] = choice;
}

/** The transaction manager owes nobody a decision; who is asked by him has to obey. */
function cast(n: number): { actors: Actor[]; choices: Choice[] } {
  const actors: Actor[] = [{ name: "tm", kind: "peer", fairness: "weak" }];
  const choices: Choice[] = [
    { name: "tm.commit", actor: 0, unrelated: false },
    { name: "tm.abort", actor: 0, unrelated: false },
  ];
  for (let rm = 0; rm < n; rm++) {
    const actor = rm + 1;
    actors.push({ name: `rm${rm}`, kind: "peer", fairness: "weak" });
    choices.push(
      { name: `tm.hear-prepared-${rm}`, actor: 0, unrelated: false },
      { name: `rm${rm}.prepare`, actor, unrelated: false },
      { name: `rm${rm}.choose-abort`, actor, unrelated: false },
      { name: `rm${rm}.obey-commit`, actor, unrelated: false },
      { name: `rm${rm}.obey-abort`, actor, unrelated: false },
    );
  }
  return { actors, choices };
}

function names(bits: number, n: number): string {
  return Array.from({ length: n }, (_, rm) => rm)
    .filter((rm) => (bits & (1 << rm)) !== 0)
    .map((rm) => `rm${rm}`)
    .join(" ");
}
