/** What is to be written to one socket in this turn. Neighbours in one slab are joined. */
export class WriteBatch {
  // The piece that grows: [from, to) of buffer.
  #buffer: ArrayBufferLike | undefined;
  #from = 0;
  #to = 0;
  #pieces: Uint8Array[] = [];
  /** Bytes added since the last `take`. */
  bytes = 0;

  #releases: (() => void)[] = [];

  /** `release` is told when the OS has the bytes, or never will. */
  add(bytes: Uint8Array, release?: () => void): void {
    if (release !== undefined) this.#releases.push(release);
    const { buffer, byteOffset, length } = bytes;
    this.bytes += length;
    if (buffer === this.#buffer && byteOffset === this.#to) {
      this.#to += length;
      return;
    }
    this.#cut();
    this.#buffer = buffer;
    this.#from = byteOffset;
    this.#to = byteOffset + length;
  }

  /** The pieces in order; the batch is empty again. */
  take(): readonly Uint8Array[] {
    this.#cut();
    const pieces = this.#pieces;
    this.#pieces = [];
    this.bytes = 0;
    return pieces;
  }

  /** What to call when what was taken is written, or never will be; undefined: nothing. */
  takeReleases(): (() => void) | undefined {
    const releases = this.#releases;
    if (releases.length === 0) return undefined;
    this.#releases = [];
    return () => {
      for (const release of releases) release();
    };
  }

  #cut(): void {
    if (this.#buffer === undefined) return;
    this.#pieces.push(new Uint8Array(this.#buffer, this.#from, this.#to - this.#from));
    this.#buffer = undefined;
  }
}
