import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { BAD_YAML } from "./bad-yaml.fixture.js";
import { DEFAULT_SERVER, DEFAULT_STATER, DEFAULTS, ScenarioError } from "./mod.js";
import { parseScenario } from "./yaml.js";

/** What is said about a file, without the file's name. */
function says(text: string): string[] {
  try {
    parseScenario(text, "x.yaml");
  } catch (error) {
    assert.ok(error instanceof ScenarioError, String(error));
    return error.message.split("\n").map((line) => line.replace("x.yaml:", ""));
  }
  return [];
}

for (const [what, text, expected] of BAD_YAML) {
  test(`refused: ${what}`, () => assert.deepEqual(says(text), expected));
}

test("what a file leaves out is the default", () => {
  assert.deepEqual(parseScenario("staters: [{}]", "dir/one two.yaml"), {
    ...DEFAULTS,
    name: "one-two",
    title: "one-two",
    servers: [DEFAULT_SERVER],
    staters: [{ ...DEFAULT_STATER, server: "server" }],
    timeline: [],
  });
});

test("every key is read, every deed, in human spelling", () => {
  const s = parseScenario(
    `name: all
title: "All: of it"
preset: v3.7-rc2
fixes: [no-early-wake, quiet-abort]
cpus: 2
preemption: full
rpciod: FIFO 10
mount: ro,hard,vers=3,timeo=50
servers:
  - { name: nas, host: 10.0.0.1, port: 20049 }
  - { name: other, host: 10.0.0.2 }
staters:
  - { name: a.py, server: other, file: /mnt/a, sched: RR 50, interval: 1.5s, start: 200ms, affinity: [1] }
  - { name: b.py }
timeline:
  - { at: 1s, blackhole: 10.0.0.1 }
  - { wait-for: stat-in-flight }
  - { wait: 5us }
  - { restart: nas }
  - { at: 3s, restart: other, closing: rst, refuse: 0 }
  - { at: 4s, heal: 10.0.0.1 }
  - { chrt: rpciod, sched: RR 51 }
  - { chrt: a.py, sched: OTHER }
  - { kill: b.py }
  - { rpcinfo: nas }
  - { taskset: a.py, cpus: [0, 1] }
  - { restart: nas, backlog: 2, crowd: 3, accept: 4s }
  - { icmp: host-unreachable, host: 10.0.0.1, from: 10.0.0.9 }
latency: 5ms
rp_filter: true
watch: [no-shutdown-while-connecting]
until: 2min
max-steps: 10
expect: stalls
`,
    "f.yaml",
  );
  assert.deepEqual(s, {
    name: "all",
    title: "All: of it",
    preset: "v3.7-rc2",
    fixes: ["no-early-wake", "quiet-abort"],
    cpus: 2,
    preemption: "full",
    rpciod: { class: "FIFO", prio: 10 },
    timeoMs: 5000,
    servers: [
      { name: "nas", host: "10.0.0.1", port: 20049 },
      { name: "other", host: "10.0.0.2", port: 2049 },
    ],
    staters: [
      {
        name: "a.py",
        server: "other",
        file: "/mnt/a",
        sched: { class: "RR", prio: 50 },
        intervalUs: 1_500_000,
        startUs: 200_000,
        affinity: [1],
      },
      { ...DEFAULT_STATER, name: "b.py", server: "nas" },
    ],
    timeline: [
      { atUs: 1_000_000, deed: { do: "blackhole", host: "10.0.0.1" }, line: 16 },
      { atUs: 1_000_000, deed: { do: "wait-for", event: "stat-in-flight" }, line: 17 },
      { atUs: 1_000_000, deed: { do: "wait", us: 5 }, line: 18 },
      {
        atUs: 1_000_000,
        deed: { do: "restart-server", server: "nas", closing: "fin", refuseUs: 1_000_000 },
        line: 19,
      },
      {
        atUs: 3_000_000,
        deed: { do: "restart-server", server: "other", closing: "rst", refuseUs: 0 },
        line: 20,
      },
      { atUs: 4_000_000, deed: { do: "heal", host: "10.0.0.1" }, line: 21 },
      { atUs: 4_000_000, deed: { do: "chrt", target: "rpciod", sched: { class: "RR", prio: 51 } }, line: 22 },
      { atUs: 4_000_000, deed: { do: "chrt", target: "a.py", sched: { class: "OTHER", prio: 0 } }, line: 23 },
      { atUs: 4_000_000, deed: { do: "kill", target: "b.py" }, line: 24 },
      { atUs: 4_000_000, deed: { do: "rpcinfo", server: "nas" }, line: 25 },
      { atUs: 4_000_000, deed: { do: "taskset", target: "a.py", cpus: [0, 1] }, line: 26 },
      {
        atUs: 4_000_000,
        deed: {
          do: "restart-server",
          server: "nas",
          closing: "fin",
          refuseUs: 1_000_000,
          queue: { backlog: 2, crowd: 3, acceptUs: 4_000_000 },
        },
        line: 27,
      },
      {
        atUs: 4_000_000,
        deed: { do: "icmp", error: "host-unreachable", host: "10.0.0.1", from: "10.0.0.9" },
        line: 28,
      },
    ],
    latencyUs: 5000,
    rpFilter: true,
    watch: ["no-shutdown-while-connecting"],
    untilUs: 120_000_000,
    maxSteps: 10,
    expect: "stalls",
  });
});

test("timeo alone says the same as in mount, in tenths of a second", () => {
  assert.equal(parseScenario("staters: [{}]\ntimeo: 50", "x").timeoMs, 5000);
});

test("an anchor may stand for a value", () => {
  const s = parseScenario("rpciod: &high RR 51\nstaters: [{ sched: *high }]", "x");
  assert.deepEqual(s.staters[0]?.sched, { class: "RR", prio: 51 });
});

test("an error carries the first problem's code and place, and all problems", () => {
  assert.throws(
    () => parseScenario("cpus: 0\npreset: v3.8\nstaters: [{}]\n", "dir/x.yaml"),
    (error) => {
      assert.ok(error instanceof ScenarioError);
      const { code, file, line, column, problems } = error;
      assert.deepEqual(
        { code, file, line, column },
        { code: "bad-value", file: "dir/x.yaml", line: 1, column: 7 },
      );
      assert.deepEqual(
        problems.map((p) => p.code),
        ["bad-value", "unknown-word"],
      );
      return true;
    },
  );
});

test("whatever a file holds, it is a scenario or a ScenarioError", () => {
  const word = fc.constantFrom(
    ...[
      "staters",
      "timeline",
      "servers",
      "mount",
      "fixes",
      "at",
      "kill",
      "restart",
      "RR 50",
      "1s",
      "-1s",
      "0",
      "&a",
    ],
    ...[
      "*a",
      "!t",
      "{",
      "}",
      "[",
      "]",
      ": ",
      "- ",
      ", ",
      "\n",
      "\n  ",
      "\t",
      '"',
      "? ",
      "<<",
      "__proto__",
      "~",
      "---\n",
    ],
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(word, fc.string({ maxLength: 3 })), { maxLength: 30 }), (parts) => {
      says(parts.join(""));
      says(`staters: [{}]\ntimeline:\n  - ${parts.join("")}`);
    }),
    { numRuns: 300 },
  );
});
