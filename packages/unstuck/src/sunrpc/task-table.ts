import type { TaskId } from "./port.js";

const EMPTY = -1;
const FIRST_SLOTS = 16;
/** More are sorted by the engine. */
const MOST_BY_HAND = 16;

/**
 * A table of calls in flight by task: a Map's job, without a Map's garbage. A call is put in and taken out once,
 * and a Map answers so much coming and going by making itself anew all the time, each time leaving the old one
 * to the collector: it cost more than the rest of the call. Open addressing, at most half full, never shrinks.
 */
export class TaskTable<T> {
  #tasks = new Int32Array(FIRST_SLOTS).fill(EMPTY);
  #values: (T | undefined)[] = new Array<T | undefined>(FIRST_SLOTS).fill(undefined);
  #shift = 32 - Math.log2(FIRST_SLOTS);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Any uint32 may be asked for; only tasks (0 to 2^31 - 1) are ever found. */
  get(task: TaskId): T | undefined {
    return this.#values[this.#slotOf(task)];
  }

  has(task: TaskId): boolean {
    return this.#tasks[this.#slotOf(task)] === task;
  }

  set(task: TaskId, value: T): void {
    if (2 * (this.#size + 1) > this.#tasks.length) this.#grow();
    const slot = this.#slotOf(task);
    if (this.#tasks[slot] === EMPTY) this.#size++;
    this.#tasks[slot] = task;
    this.#values[slot] = value;
  }

  delete(task: TaskId): boolean {
    const tasks = this.#tasks;
    const values = this.#values;
    let hole = this.#slotOf(task);
    if (tasks[hole] !== task) return false;
    this.#size--;
    // Whatever probed past the hole moves back into it, so that no tombstones are needed.
    const mask = tasks.length - 1;
    for (let at = (hole + 1) & mask; tasks[at] !== EMPTY; at = (at + 1) & mask) {
      const home = this.#home(tasks[at]!);
      if (((at - home) & mask) < ((at - hole) & mask)) continue;
      tasks[hole] = tasks[at]!;
      values[hole] = values[at];
      hole = at;
    }
    tasks[hole] = EMPTY;
    values[hole] = undefined;
    return true;
  }

  /** What is in the table, in no order and with holes: for a quick look that changes nothing. */
  get slots(): readonly (T | undefined)[] {
    return this.#values;
  }

  /** What is in the table now, by task; later changes don't show. For what happens rarely: it allocates. */
  values(): T[] {
    const size = this.#size;
    if (size > MOST_BY_HAND) return this.#sorted();
    const tasks: TaskId[] = [];
    const values: T[] = [];
    for (let slot = 0; tasks.length < size; slot++) {
      const task = this.#tasks[slot]!;
      if (task === EMPTY) continue;
      // Engines sort by calling a function; for a few it is quicker to put each in its place.
      let at = tasks.length;
      tasks.push(task);
      values.push(this.#values[slot]!);
      for (; at > 0 && tasks[at - 1]! > task; at--) {
        tasks[at] = tasks[at - 1]!;
        values[at] = values[at - 1]!;
      }
      tasks[at] = task;
      values[at] = this.#values[slot]!;
    }
    return values;
  }

  #sorted(): T[] {
    const tasks = this.#tasks.filter((task) => task !== EMPTY).sort();
    return Array.from(tasks, (task) => this.get(task)!);
  }

  /** The slot that holds the task, or else the one it would get. */
  #slotOf(task: TaskId): number {
    const tasks = this.#tasks;
    const mask = tasks.length - 1;
    let slot = this.#home(task);
    while (tasks[slot] !== task && tasks[slot] !== EMPTY) slot = (slot + 1) & mask;
    return slot;
  }

  /** Scatters: tasks in flight are neighbours, and neighbours in a row would make deleting long. */
  #home(task: TaskId): number {
    return Math.imul(task, 0x9e3779b1) >>> this.#shift;
  }

  #grow(): void {
    const tasks = this.#tasks;
    const values = this.#values;
    this.#tasks = new Int32Array(2 * tasks.length).fill(EMPTY);
    this.#values = new Array<T | undefined>(2 * tasks.length).fill(undefined);
    this.#shift--;
    this.#size = 0;
    for (let i = 0; i < tasks.length; i++) if (tasks[i] !== EMPTY) this.set(tasks[i]!, values[i]!);
  }
}
