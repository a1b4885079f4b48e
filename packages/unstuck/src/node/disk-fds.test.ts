import assert from "node:assert/strict";
import { fstatSync, lstatSync, openSync } from "node:fs";
import { test } from "node:test";
import { FdPool } from "./disk-fds.js";
import { DiskNode } from "./disk-node.js";

function nodeWithFd(pool: FdPool): DiskNode {
  const node = new DiskNode(1, 0n, lstatSync("/", { bigint: true }), undefined, "");
  node.fd = openSync("/", "r");
  pool.adopt(node);
  return node;
}

const isOpen = (fd: number) => {
  try {
    fstatSync(fd);
    return true;
  } catch {
    return false;
  }
};

test("a descriptor is closed when no operation can have it any more", (t) => {
  const pool = new FdPool(10);
  t.after(() => pool.end());
  const early = pool.enter();
  const node = nodeWithFd(pool);
  const { fd } = node;
  pool.drop(node);
  const late = pool.enter();
  assert.ok(isOpen(fd));
  pool.leave(late);
  assert.ok(isOpen(fd), "an operation that began before is under way");
  pool.leave(early);
  assert.ok(!isOpen(fd));
});

test("an operation that began later does not keep a descriptor", (t) => {
  const pool = new FdPool(10);
  t.after(() => pool.end());
  const early = pool.enter();
  const node = nodeWithFd(pool);
  const { fd } = node;
  pool.drop(node);
  pool.enter();
  pool.leave(early);
  assert.ok(!isOpen(fd));
  assert.equal(node.fd, -1);
});

test("the least recently used go first", (t) => {
  const pool = new FdPool(4);
  t.after(() => pool.end());
  const nodes = Array.from({ length: 5 }, () => nodeWithFd(pool));
  pool.use(nodes[0] as DiskNode);
  pool.trim();
  assert.deepEqual(
    nodes.map((node) => node.fd >= 0),
    [true, false, false, true, true],
  );
  assert.equal(pool.size, 3);
});
