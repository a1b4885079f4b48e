import assert from "node:assert/strict";
import { test } from "node:test";
import { DEFAULT_IO_POLICY, DiskIo, type IoPolicy, vfsErrorOf } from "./disk-io.js";

/** A DiskIo on a clock and a usage that stand still until told. */
function setup(policy: Partial<IoPolicy> = {}) {
  let now = 0;
  let involuntaryContextSwitches = 0;
  let fsRead = 0;
  const probe = { now: () => now, usage: () => ({ involuntaryContextSwitches, fsRead }) };
  const io = new DiskIo({ ...DEFAULT_IO_POLICY, ...policy }, probe);
  /** An operation; was it made synchronously? */
  const operate = (ms: number, happened: { preempted?: boolean; read?: boolean } = {}): boolean => {
    now += 100;
    io.begin();
    now += ms;
    if (happened.preempted) involuntaryContextSwitches++;
    if (happened.read) fsRead++;
    io.end();
    return io.sync;
  };
  const pass = (ms: number) => {
    now += ms;
  };
  return { operate, pass };
}

test("calls are synchronous until an operation waits for the disk, and again after coolMs", () => {
  const { operate, pass } = setup();
  assert.equal(operate(4), true);
  assert.equal(operate(6), true, "it cannot be known before");
  assert.equal(operate(0), false);
  pass(DEFAULT_IO_POLICY.coolMs);
  assert.equal(operate(0), true);
});

test("an operation that was only preempted is not slow; one that read or stalled is", () => {
  const preempted = setup();
  preempted.operate(20, { preempted: true });
  assert.equal(preempted.operate(0), true);
  const read = setup();
  read.operate(20, { preempted: true, read: true });
  assert.equal(read.operate(0), false);
  const stalled = setup();
  stalled.operate(60, { preempted: true });
  assert.equal(stalled.operate(0), false);
});

test("sync and async stay what they are", () => {
  const sync = setup({ mode: "sync" });
  sync.operate(1000);
  assert.equal(sync.operate(0), true);
  assert.equal(setup({ mode: "async" }).operate(0), false);
});

test("Node's errors get NFS's names", () => {
  const code = (from: string) =>
    (vfsErrorOf(Object.assign(new Error("x"), { code: from })) as { code: string }).code;
  assert.equal(code("EACCES"), "EACCES");
  assert.equal(code("EMFILE"), "EJUKEBOX");
  assert.equal(code("ELOOP"), "EIO");
  const bug = new TypeError("x");
  assert.equal(vfsErrorOf(bug), bug);
});
