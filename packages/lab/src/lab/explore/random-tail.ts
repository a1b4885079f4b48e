/** The fair end of a run: everybody gets his turn, so what goes on for ever shows as a loop and not as a starved actor. */
import type { Actor } from "./model.js";
import { type Run, stepName } from "./schedule-run.js";

/** Watches whether the steps since a mark, repeated for ever, would be fair. */
export interface FairnessWatch {
  /** The steps from here on count. */
  mark(): void;
  /** The step at `index` was taken where `choices` could be; `moved`: it changed something. */
  took(actor: number, moved: boolean): void;
  /** Must be called before the step is taken: who could act. */
  saw(run: Run): void;
  /**
   * Nobody would be denied what he is owed. `weak`: who could act in every state of the loop acts in it. `strong`: who
   * could in some state does. A step that changes nothing is no act, and nobody is owed it.
   */
  fair(): boolean;
}

export function watchFairness(actors: readonly Actor[]): FairnessWatch {
  const could = new Int32Array(actors.length);
  const acted = new Int32Array(actors.length);
  const lastSeen = new Int32Array(actors.length);
  let length = 0;
  return {
    mark: () => {
      could.fill(0);
      acted.fill(0);
      lastSeen.fill(0);
      length = 0;
    },
    saw: (run) => {
      const choices = run.choices();
      length++;
      for (let i = 0; i < choices.length; i++) {
        const actor = choices[i]!.actor;
        if (lastSeen[actor] === length || run.moves?.(i) === false) continue;
        could[actor]!++;
        lastSeen[actor] = length;
      }
    },
    took: (actor, moved) => {
      if (moved) acted[actor]!++;
    },
    fair: () =>
      actors.every(({ fairness }, i) => {
        const owed = fairness === "strong" ? could[i]! > 0 : fairness === "weak" && could[i] === length;
        return !owed || acted[i]! > 0;
      }),
  };
}

/**
 * Picks the actor who has waited longest, and of his steps the one not taken for longest. Who is owed nothing is not
 * picked, nor a step that changes nothing. -1: nobody who is owed a step has one.
 */
export function newFairPick(actors: readonly Actor[]): (run: Run) => number {
  const turns = new Int32Array(actors.length);
  const taken = new Map<string, number>();
  let now = 0;
  return (run) => {
    const choices = run.choices();
    let best = -1;
    let bestTurn = 0;
    let bestTaken = 0;
    for (let i = 0; i < choices.length; i++) {
      const actor = choices[i]!.actor;
      if (actors[actor]!.fairness === "none" || run.moves?.(i) === false) continue;
      const turn = turns[actor]!;
      if (best >= 0 && turn > bestTurn) continue;
      const last = taken.get(stepName(choices, i)) ?? 0;
      const later = turn === bestTurn && (actor !== choices[best]?.actor || last >= bestTaken);
      if (best >= 0 && later) continue;
      best = i;
      bestTurn = turn;
      bestTaken = last;
    }
    if (best < 0) return -1;
    now++;
    turns[choices[best]!.actor] = now;
    taken.set(stepName(choices, best), now);
    return best;
  };
}
