import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const says = (script, ...args) =>
  spawnSync(process.execPath, [join(root, "tools", script), ...args], {
    encoding: "utf8",
    env: { ...process.env, NODE_TEST_CONTEXT: undefined },
  });

for (const script of ["test.mjs", "bench.mjs"]) {
  test(`${script} --help says how, and ends well`, () => {
    const done = says(script, "--help");
    assert.equal(done.status, 0, done.stderr);
    assert.match(done.stdout, /^npm (test|run bench) -- \[options\]/);
  });

  test(`${script} refuses an option it does not know, and says which there are`, () => {
    const done = says(script, "--nope");
    assert.equal(done.status, 1);
    assert.match(done.stderr, /--nope[\s\S]*--quick/);
  });
}

test("test.mjs refuses a time that is none", () => {
  const done = says("test.mjs", "--timeout", "soon");
  assert.equal(done.status, 1);
  assert.match(done.stderr, /--timeout soon/);
});

test("bench.mjs refuses a group that is none", () => {
  const done = says("bench.mjs", "--only", "everything");
  assert.equal(done.status, 1);
  assert.match(done.stderr, /--only everything: it is one of client, awake, ganesha, server/);
});

test("the lock file names every optional package, or npm ci would refuse it", () => {
  const { packages } = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8"));
  const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies)
      .filter(
        (name) => !(`node_modules/${name}` in packages) && !(`${path}/node_modules/${name}` in packages),
      )
      .map((name) => `${path}: ${name}`),
  );
  assert.deepEqual(missing, []);
});
