import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { COOKIE_DOTDOT, Listing } from "./listing.js";

const names = fc.uniqueArray(fc.string({ minLength: 1 }), { maxLength: 50 });

test("cookies are ascending, unique, beyond those of . and .., and exact as numbers", () => {
  fc.assert(
    fc.property(names, (all) => {
      const { cookies } = new Listing(all);
      assert.equal(cookies.length, all.length);
      let last = COOKIE_DOTDOT;
      for (const cookie of cookies) {
        assert.ok(cookie > last && Number.isSafeInteger(cookie));
        last = cookie;
      }
    }),
  );
});

test("a name has the same cookie whatever is listed beside it", () => {
  fc.assert(
    fc.property(names, names, (some, others) => {
      const few = new Listing(some);
      const many = new Listing([...new Set([...others, ...some])]);
      for (const [i, name] of few.names.entries()) {
        assert.equal(many.cookies[many.names.indexOf(name)], few.cookies[i]);
      }
    }),
  );
});

test("after() resumes behind a cookie, also one whose name is gone", () => {
  const { names: all, cookies } = new Listing(Array.from({ length: 100 }, (_, i) => `f${i}`));
  const listing = new Listing(all);
  for (const [i, cookie] of cookies.entries()) {
    assert.equal(listing.after(cookie), i + 1);
    const without = new Listing(all.filter((name) => name !== all[i]));
    assert.deepEqual(without.names.slice(without.after(cookie)), all.slice(i + 1));
  }
  assert.equal(listing.after(0), 0);
});

test("cookies do not change from version to version: clients hold them across a server's restart", () => {
  assert.deepEqual([...new Listing(["hello", "ünï"]).cookies], GOLDEN);
});

const GOLDEN = [1713114220670131, 3789390714295691];
