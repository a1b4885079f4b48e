// The page of reconnect bugs tells of each that is modelled, as it is modelled.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { FAMILY } from "../../packages/lab/dist/lab/mod.js";

const page = readFileSync(new URL("../../docs/internals/reconnect-bugs.md", import.meta.url), "utf8");

test("every situation stands on the page with its verdicts and limits", () => {
  for (const { name, title, source, symptom, cause, fix, limits, expect } of FAMILY) {
    assert.ok(page.includes(`## ${title}\n`), name);
    assert.ok(page.includes(`\`${name}\` · ${source} · broken: **${expect.broken}**`), name);
    for (const text of [symptom, `Cause: ${cause}`, `Repair: ${fix}`, `Left out: ${limits}`])
      assert.ok(page.includes(`\n${text}\n`), `${name}: ${text}`);
  }
  assert.equal(page.match(/^## /gm).length, FAMILY.length);
});
