const SMALLEST = 4096;

/**
 * Buffers for READ, handed out again when they come back: a fresh megabyte costs page faults worth more than
 * the copy. Sizes are powers of two; at most `maxIdleBytes` are kept. A buffer that never comes back is garbage like any other.
 */
export class BufferPool {
  readonly #idle = new Map<number, Uint8Array[]>();
  readonly #maxIdleBytes: number;
  #idleBytes = 0;

  constructor(maxIdleBytes: number) {
    this.#maxIdleBytes = maxIdleBytes;
  }

  /** A buffer of at least `bytes`, with any contents. */
  take(bytes: number): Uint8Array {
    const size = sizeFor(bytes);
    const buffer = this.#idle.get(size)?.pop();
    if (buffer === undefined) return Buffer.allocUnsafeSlow(size);
    this.#idleBytes -= size;
    return buffer;
  }

  /** Takes a buffer of {@link take} back; the caller forgets it. */
  give(buffer: Uint8Array): void {
    if (this.#idleBytes + buffer.length > this.#maxIdleBytes) return;
    this.#idleBytes += buffer.length;
    const idle = this.#idle.get(buffer.length);
    if (idle === undefined) this.#idle.set(buffer.length, [buffer]);
    else idle.push(buffer);
  }
}

function sizeFor(bytes: number): number {
  let size = SMALLEST;
  while (size < bytes) size *= 2;
  return size;
}
