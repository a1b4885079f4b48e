/** What may happen next in a world. */
import { CALL, CANCEL, CLOSE, choice, DEADLINE, DEED, type Offer } from "./choice.js";
import { PAUSE_MS } from "./scenario.js";
import { runnable } from "./work.js";
import type { World } from "./world.js";

/** Adds to `into` all that may happen next. */
export function offer(w: World, into: Offer): void {
  const { scenario } = w;
  runnable(w.work, scenario.work, into);
  into.busy = into.count > 0;
  if (into.busy && scenario.eager) return;
  w.net.offer(w.now, into);
  into.busy = into.count > 0;
  into.awaited = offerCaller(w, into) || !w.isWell;
  if (!w.isWell && !operatorPauses(w)) into.add(choice(DEED, w.deeds));
  if (mayMoveClock(w, into)) into.add(choice(DEADLINE, 0));
}

/** Whether a caller's deed is still to come; that one may cancel is none. */
function offerCaller(w: World, into: Offer): boolean {
  const made = w.calls.length;
  for (let i = 0; i < made; i++) {
    const call = w.calls[i]!;
    if (call.mayCancel && call.settled === 0) into.add(choice(CANCEL, i));
  }
  if (made < w.scenario.calls.length) {
    if (freeTask(w) < 0) return false;
    into.add(choice(CALL, made));
    return true;
  }
  if (w.unsettled > 0) return false;
  if (w.isWell) into.add(choice(CLOSE, 0));
  return true;
}

function mayMoveClock(w: World, into: Offer): boolean {
  if (into.busy) {
    if (w.early >= w.scenario.early) return false;
  } else if (into.awaited && w.clockMoves >= w.scenario.patience && !operatorPauses(w)) return false;
  return nextMoment(w, into) !== Number.POSITIVE_INFINITY;
}

function operatorPauses(w: World): boolean {
  return w.scenario.operator[w.deeds] === "pause" && w.now < w.deedAt + PAUSE_MS;
}

/** Where the clock moves to, if it moves. */
export function nextMoment(w: World, { awaited }: Offer): number {
  let next = Math.min(w.core.deadline ?? Number.POSITIVE_INFINITY, w.net.nextRetry(w.now));
  const { tickMs } = w.scenario;
  if (tickMs > 0 && awaited) next = Math.min(next, w.now + tickMs);
  if (operatorPauses(w)) next = Math.min(next, w.deedAt + PAUSE_MS);
  return next;
}

/** The next call's number, counted up as the driver does; -1: all are taken. */
export function freeTask(w: World): number {
  const { taskNumbers } = w.scenario;
  for (let i = 0; i < taskNumbers; i++) {
    const task = (w.calls.length + i) % taskNumbers;
    if (!w.core.has(task)) return task;
  }
  return -1;
}
