/** States one after another in chunks: room for more than one array can hold, and none of them moves when it grows. */

const CHUNK_BITS = 14;
const CHUNK = 1 << CHUNK_BITS;
const FIRST_ROOM = 256;

/** States of a fixed number of words, numbered from 0 in the order they were added. They are never taken out. */
export class PackedStates {
  /** 32-bit words of a state. */
  readonly words: number;
  /** How many there are. */
  count = 0;
  /** Memory held, in bytes. */
  bytes: number;
  readonly #chunks: Int32Array[];
  /** The first chunk starts small, for the many small graphs; the others are whole from the beginning. */
  #room = FIRST_ROOM;

  constructor(words: number) {
    this.words = words;
    this.#chunks = [new Int32Array(FIRST_ROOM * words)];
    this.bytes = FIRST_ROOM * words * 4;
  }

  /** The array that state `i` lies in, at {@link at}; valid until the next {@link push}. */
  chunkOf(i: number): Int32Array {
    return this.#chunks[i >>> CHUNK_BITS]!;
  }

  /** Where state `i` begins in {@link chunkOf}. */
  at(i: number): number {
    return (i & (CHUNK - 1)) * this.words;
  }

  /** A copy of state `i`. */
  wordsOf(i: number): Int32Array {
    const at = this.at(i);
    return this.chunkOf(i).slice(at, at + this.words);
  }

  /** Is state `i` the one at `other[at]`? */
  equals(i: number, other: Int32Array, at: number): boolean {
    const chunk = this.#chunks[i >>> CHUNK_BITS]!;
    const words = this.words;
    const start = (i & (CHUNK - 1)) * words;
    for (let w = 0; w < words; w++) if (chunk[start + w] !== other[at + w]) return false;
    return true;
  }

  /** Adds the state at `from[at]` and gives its number. */
  push(from: Int32Array, at: number): number {
    const i = this.count;
    if (i === this.#room) this.#grow();
    const chunk = this.#chunks[i >>> CHUNK_BITS]!;
    const words = this.words;
    const start = (i & (CHUNK - 1)) * words;
    for (let w = 0; w < words; w++) chunk[start + w] = from[at + w]!;
    this.count = i + 1;
    return i;
  }

  #grow(): void {
    if (this.#room < CHUNK) {
      const first = new Int32Array(this.#room * 2 * this.words);
      first.set(this.#chunks[0]!);
      this.#chunks[0] = first;
      this.bytes += this.#room * this.words * 4;
      this.#room *= 2;
    } else {
      this.#chunks.push(new Int32Array(CHUNK * this.words));
      this.bytes += CHUNK * this.words * 4;
      this.#room += CHUNK;
    }
  }
}
