import assert from "node:assert/strict";
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { buildGraph, type Checkpoint, explore, checkpointOf as graphCheckpoint } from "../lab/mod.js";
import { readCheckpoint, readGraph, writeCheckpoint, writeGraph } from "./explore-checkpoint.js";
import { LabError } from "./failure.js";
import { readModel } from "./models.js";

const model = readModel("two-phase-commit_4");
const ANY = { order: undefined, store: undefined, reduce: false };

function checkpointOf(store: "exact" | "compact"): Checkpoint {
  return explore(model, { states: 300, store, checkpoint: true }).checkpoint!;
}

function file(t: { after(fn: () => void): void }): string {
  const dir = mkdtempSync(join(tmpdir(), "unstuck-checkpoint-"));
  t.after(() => rmSync(dir, { recursive: true }));
  return join(dir, "it");
}

const refused = (problem: RegExp) => (error: unknown) =>
  error instanceof LabError && error.status === 2 && problem.test(error.message);

test("what is read is what was written, and nothing else is left beside it", (t) => {
  const name = file(t);
  for (const store of ["exact", "compact"] as const) {
    const made = checkpointOf(store);
    writeCheckpoint(name, made, model);
    const { states, tree, frontier, ...rest } = readCheckpoint(name, model, ANY);
    const { states: states2, tree: tree2, frontier: frontier2, ...rest2 } = made;
    assert.deepEqual([states, tree, frontier], [states2, tree2, frontier2]);
    for (const [key, value] of Object.entries(rest2))
      assert.equal((rest as Record<string, unknown>)[key], value);
    assert.deepEqual(readdirSync(join(name, "..")), ["it"]);
  }
});

test("a file with any byte changed, cut anywhere, or longer is refused", (t) => {
  const name = file(t);
  writeCheckpoint(name, checkpointOf("exact"), model);
  const whole = readFileSync(name);
  fc.assert(
    fc.property(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
      const changed = Buffer.from(whole);
      changed[at]! ^= flip;
      writeFileSync(name, changed);
      assert.throws(() => readCheckpoint(name, model, ANY), LabError);
    }),
  );
  fc.assert(
    fc.property(fc.nat(whole.length - 1), (length) => {
      writeFileSync(name, whole);
      truncateSync(name, length);
      assert.throws(() => readCheckpoint(name, model, ANY), LabError);
    }),
  );
  writeFileSync(name, Buffer.concat([whole, Buffer.from("x")]));
  assert.throws(() => readCheckpoint(name, model, ANY), refused(/bytes and should have/));
});

test("garbage is refused", (t) => {
  const name = file(t);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.boolean(), (bytes, head) => {
      writeFileSync(name, head ? Buffer.concat([Buffer.from("UNSTUCKS\x01\0\0\0"), bytes]) : bytes);
      assert.throws(() => readCheckpoint(name, model, ANY), LabError);
    }),
  );
});

test("numbers that lead out of what is there are refused, though the checksum is right", (t) => {
  const name = file(t);
  const made = checkpointOf("exact");
  const { tree, frontier } = made;
  const edited = (array: Int32Array, at: number, value: number): Int32Array => {
    const copy = array.slice();
    copy[at] = value;
    return copy;
  };
  for (const wrong of [
    { ...made, tree: { ...tree, parent: edited(tree.parent, 5, 5) } },
    { ...made, tree: { ...tree, parent: edited(tree.parent, 5, -1) } },
    { ...made, tree: { ...tree, place: tree.place.map((place, i) => (i === 5 ? 60_000 : place)) } },
    { ...made, frontier: edited(frontier, 0, tree.parent.length) },
    { ...made, frontier: edited(frontier, 1, 1_000_000) },
    { ...made, frontier: frontier.slice(1) },
    { ...made, states: made.states.slice(1) },
    { ...made, brokenAt: tree.parent.length },
  ]) {
    writeCheckpoint(name, wrong, model);
    assert.throws(() => readCheckpoint(name, model, ANY), refused(/does not fit together/));
  }
});

test("another model, order or store is said", (t) => {
  const name = file(t);
  writeCheckpoint(name, checkpointOf("exact"), model);
  const other = readModel("two-phase-commit_5");
  assert.throws(() => readCheckpoint(name, other, ANY), refused(/another model: two-phase-commit_4/));
  assert.throws(() => readCheckpoint(name, model, { ...ANY, order: "dfs" }), refused(/another order: bfs/));
  assert.throws(
    () => readCheckpoint(name, model, { ...ANY, store: "compact" }),
    refused(/another store: exact/),
  );
  assert.throws(
    () => readCheckpoint(name, model, { ...ANY, reduce: true }),
    refused(/another choice of --reduce: no/),
  );
  const edition = { ...model, initial: () => Int32Array.of(...model.initial()).fill(1) };
  assert.throws(() => readCheckpoint(name, edition, ANY), refused(/another code/));
});

test("a full device leaves nothing half-written", { skip: !existsSync("/dev/full") }, (t) => {
  const name = file(t);
  assert.throws(() => writeCheckpoint("/dev/full", checkpointOf("exact"), model), /ENOSPC/);
  writeFileSync(name, "");
  assert.throws(() => writeCheckpoint(join(name, "below"), checkpointOf("exact"), model), LabError);
  assert.deepEqual(readdirSync(join(name, "..")), ["it"]);
});

test("of a graph, too: what is read is what was written, and what is damaged is refused", (t) => {
  const name = file(t);
  const made = graphCheckpoint(buildGraph(model, { states: 300 }));
  writeGraph(name, made, model);
  assert.deepEqual(readGraph(name, model), made);
  const whole = readFileSync(name);
  fc.assert(
    fc.property(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
      const changed = Buffer.from(whole);
      changed[at]! ^= flip;
      writeFileSync(name, changed);
      assert.throws(() => readGraph(name, model), LabError);
    }),
  );
  const at = <A extends Int32Array | Uint16Array>(array: A, i: number, value: number): A => {
    const copy = array.slice() as A;
    copy[i] = value;
    return copy;
  };
  for (const wrong of [
    { ...made, parent: at(made.parent, 5, 5) },
    { ...made, first: at(made.first, 3, made.target.length + 1) },
    { ...made, first: at(made.first, 3, 0) },
    { ...made, target: at(made.target, 7, made.parent.length) },
    { ...made, choice: at(made.choice, 7, model.choices.length) },
    { ...made, parentChoice: at(made.parentChoice, 7, model.choices.length) },
    { ...made, states: made.states.slice(1) },
    { ...made, choice: made.choice.slice(1) },
  ]) {
    writeGraph(name, wrong, model);
    assert.throws(() => readGraph(name, model), refused(/does not fit together/));
  }
  writeGraph(name, made, model);
  assert.throws(() => readGraph(name, readModel("two-phase-commit_5")), refused(/another model/));
  assert.throws(() => readCheckpoint(name, model, ANY), refused(/it is of a verdict/));
});
