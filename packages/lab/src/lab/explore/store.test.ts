import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { bytesPerState, CompactStore, ExactStore } from "./mod.js";
import { hashStates } from "./store-hash.js";

const stores = { exact: ExactStore, compact: CompactStore };

/** Batches of states: small numbers, so that most occur again, and the extreme ones. */
const batches = fc.integer({ min: 1, max: 4 }).chain((words) =>
  fc.record({
    words: fc.constant(words),
    batches: fc.array(
      fc.array(
        fc.array(fc.constantFrom(0, 1, 2, -1, -(2 ** 31), 2 ** 31 - 1), {
          minLength: words,
          maxLength: words,
        }),
      ),
      { maxLength: 30 },
    ),
  }),
);

for (const [name, Store] of Object.entries(stores)) {
  test(`${name}: numbers states as a map from strings does`, () => {
    fc.assert(
      fc.property(batches, ({ words, batches }) => {
        const store = new Store(words);
        const seen = new Map<string, number>();
        for (const batch of batches) {
          const numbers = new Int32Array(batch.length);
          store.addAll(Int32Array.from(batch.flat()), batch.length, numbers);
          const expected = batch.map((state) => {
            const key = state.join();
            const known = seen.get(key);
            if (known !== undefined) return store instanceof ExactStore ? known : -1;
            seen.set(key, seen.size);
            return seen.size - 1;
          });
          assert.deepEqual([...numbers], expected);
          assert.equal(store.count, seen.size);
        }
      }),
    );
  });

  test(`${name}: what it saved holds the same states, and takes more`, () => {
    const store = new Store(2);
    const states = Int32Array.from({ length: 20_000 }, (_, i) => (i >> 1) * (i & 1 ? 1 : 1000));
    const numbers = new Int32Array(10_000);
    store.addAll(states, 9_000, numbers);
    const copy = new Store(2);
    copy.load(store.save());
    assert.equal(copy.count, 9_000);
    copy.addAll(states, 10_000, numbers);
    assert.equal(copy.count, 10_000);
    assert.equal(numbers[9_999], 9_999);
    assert.equal(numbers[1], store instanceof ExactStore ? 1 : -1);
  });

  test(`${name}: at most 32 bytes for a state besides its words, however far the table has just grown`, () => {
    const store = new Store(4);
    const numbers = new Int32Array(1000);
    const batch = new Int32Array(4000);
    for (let added = 0; added < 300_000; added += 1000) {
      for (let i = 0; i < 1000; i++) batch[i * 4] = added + i;
      store.addAll(batch, 1000, numbers);
      const spare = store instanceof ExactStore ? store.states.bytes - store.packedBytes : 0;
      assert.ok(bytesPerState(store) - spare / store.count <= 32 - 9, `${store.count} states`);
    }
    assert.equal(store.count, 300_000);
    assert.ok(bytesPerState(store) <= 32);
  });
}

test("states come back from every chunk as they went in", () => {
  const store = new ExactStore(3);
  const count = 200_000;
  const states = Int32Array.from({ length: count * 3 }, (_, i) => Math.imul(i, 0x9e3779b1));
  store.addAll(states, count, new Int32Array(count));
  assert.deepEqual(store.save(), states);
  for (const i of [0, 255, 256, 16_383, 16_384, 131_072, count - 1]) {
    assert.deepEqual(store.states.wordsOf(i), states.slice(i * 3, i * 3 + 3));
  }
});

const SIDE = 64;
const spreads: Readonly<Record<string, (i: number) => [number, number, number]>> = {
  // The kind of state a model has.
  neighbours: (i) => [i % SIDE, Math.floor(i / SIDE) % SIDE, Math.floor(i / SIDE ** 2)],
  // All bits in use, so that chance has to make one lane equal here and there.
  scattered: (i) => [
    Math.imul(i + 1, 0x9e3779b1),
    Math.imul(i ^ 0x55, 0x85ebca6b),
    Math.imul(i * i + 7, 0xcc9e2d51),
  ],
};

for (const [name, spread] of Object.entries(spreads)) {
  test(`${name}: either lane tells states apart as chance would, both together all of them`, () => {
    const count = SIDE ** 3;
    const states = new Int32Array(count * 3);
    for (let i = 0; i < count; i++) states.set(spread(i), i * 3);
    const lanes = new Int32Array(count * 2);
    hashStates(states, 0, count, 3, lanes);
    const whole = new Set<number>();
    for (let lane = 0; lane < 2; lane++) {
      const values = new Set<number>();
      const buckets = new Int32Array(1024);
      for (let i = 0; i < count; i++) {
        const value = lanes[i * 2 + lane]!;
        values.add(value);
        buckets[value & 1023]!++;
        if (lane === 0) whole.add(value * 2 ** 21 + (lanes[i * 2 + 1]! >>> 11));
      }
      // n² / 2^33 collisions are expected: 8; a bucket has 256 states, and 16 more or less by one deviation.
      assert.ok(count - values.size <= 30, `lane ${lane}: ${count - values.size} collisions`);
      assert.ok(Math.max(...buckets) < 256 + 7 * 16 && Math.min(...buckets) > 256 - 7 * 16, `lane ${lane}`);
    }
    assert.equal(whole.size, count);
  });
}

test("the omission probability grows with the square of the states", () => {
  const store = new CompactStore(1);
  store.addAll(
    Int32Array.from({ length: 1 << 16 }, (_, i) => i),
    1 << 16,
    new Int32Array(1 << 16),
  );
  assert.equal(store.omission, 2 ** (32 - 65));
});

test("the hash of two zeros, which means a free slot, is still a state", () => {
  const store = new CompactStore(1);
  store.load(Int32Array.of(0, 0, 5, 0, 0, 0));
  assert.equal(store.count, 2);
  assert.equal(store.save().length, 4);
});
