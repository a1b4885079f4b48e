/** A state that waits: its number, its depth, and its words where the store does not keep them. */
const NUMBER = 0;
const DEPTH = 1;
const HEAD = 2;
const FIRST_ROOM = 256;

/** The states met but not looked into: a ring of records, taken at the old end (a queue) or at the new one (a stack). */
export class Frontier {
  /** How many wait. */
  count = 0;
  readonly #words: number;
  readonly #width: number;
  #ring: Int32Array;
  /** Records the ring has room for, less one: a power of two less one. */
  #mask = FIRST_ROOM - 1;
  #oldest = 0;

  /** `words`: how many of a state are kept here; 0: the store has them. */
  constructor(words: number) {
    this.#words = words;
    this.#width = HEAD + words;
    this.#ring = new Int32Array(FIRST_ROOM * this.#width);
  }

  get bytes(): number {
    return this.#ring.byteLength;
  }

  /** The array of the record taken last; valid until the next {@link push}. */
  get ring(): Int32Array {
    return this.#ring;
  }

  push(number: number, depth: number, from: Int32Array, at: number): void {
    if (this.count > this.#mask) this.#grow();
    const ring = this.#ring;
    const record = ((this.#oldest + this.count++) & this.#mask) * this.#width;
    ring[record + NUMBER] = number;
    ring[record + DEPTH] = depth;
    for (let w = 0; w < this.#words; w++) ring[record + HEAD + w] = from[at + w]!;
  }

  /** Takes the oldest (or newest) out and gives its place in {@link ring}: number, depth, words. */
  take(newest: boolean): number {
    this.count--;
    if (newest) return ((this.#oldest + this.count) & this.#mask) * this.#width;
    const record = this.#oldest * this.#width;
    this.#oldest = (this.#oldest + 1) & this.#mask;
    return record;
  }

  /** All records, the oldest first. */
  save(): Int32Array {
    return this.#unrolled(this.count);
  }

  /** Puts into an empty frontier what {@link save} gave. */
  load(saved: Int32Array): void {
    this.count = saved.length / this.#width;
    while (this.count > this.#mask) this.#mask = this.#mask * 2 + 1;
    this.#ring = new Int32Array((this.#mask + 1) * this.#width);
    this.#ring.set(saved);
    this.#oldest = 0;
  }

  #grow(): void {
    this.#ring = this.#unrolled((this.#mask + 1) * 2);
    this.#mask = this.#mask * 2 + 1;
    this.#oldest = 0;
  }

  /** A ring with room for `records`, the oldest record at 0. */
  #unrolled(records: number): Int32Array {
    const width = this.#width;
    const straight = new Int32Array(records * width);
    const untilEnd = Math.min(this.count, this.#mask + 1 - this.#oldest);
    straight.set(this.#ring.subarray(this.#oldest * width, (this.#oldest + untilEnd) * width));
    straight.set(this.#ring.subarray(0, (this.count - untilEnd) * width), untilEnd * width);
    return straight;
  }
}
