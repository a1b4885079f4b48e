import type { ReadOk } from "./calls.js";

export interface ChunkRange {
  readonly start: bigint;
  /** First byte not wanted; undefined: the end of the file. */
  readonly end: bigint | undefined;
  /** The file's size as far as known: nothing is read ahead beyond it. */
  readonly size: bigint;
  /** Bytes of one READ. */
  readonly chunkBytes: number;
  /** READs under way at once. */
  readonly depth: number;
}

type Read = (offset: bigint, count: number) => Promise<ReadOk>;

/**
 * Reads a range in order with `depth` READs under way; a short READ is completed before what follows it is
 * given out. Ends at the end of the file, wherever the server says that is now.
 */
export async function* readAhead(read: Read, range: ChunkRange): AsyncGenerator<Uint8Array, void, undefined> {
  const { end, size, depth } = range;
  const queue: { readonly offset: bigint; readonly count: number; readonly reply: Promise<ReadOk> }[] = [];
  let next = range.start;
  for (;;) {
    while (queue.length < depth && (end === undefined || next < end) && (queue.length === 0 || next < size)) {
      const left = end === undefined ? undefined : end - next;
      const count = left !== undefined && left < range.chunkBytes ? Number(left) : range.chunkBytes;
      const reply = read(next, count);
      reply.catch(() => {}); // it may never be awaited: whoever stops early has its own error
      queue.push({ offset: next, count, reply });
      next += BigInt(count);
    }
    const head = queue.shift();
    if (head === undefined) return;
    let { data, eof } = await head.reply;
    let done = data.length;
    if (done > 0) yield data;
    while (!eof && done < head.count) {
      ({ data, eof } = await read(head.offset + BigInt(done), head.count - done));
      done += data.length;
      if (data.length > 0) yield data;
    }
    if (eof) return;
  }
}
