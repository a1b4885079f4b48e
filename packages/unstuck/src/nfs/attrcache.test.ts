import assert from "node:assert/strict";
import { test } from "node:test";
import { nfs3 } from "../program/mod.js";
import { AttrCache } from "./attrcache.js";
import { NameCache } from "./namecache.js";
import { nodeOf } from "./node.js";

const TIMES = { acregminMs: 3000, acregmaxMs: 10_000, acdirminMs: 30_000, acdirmaxMs: 60_000 };
const T0 = { seconds: 1, nseconds: 0 };

function attr(over: Partial<nfs3.fattr3> = {}): nfs3.fattr3 {
  return {
    type: nfs3.ftype3.NF3REG,
    mode: 0o644,
    nlink: 1,
    uid: 0,
    gid: 0,
    size: 5n,
    used: 512n,
    rdev: { specdata1: 0, specdata2: 0 },
    fsid: 1n,
    fileid: 2n,
    atime: T0,
    mtime: T0,
    ctime: T0,
    ...over,
  };
}

/** How long attributes put at 0 and confirmed unchanged at each of `at` are trusted after the last. */
function trustedFor(cache: AttrCache, now: number): number {
  for (let ms = 0; ; ms += 500) if (cache.get("f", now + ms) === undefined) return ms;
}

test("times double from min to max while nothing changes", () => {
  const cache = new AttrCache(TIMES);
  cache.put("f", attr(), 0, 0);
  assert.equal(trustedFor(cache, 0), 3000);
  let now = 0;
  for (const expected of [6000, 10_000, 10_000]) {
    now += 60_000;
    cache.put("f", attr(), now, now);
    assert.equal(trustedFor(cache, now), expected);
  }
});

test("a confirmation within the time extends the trust, but does not double it", () => {
  const cache = new AttrCache(TIMES);
  cache.put("f", attr(), 0, 0);
  cache.put("f", attr(), 1000, 1000);
  assert.equal(trustedFor(cache, 1000), 3000);
  cache.put("f", attr(), 3000, 3000);
  assert.equal(trustedFor(cache, 3000), 6000);
});

const changes: readonly [string, Partial<nfs3.fattr3>, boolean][] = [
  ["mtime", { mtime: { seconds: 1, nseconds: 1 } }, true],
  ["ctime", { ctime: { seconds: 2, nseconds: 0 } }, true],
  ["size", { size: 6n }, true],
  ["mode", { mode: 0o600 }, true],
  ["uid", { uid: 1 }, true],
  ["gid", { gid: 1 }, true],
  ["nlink", { nlink: 2 }, true],
  ["fileid", { fileid: 3n }, true],
  ["atime", { atime: { seconds: 9, nseconds: 0 } }, false],
  ["used", { used: 1024n }, false],
];

for (const [name, over, resets] of changes) {
  test(`a change of ${name} ${resets ? "starts over at min" : "is none"}`, () => {
    const cache = new AttrCache(TIMES);
    cache.put("f", attr(), 0, 0);
    cache.put("f", attr(), 5000, 5000);
    cache.put("f", attr(over), 20_000, 20_000);
    assert.equal(trustedFor(cache, 20_000), resets ? 3000 : 10_000);
    assert.deepEqual(cache.get("f", 20_000), attr(over));
  });
}

test("directories have their own times", () => {
  const cache = new AttrCache(TIMES);
  const dir = attr({ type: nfs3.ftype3.NF3DIR });
  cache.put("f", dir, 0, 0);
  assert.equal(trustedFor(cache, 0), 30_000);
  cache.put("f", dir, 40_000, 40_000);
  assert.equal(trustedFor(cache, 40_000), 60_000);
});

test("with all times 0 nothing is ever trusted, and the last news can be peeked at", () => {
  const cache = new AttrCache({ acregminMs: 0, acregmaxMs: 0, acdirminMs: 0, acdirmaxMs: 0 });
  cache.put("f", attr(), 7, 7);
  assert.equal(cache.get("f", 7), undefined);
  assert.deepEqual(cache.peek("f"), attr());
});

test("trust counts from the call, not from its reply", () => {
  const cache = new AttrCache(TIMES);
  cache.put("f", attr(), 1000, 3500);
  assert.notEqual(cache.get("f", 3999), undefined);
  assert.equal(cache.get("f", 4000), undefined);
});

test("a reply that was overtaken brings old news, unless its ctime is newer", () => {
  const cache = new AttrCache(TIMES);
  cache.put("f", attr({ size: 9n }), 2000, 2500);
  cache.put("f", attr({ size: 1n }), 1000, 2600);
  assert.equal(cache.peek("f")?.size, 9n);
  cache.put("f", attr({ size: 10n, ctime: { seconds: 2, nseconds: 0 } }), 1500, 2700);
  assert.equal(cache.peek("f")?.size, 10n);
});

test("the cache is bounded and forgets what was used least recently", () => {
  const cache = new AttrCache(TIMES, 2);
  cache.put("a", attr(), 0, 0);
  cache.put("b", attr(), 0, 0);
  cache.get("a", 0);
  cache.put("c", attr(), 0, 0);
  assert.deepEqual([cache.size, cache.peek("b"), cache.peek("a") !== undefined], [2, undefined, true]);
  cache.expire("a");
  assert.equal(cache.peek("a"), undefined);
});

const DIR = nodeOf(new Uint8Array([1]));
const FILE = nodeOf(new Uint8Array([2]));
const dirAttr = attr({ type: nfs3.ftype3.NF3DIR });
const touched = attr({ type: nfs3.ftype3.NF3DIR, mtime: { seconds: 5, nseconds: 0 } });

test("a name holds while its directory's times stay as they were", () => {
  const names = new NameCache("all");
  names.put(DIR, "f", FILE, dirAttr);
  names.put(DIR, "gone", null, dirAttr);
  assert.equal(names.get(DIR, "f", dirAttr), FILE);
  assert.equal(names.get(DIR, "gone", dirAttr), null);
  assert.equal(names.get(DIR, "other", dirAttr), undefined);
  assert.equal(names.get(DIR, "f", touched), undefined);
  assert.equal(names.get(DIR, "f", undefined), undefined, "the directory's attributes have expired");
  names.put(DIR, "f", FILE, undefined);
  assert.equal(names.get(DIR, "f", dirAttr), undefined, "what cannot be validated is not kept");
});

test("lookupcache: pos remembers no absence, none remembers nothing", () => {
  const pos = new NameCache("pos");
  pos.put(DIR, "f", FILE, dirAttr);
  pos.put(DIR, "gone", null, dirAttr);
  assert.deepEqual([pos.get(DIR, "f", dirAttr), pos.get(DIR, "gone", dirAttr)], [FILE, undefined]);
  const none = new NameCache("none");
  none.put(DIR, "f", FILE, dirAttr);
  assert.equal(none.size, 0);
});
