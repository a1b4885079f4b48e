/** Packed models as worlds that run forward. */
import { BROKEN, GOAL, type Model, newSuccessors } from "./model.js";
import { mix32 } from "./prng.js";
import type { Enabled, Run, Subject } from "./schedule-run.js";

/** Every call begins one execution of `model`. `races`: as {@link Subject.races}. */
export function modelRuns(model: Model, races?: Subject["races"]): () => Run {
  const subject = { ...subjectOf(model), ...(races === undefined ? {} : { races }) };
  return () => newModelRun(model, subject);
}

/** What a schedule of `model` needs to know of it. */
export function subjectOf(model: Model): Subject {
  return { name: model.name, fingerprint: fingerprint(model), actors: model.actors };
}

/** Two rooms for successors, so that the chosen one is expanded where it lies. */
function newModelRun(model: Model, subject: Subject): Run {
  let here = newSuccessors(model);
  let next = newSuccessors(model);
  let words = model.initial();
  let at = 0;
  let over: Run["over"];
  const enabled: Enabled[] = [];

  const look = (): void => {
    const label = model.label(words, at);
    if ((label & BROKEN) !== 0) over = { broken: model.broken(words, at) ?? "unnamed" };
    else if ((label & GOAL) !== 0) over = "goal";
    next.count = 0;
    if (over === undefined) model.expand(words, at, next);
    if (over === undefined && next.count === 0) over = "stuck";
    const last = here;
    here = next;
    next = last;
    // Setting the length would cost more than the rest of a step.
    while (enabled.length > here.count) enabled.pop();
    for (let i = 0; i < here.count; i++) enabled[i] = model.choices[here.choices[i]!]!;
  };
  look();

  return {
    subject,
    choices: () => enabled,
    step: (index) => {
      if (!(index >= 0 && index < here.count)) {
        throw new RangeError(`step ${index} of ${here.count}: give a place in choices()`);
      }
      words = here.words;
      at = index * model.words;
      look();
    },
    moves: (index) => {
      const to = index * model.words;
      for (let i = 0; i < model.words; i++) if (here.words[to + i] !== words[at + i]) return true;
      return false;
    },
    get over() {
      return over;
    },
    digest: () => hashWords(words, at, model.words),
  };
}

/** A hash of `count` words, whole, from 0 to 2^53 - 1, evenly spread: two 32-bit lanes, of which one gives 21 bits. */
export function hashWords(words: Int32Array, at: number, count: number): number {
  let low = 0x2545f491;
  let high = 0x6c078965;
  for (let i = at; i < at + count; i++) {
    const word = words[i]!;
    low = Math.imul(low ^ word, 0xcc9e2d51);
    low ^= low >>> 15;
    high = Math.imul(((high << 13) | (high >>> 19)) + word, 0x1b873593);
    high ^= high >>> 16;
  }
  return (mix32(high + low) >>> 11) * 0x1_0000_0000 + (mix32(low ^ count) >>> 0);
}

/** A hash of `text`, as {@link hashWords}. */
export function hashText(text: string): number {
  const words = new Int32Array(text.length);
  for (let i = 0; i < text.length; i++) words[i] = text.charCodeAt(i);
  return hashWords(words, 0, words.length);
}

/** Names, sizes and the first state: what a schedule's words mean. */
function fingerprint(model: Model): string {
  const actors = model.actors.map(({ name, kind, fairness }) => `${name}/${kind}/${fairness}`);
  const choices = model.choices.map(({ name, actor }) => `${name}/${actor}`);
  const text = [model.name, ...actors, ...choices, ...model.initial()].join(" ");
  return hashText(text).toString(36).slice(-6).padStart(6, "0");
}
