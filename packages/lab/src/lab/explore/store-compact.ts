import type { StateStore } from "./store.js";
import { hashStates } from "./store-hash.js";

const FIRST_BITS = 10;
const MOST_BITS = 29;
const MOST_LOAD = 0.7;

/**
 * Only the 64-bit hash of every state (hash compaction: Wolper and Leroy, Reliable hashing without collision detection,
 * CAV 1993). Two states with one hash are taken for one, and what only the second leads to is not searched:
 * {@link omission} says how likely that is.
 */
export class CompactStore implements StateStore {
  readonly words: number;
  readonly capacity: number = Math.floor(2 ** MOST_BITS * MOST_LOAD);
  readonly packedBytes = 0;
  count = 0;
  /** Two words a slot; both 0: free. */
  #table = new Int32Array(2 << FIRST_BITS);
  #most = Math.floor(2 ** FIRST_BITS * MOST_LOAD);
  #lanes = new Int32Array(128);

  constructor(words: number) {
    this.words = words;
  }

  get bytes(): number {
    return this.#table.byteLength;
  }

  /** n² / 2^65 for n states. */
  get omission(): number {
    return this.count ** 2 / 2 ** 65;
  }

  addAll(from: Int32Array, count: number, numbers: Int32Array): void {
    if (this.#lanes.length < count * 2) this.#lanes = new Int32Array(count * 2);
    hashStates(from, 0, count, this.words, this.#lanes);
    this.#addHashes(this.#lanes, count, numbers);
  }

  save(): Int32Array {
    const table = this.#table;
    const hashes = new Int32Array(this.count * 2);
    let next = 0;
    for (let at = 0; at < table.length; at += 2) {
      if ((table[at]! | table[at + 1]!) === 0) continue;
      hashes[next++] = table[at]!;
      hashes[next++] = table[at + 1]!;
    }
    return hashes;
  }

  load(hashes: Int32Array): void {
    this.#addHashes(hashes, hashes.length / 2, new Int32Array(hashes.length / 2));
  }

  #addHashes(lanes: Int32Array, count: number, numbers: Int32Array): void {
    while (this.count + count > this.#most) this.#grow();
    const table = this.#table;
    const mask = table.length - 1;
    for (let i = 0; i < count; i++) {
      const a = lanes[i * 2]!;
      // Two zeros mean a free slot, so that hash is given away.
      const b = lanes[i * 2 + 1]! || (a === 0 ? 1 : 0);
      const at = slotOf(table, mask, a, b);
      if ((table[at]! | table[at + 1]!) === 0) {
        table[at] = a;
        table[at + 1] = b;
        numbers[i] = this.count++;
      } else {
        numbers[i] = -1;
      }
    }
  }

  #grow(): void {
    const old = this.#table;
    const length = old.length * 2;
    if (length > 2 ** (MOST_BITS + 1)) {
      throw new RangeError(`A compact store holds ${this.capacity} states; set a budget.`);
    }
    const table = new Int32Array(length);
    for (let from = 0; from < old.length; from += 2) {
      const a = old[from]!;
      const b = old[from + 1]!;
      if ((a | b) === 0) continue;
      const at = slotOf(table, length - 1, a, b);
      table[at] = a;
      table[at + 1] = b;
    }
    this.#table = table;
    this.#most = Math.floor((length / 2) * MOST_LOAD);
  }
}

/** Where the hash is, or where it would be put. */
function slotOf(table: Int32Array, mask: number, a: number, b: number): number {
  let at = (a << 1) & mask;
  while ((table[at] !== a || table[at + 1] !== b) && (table[at]! | table[at + 1]!) !== 0)
    at = (at + 2) & mask;
  return at;
}
