import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { viewOf } from "../xdr/mod.js";
import { MARK_BYTES, RecordError, RecordPool, RecordReader, writeMark } from "./record.js";

/** The stream of these records, each cut into fragments of these lengths and a last one with the rest. */
function stream(records: readonly { body: Uint8Array; fragments: readonly number[] }[]): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const { body, fragments } of records) {
    let at = 0;
    for (const wanted of fragments) {
      const n = Math.min(wanted, body.length - at);
      parts.push(fragment(body.subarray(at, at + n), false));
      at += n;
    }
    parts.push(fragment(body.subarray(at), true));
  }
  return new Uint8Array(Buffer.concat(parts));
}

function fragment(bytes: Uint8Array, last: boolean): Uint8Array {
  const out = new Uint8Array(MARK_BYTES + bytes.length);
  writeMark(out, 0, bytes.length, last);
  out.set(bytes, MARK_BYTES);
  return out;
}

function body(length: number, seed = 0): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (i * 31 + (i >> 8) + seed) & 0xff);
}

function drain(reader: RecordReader): Uint8Array[] {
  const out: Uint8Array[] = [];
  for (let r = reader.next(); r !== undefined; r = reader.next()) out.push(viewOf(r));
  return out;
}

/** Feeds by copy or by receiving into room(), in cuts of the given lengths (repeated). */
function feed(
  reader: RecordReader,
  bytes: Uint8Array,
  cuts: readonly number[],
  inPlace: boolean,
): Uint8Array[] {
  const out: Uint8Array[] = [];
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const cut = Math.max(1, cuts[i % cuts.length]!);
    if (inPlace) {
      const room = reader.room();
      assert.ok(room.length > 0, "room() is never empty");
      const n = Math.min(cut, room.length, bytes.length - at);
      room.set(bytes.subarray(at, at + n));
      reader.push(room.subarray(0, n));
      at += n;
    } else {
      const chunk = bytes.slice(at, at + cut);
      reader.push(chunk);
      chunk.fill(0xee);
      at += chunk.length;
    }
    out.push(...drain(reader));
  }
  return out;
}

const record = fc.record({
  body: fc
    .oneof(
      { weight: 6, arbitrary: fc.integer({ min: 0, max: 300 }) },
      { weight: 2, arbitrary: fc.integer({ min: 3000, max: 20_000 }) },
      { weight: 1, arbitrary: fc.integer({ min: 60_000, max: 200_000 }) },
    )
    .chain((n) => fc.nat(255).map((seed) => body(n, seed))),
  fragments: fc.array(fc.oneof(fc.constant(0), fc.nat(50), fc.nat(50_000)), { maxLength: 6 }),
});

test("any records in any fragments under any cut come out as they went in", () => {
  fc.assert(
    fc.property(
      fc.array(record, { minLength: 1, maxLength: 8 }),
      fc.array(fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 70_000 })), {
        minLength: 1,
        maxLength: 10,
      }),
      fc.boolean(),
      (records, cuts, inPlace) => {
        const reader = new RecordReader();
        // A long stream in one-byte cuts proves no more than a short one.
        const big = cuts.every((c) => c < 64) && records.some((r) => r.body.length > 20_000);
        const got = feed(reader, stream(records), big ? [...cuts, 9000] : cuts, inPlace);
        assert.equal(got.length, records.length);
        // Compared only at the end: an early record must have survived what came after it.
        for (const [i, r] of records.entries())
          assert.ok(Buffer.compare(got[i]!, r.body) === 0, `record ${i}`);
        assert.equal(reader.clean, true);
      },
    ),
    { numRuns: 150 },
  );
});

test("every single cut of a sequence, and byte by byte", () => {
  const records = [
    { body: body(0), fragments: [] },
    { body: body(5), fragments: [2, 0, 1] },
    { body: body(40, 7), fragments: [] },
    { body: body(12, 9), fragments: [0, 12] },
  ];
  const bytes = stream(records);
  for (let cut = 1; cut < bytes.length; cut++) {
    for (const inPlace of [false, true]) {
      const got = feed(new RecordReader(), bytes, [cut, bytes.length], inPlace);
      assert.deepEqual(
        got.map((b) => [...b]),
        records.map((r) => [...r.body]),
        `cut at ${cut}`,
      );
    }
  }
  const got = feed(new RecordReader(), bytes, [1], true);
  assert.deepEqual(
    got.map((b) => [...b]),
    records.map((r) => [...r.body]),
  );
});

