/** A schedule of a model as a story: who did what, and what it changed. */
import { type Model, newSuccessors } from "./model.js";
import { ScheduleMisfitError } from "./replay.js";
import type { Schedule } from "./schedule.js";
import { stepIndex } from "./schedule-run.js";

export interface Told {
  readonly actor: string;
  /** The choice without its actor. */
  readonly what: string;
  /** Variables that have another value now, as `Model.print` shows them. */
  readonly changes: Readonly<Record<string, string>>;
  /** Belongs to the part that repeats for ever. */
  readonly repeats: boolean;
}

/** The steps of `schedule` from the beginning. Throws `ScheduleMisfitError` where one cannot be taken. */
export function tellSchedule(model: Model, schedule: Schedule): readonly Told[] {
  const out = newSuccessors(model);
  let state = model.initial();
  let shown = model.print(state, 0);
  return schedule.steps.map((name, step) => {
    out.count = 0;
    model.expand(state, 0, out);
    const choices = Array.from(out.choices.subarray(0, out.count), (row) => model.choices[row]!);
    const index = stepIndex(choices, name);
    if (index < 0) {
      const enabled = choices.map((choice) => choice.name);
      throw new ScheduleMisfitError(model.name, { step, name, enabled });
    }
    state = out.words.slice(index * model.words, (index + 1) * model.words);
    const before = shown;
    shown = model.print(state, 0);
    const changes = Object.entries(shown).filter(([variable, value]) => before[variable] !== value);
    const actor = model.actors[choices[index]!.actor]!.name;
    return {
      actor,
      what: name.startsWith(`${actor}.`) ? name.slice(actor.length + 1) : name,
      changes: Object.fromEntries(changes),
      repeats: schedule.loopAt !== undefined && step >= schedule.loopAt,
    };
  });
}
