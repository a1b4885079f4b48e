// Spin as a second opinion: it has to find in our Promela what we find in the same program, state for state.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { avoidsGoal, fairlyAvoidsGoal } from "../../packages/lab/dist/lab/guarded/liveness.fixture.js";
import { compile, goalClaim, neverClaim, toPromela } from "../../packages/lab/dist/lab/guarded/mod.js";
import { samplePrograms } from "../../packages/lab/dist/lab/guarded/programs.fixture.js";
import { searchAll } from "../../packages/lab/dist/lab/guarded/search.fixture.js";
import { onPath } from "../peers/namespace.mjs";
import { run } from "../peers/process.mjs";

const missing = ["spin", "gcc"].filter((command) => !onPath(command));
const skip = missing.length > 0 && `needs ${missing.join(", ")}: apt-get install spin gcc libc6-dev`;

for (const { title, program } of samplePrograms()) {
  describe(`Spin and we agree on ${title}`, { skip, timeout: 120_000 }, () => {
    let dir;
    let model;
    let found;
    before(() => {
      dir = mkdtempSync(join(tmpdir(), "spin-"));
      writeFileSync(join(dir, "model.pml"), toPromela(program));
      model = compile(program);
      found = searchAll(model);
    });
    after(() => rmSync(dir, { recursive: true, force: true }));

    test("on the states and on every step between them", async () => {
      const pan = await verifier(dir, [], ["-DSAFETY", "-DNOCLAIM"]);
      const { output, errors } = await pan([]);
      assert.equal(errors, 0, output);
      // What Spin calls transitions are our successors and its entry into the first state.
      assert.deepEqual(
        { states: figure(output, "states, stored"), generated: figure(output, "transitions") },
        { states: found.states.length, generated: found.generated },
        output,
      );
    });

    test("on what must never be, and on a goal reached however unfair the schedule", async () => {
      const pan = await verifier(dir, [], []);
      const broken = new Set(found.states.map((state) => model.broken(state, 0)));
      for (const [row, name] of Object.keys(program.never).entries()) {
        const { errors } = await pan(["-a", "-N", neverClaim(row)]);
        assert.equal(errors > 0, broken.has(name), name);
      }
      const { errors } = await pan(["-a", "-N", goalClaim]);
      assert.equal(errors > 0, avoidsGoal(found));
    });

    test("on a goal reached by every fair schedule", async () => {
      const [fairBytes] = /-DNFAIR=\d+/.exec(toPromela(program));
      const pan = await verifier(dir, ["-DFAIR"], [fairBytes]);
      const { errors } = await pan(["-a", "-f", "-N", goalClaim]);
      assert.equal(errors > 0, fairlyAvoidsGoal(model));
    });
  });
}

/** Makes Spin's verifier of `model.pml` in `dir`; it says what it printed and how many errors it found. */
async function verifier(dir, forSpin, forGcc) {
  const done = async (command, args) => {
    const { code, stdout, stderr } = await run(command, args, { cwd: dir, timeoutMs: 60_000 });
    assert.equal(code, 0, `${command} ${args.join(" ")}: ${stdout}${stderr}`);
    return stdout;
  };
  await done("spin", [...forSpin, "-o2", "-a", "model.pml"]);
  await done("gcc", ["-w", "-DNOREDUCE", ...forGcc, "-o", "pan", "pan.c"]);
  return async (args) => {
    const output = await done(join(dir, "pan"), ["-m1000000", ...args]);
    assert.doesNotMatch(output, /max search depth too small/, output);
    return { output, errors: figure(output, "errors:") };
  };
}

/** The number before a word of the verifier's report, or behind one that ends in a colon. */
function figure(output, word) {
  const found = word.endsWith(":")
    ? new RegExp(`${word} (\\d+)`).exec(output)
    : new RegExp(`(\\d+) ${word}`).exec(output);
  assert.ok(found, `no ${word} in: ${output}`);
  return Number(found[1]);
}
