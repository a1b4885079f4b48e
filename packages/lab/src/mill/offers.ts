/** What may happen next in a world. */
import { CALL, CLOSE, codeOf, DEADLINE, DEED, type Offer } from "./choice.js";
import { PAUSE_MS } from "./scenario.js";
import { runnable } from "./work.js";
import type { World } from "./world.js";

const NEVER = Number.POSITIVE_INFINITY;
const CLOCK = codeOf(DEADLINE, 0);
const THE_END = codeOf(CLOSE, 0);

/** Adds to `into` all that may happen next. */
export function offer(w: World, into: Offer): void {
  const { scenario, isWell } = w;
  if (w.work.length > 0) {
    runnable(w.work, scenario.work, into);
    into.busy = true;
    if (scenario.eager) return;
  }
  w.net.offer(w, into);
  into.busy = into.count > 0;
  const acts = offerCaller(w, into);
  const pauseUntil = !isWell && scenario.operator[w.deeds] === "pause" ? w.deedAt + PAUSE_MS : 0;
  const pauses = w.now < pauseUntil;
  if (!isWell && !pauses) into.add(codeOf(DEED, w.deeds));
  // Somebody is still to act.
  const awaited = acts || !isWell;
  let next = Math.min(w.machine.timerAt, into.nextMoment);
  if (awaited && scenario.tickMs > 0) next = Math.min(next, w.now + scenario.tickMs);
  if (pauses) next = Math.min(next, pauseUntil);
  into.nextMoment = next;
  if (next === NEVER) return;
  const mayMove = into.busy
    ? w.early < scenario.early
    : !awaited || pauses || w.clockMoves < scenario.patience;
  if (mayMove) into.add(CLOCK);
}

/** Whether a caller's deed is still to come; that one may cancel is none. */
function offerCaller(w: World, into: Offer): boolean {
  const { calls, unsettled, cancellable } = w;
  for (let i = 0; i < cancellable.length; i++) into.add(cancellable[i]!);
  const made = calls.length;
  if (made < w.scenario.calls.length) {
    if (freeTask(w) < 0) return false;
    into.add(codeOf(CALL, made));
    return true;
  }
  if (unsettled.length > 0) return false;
  if (w.isWell) into.add(THE_END);
  return true;
}

/** The next call's number, counted up as the driver does; -1: all are taken. */
export function freeTask(w: World): number {
  const { taskNumbers, calls } = w.scenario;
  const made = w.calls.length;
  if (calls.length <= taskNumbers) return made;
  for (let i = 0; i < taskNumbers; i++) {
    const task = (made + i) % taskNumbers;
    if (!w.core.has(task)) return task;
  }
  return -1;
}