test("a large record is received in place: room() is its own memory, exactly as long as what is missing", () => {
  const reader = new RecordReader();
  const big = body(1_000_000);
  const bytes = stream([{ body: big, fragments: [] }]);
  reader.push(bytes.subarray(0, 1000));
  const room = reader.room();
  assert.equal(room.length, bytes.length - 1000);
  room.set(bytes.subarray(1000));
  reader.push(room);
  const got = viewOf(reader.next()!);
  assert.equal(got.buffer, room.buffer);
  assert.ok(Buffer.compare(got, big) === 0);
});

test("bytes in place are not copied, bytes elsewhere are", () => {
  const reader = new RecordReader();
  const bytes = stream([{ body: body(100), fragments: [] }]);
  const room = reader.room();
  room.set(bytes);
  reader.push(room.subarray(0, bytes.length));
  assert.equal(reader.next()!.bytes.buffer, room.buffer);
  reader.push(bytes);
  assert.notEqual(reader.next()!.bytes.buffer, bytes.buffer);
});

test("the pool reuses large buffers only, is bounded, and takes a buffer once", () => {
  const pool = new RecordPool(1);
  const reader = new RecordReader({ pool });
  const bytes = stream([{ body: body(100_000), fragments: [] }]);
  reader.push(bytes);
  const first = reader.next()!;
  pool.recycle(first);
  pool.recycle(first);
  reader.push(bytes);
  assert.equal(reader.next()!.bytes.buffer, first.bytes.buffer);
  reader.push(bytes);
  assert.notEqual(reader.next()!.bytes.buffer, first.bytes.buffer);

  reader.push(stream([{ body: body(10), fragments: [] }]));
  const small = reader.next()!;
  pool.recycle(small);
  assert.notEqual(pool.take(10).buffer, small.bytes.buffer);

  const a = new RecordReader({ pool });
  a.push(bytes);
  const fresh = a.next()!;
  pool.recycle(first);
  pool.recycle(fresh);
  assert.equal(pool.take(100_000).buffer, first.bytes.buffer);
  assert.notEqual(pool.take(100_000).buffer, fresh.bytes.buffer);
});

test("an oversize mark is refused before anything is allocated, after the good records before it", () => {
  const reader = new RecordReader({ maxRecordBytes: 1000 });
  const mark = new Uint8Array(4);
  writeMark(mark, 0, 0x7fffffff);
  reader.push(Buffer.concat([stream([{ body: body(1000), fragments: [] }]), mark]));
  assert.equal(viewOf(reader.next()!).length, 1000);
  assert.throws(
    () => reader.next(),
    (e: unknown) => e instanceof RecordError && e.code === "RECORD_TOO_LONG",
  );
  reader.push(stream([{ body: body(1), fragments: [] }]));
  assert.throws(() => reader.next(), RecordError);
  assert.ok(reader.room().length > 0);
});

test("fragments count together against the bound", () => {
  const reader = new RecordReader({ maxRecordBytes: 1000 });
  reader.push(stream([{ body: body(1001), fragments: [400, 400] }]));
  assert.throws(
    () => reader.next(),
    (e: unknown) => e instanceof RecordError && e.code === "RECORD_TOO_LONG",
  );
});

test("endless empty fragments are refused", () => {
  const reader = new RecordReader({ maxFragments: 10 });
  const empty = fragment(new Uint8Array(0), false);
  for (let i = 0; i < 10; i++) reader.push(empty);
  assert.equal(reader.next(), undefined);
  reader.push(empty);
  assert.throws(
    () => reader.next(),
    (e: unknown) => e instanceof RecordError && e.code === "RECORD_TOO_MANY_FRAGMENTS",
  );
});

test("a clone goes on by itself from the same place", () => {
  const records = [
    { body: body(50), fragments: [20] },
    { body: body(30_000, 3), fragments: [] },
    { body: body(7, 5), fragments: [] },
  ];
  const bytes = stream(records);
  for (const cut of [2, 10, 30, 60, 500, 20_000, bytes.length - 3]) {
    const one = new RecordReader();
    one.push(bytes.subarray(0, cut));
    const two = one.clone();
    const expected = records.map((r) => Buffer.from(r.body).toString("hex"));
    for (const reader of [one, two]) {
      reader.push(bytes.subarray(cut));
      assert.deepEqual(
        drain(reader).map((b) => Buffer.from(b).toString("hex")),
        expected,
        `cut at ${cut}`,
      );
    }
  }
});

test("the mark of RFC 5531: top bit for the last fragment, 31 bits of length", () => {
  const bytes = new Uint8Array(8);
  writeMark(bytes, 0, 0x00012345);
  writeMark(bytes, 4, 0x7fffffff, false);
  assert.deepEqual([...bytes], [0x80, 0x01, 0x23, 0x45, 0x7f, 0xff, 0xff, 0xff]);
});
