import { hashStates } from "./store-hash.js";
import { PackedStates } from "./store-states.js";

/** A set of states that grows. It numbers them from 0 in the order they came. */
export interface StateStore {
  /** 32-bit words of a state. */
  readonly words: number;
  /** How many states it holds. */
  readonly count: number;
  /** No store takes more. */
  readonly capacity: number;
  /** All memory held, in bytes. */
  readonly bytes: number;
  /** The part of it that is packed states. */
  readonly packedBytes: number;
  /** How likely it is, at most, that a state was taken for another one. */
  readonly omission: number;
  /**
   * Adds the first `count` states of `from`. `numbers[i]` becomes the number of state i: the next number if it is
   * new, else the one it had, or -1 where the store does not know it.
   */
  addAll(from: Int32Array, count: number, numbers: Int32Array): void;
  /** What it holds, as plain data. */
  save(): Int32Array;
  /** Puts into an empty store what another of its kind has saved. */
  load(saved: Int32Array): void;
}

/** Bytes held for one state, besides its own words. */
export function bytesPerState(store: StateStore): number {
  return (store.bytes - store.packedBytes) / store.count;
}

const FIRST_BITS = 10;
const MOST_BITS = 30;
/** More probes cost more than the memory is worth; fewer states a slot cost cache. */
const MOST_LOAD = 0.6;

/**
 * Every state as it is. Open addressing with linear probing; a slot is one word: in a table of 2^k slots its low k bits
 * are the state's number plus one (0: free), and its upper bits those of the hash's lane B, so that a probe seldom has
 * to look at a state that is another one.
 */
export class ExactStore implements StateStore {
  readonly words: number;
  readonly states: PackedStates;
  readonly capacity: number = Math.floor(2 ** MOST_BITS * MOST_LOAD);
  readonly omission = 0;
  #table = new Int32Array(1 << FIRST_BITS);
  #most = Math.floor(2 ** FIRST_BITS * MOST_LOAD);
  #lanes = new Int32Array(128);

  constructor(words: number) {
    this.words = words;
    this.states = new PackedStates(words);
  }

  get count(): number {
    return this.states.count;
  }

  get bytes(): number {
    return this.states.bytes + this.#table.byteLength;
  }

  get packedBytes(): number {
    return this.states.count * this.words * 4;
  }

  addAll(from: Int32Array, count: number, numbers: Int32Array): void {
    const states = this.states;
    const words = this.words;
    while (states.count + count > this.#most) this.#grow();
    if (this.#lanes.length < count * 2) this.#lanes = new Int32Array(count * 2);
    const lanes = this.#lanes;
    const table = this.#table;
    const mask = table.length - 1;
    hashStates(from, 0, count, words, lanes);
    for (let i = 0; i < count; i++) {
      const b = lanes[i * 2 + 1]!;
      let at = lanes[i * 2]! & mask;
      for (;;) {
        const slot = table[at]!;
        if (slot === 0) {
          const number = states.push(from, i * words);
          table[at] = (b & ~mask) | (number + 1);
          numbers[i] = number;
          break;
        }
        const number = (slot & mask) - 1;
        if (((slot ^ b) & ~mask) === 0 && states.equals(number, from, i * words)) {
          numbers[i] = number;
          break;
        }
        at = (at + 1) & mask;
      }
    }
  }

  save(): Int32Array {
    const { states, words } = this;
    const all = new Int32Array(states.count * words);
    for (let i = 0; i < states.count; i++) {
      const chunk = states.chunkOf(i);
      const at = states.at(i);
      for (let w = 0; w < words; w++) all[i * words + w] = chunk[at + w]!;
    }
    return all;
  }

  load(all: Int32Array): void {
    const count = all.length / this.words;
    this.addAll(all, count, new Int32Array(count));
  }

  /** Twice the slots; hashes every state anew, since the table does not keep their hashes. */
  #grow(): void {
    const length = this.#table.length * 2;
    if (length > 2 ** MOST_BITS) throw new RangeError(`A store holds ${this.capacity} states; set a budget.`);
    const mask = length - 1;
    const table = new Int32Array(length);
    const lanes = new Int32Array(2);
    const { states, words } = this;
    for (let i = 0; i < states.count; i++) {
      hashStates(states.chunkOf(i), states.at(i), 1, words, lanes);
      let at = lanes[0]! & mask;
      while (table[at] !== 0) at = (at + 1) & mask;
      table[at] = (lanes[1]! & ~mask) | (i + 1);
    }
    this.#table = table;
    this.#most = Math.floor(length * MOST_LOAD);
  }
}

/** `array`, or a longer copy of it if element `index` is past its end. */
export function roomFor<A extends Int32Array | Uint32Array | Uint16Array | Uint8Array>(
  array: A,
  index: number,
): A {
  if (index < array.length) return array;
  const grown = new (array.constructor as new (length: number) => A)(Math.ceil((index + 1) * 1.5));
  grown.set(array);
  return grown;
}
