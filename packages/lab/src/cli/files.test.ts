import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { writeWhole } from "./files.js";

test("a file is replaced whole, and nothing else is left beside it", (t) => {
  const dir = mkdtempSync(join(tmpdir(), "unstuck-lab-"));
  t.after(() => rmSync(dir, { recursive: true }));
  const file = join(dir, "run.txt");
  writeWhole(file, "one");
  writeWhole(file, "two");
  assert.equal(readFileSync(file, "utf8"), "two");
  assert.deepEqual(readdirSync(dir), ["run.txt"]);
});

test("a device is written to, not replaced; a full one is an error", () => {
  writeWhole("/dev/null", "gone");
  assert.equal(statSync("/dev/null").isCharacterDevice(), true);
  assert.throws(() => writeWhole("/dev/full", "x"), { code: "ELAB", message: /ENOSPC/ });
  assert.equal(statSync("/dev/full").isCharacterDevice(), true);
});
