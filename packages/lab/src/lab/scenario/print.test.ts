import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { printScenario } from "./print.js";
import {
  type Deed,
  FIXES,
  PREEMPTION,
  PRESETS,
  type Scenario,
  type Sched,
  type Server,
  UNREACHABLES,
  VERDICTS,
  WATCHES,
} from "./scenario.js";
import { parseScenario } from "./yaml.js";

const us = fc.oneof(
  fc.integer({ min: 0, max: 50_000_000 }),
  fc.integer({ min: 0, max: 50 }).map((s) => s * 1_000_000),
);
const sched: fc.Arbitrary<Sched> = fc.oneof(
  fc.constant<Sched>({ class: "OTHER", prio: 0 }),
  fc.record({
    class: fc.constantFrom("FIFO" as const, "RR" as const),
    prio: fc.integer({ min: 1, max: 99 }),
  }),
);
/** Words that YAML would take for something else stand among the ordinary ones. */
const name = fc.oneof(
  fc.constantFrom(
    "null",
    "true",
    "5",
    "~",
    "-",
    "a:",
    "#x",
    "hang.py",
    "1e3",
    "*a",
    "&a",
    "!t",
    "{",
    "0x1f",
    "=",
    "<<",
  ),
  fc
    .string({ unit: "grapheme", minLength: 1, maxLength: 8 })
    .filter((s) => /^\S+$/.test(s) && s !== "rpciod"),
);
const words = fc.oneof(name, fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 }));
const host = fc.ipV4();

/** A step's deed, `heal` only after its blackhole. */
function deed(servers: readonly Server[], staters: readonly string[]): fc.Arbitrary<readonly Deed[]> {
  const server = fc.constantFrom(...servers.map((s) => s.name));
  const stater = fc.constantFrom(...staters);
  return fc.oneof(
    fc.constantFrom(...servers.map((s) => s.host)).map((h): Deed[] => [
      { do: "blackhole", host: h },
      { do: "heal", host: h },
    ]),
    fc
      .record({
        host: fc.constantFrom(...servers.map((s) => s.host)),
        error: fc.constantFrom(...UNREACHABLES),
        from: host,
      })
      .map((r): Deed[] => [
        { do: "icmp", ...r },
        { do: "heal", host: r.host },
      ]),
    stater.map((target): Deed[] => [{ do: "taskset", target, cpus: [0] }]),
    fc
      .record(
        {
          server,
          closing: fc.constantFrom("fin" as const, "rst" as const),
          refuseUs: us,
          queue: fc.record({ backlog: fc.nat(65_535), crowd: fc.nat(65_535), acceptUs: us }),
        },
        { requiredKeys: ["server", "closing", "refuseUs"] },
      )
      .map((r): Deed[] => [{ do: "restart-server", ...r }]),
    fc
      .record({ target: fc.oneof(stater, fc.constant("rpciod")), sched })
      .map((r): Deed[] => [{ do: "chrt", ...r }]),
    stater.map((target): Deed[] => [{ do: "kill", target }]),
    server.map((s): Deed[] => [{ do: "rpcinfo", server: s }]),
    us.map((w): Deed[] => [{ do: "wait", us: w }]),
    fc.constant<Deed[]>([{ do: "wait-for", event: "stat-in-flight" }]),
  );
}

const scenario: fc.Arbitrary<Scenario> = fc
  .record({
    names: fc.uniqueArray(name, { minLength: 4, maxLength: 4 }),
    hosts: fc.uniqueArray(host, { minLength: 2, maxLength: 2 }),
    port: fc.integer({ min: 1, max: 65_535 }),
  })
  .chain(({ names, hosts, port }) => {
    const servers: Server[] = hosts.map((h, i) => ({ name: names[i]!, host: h, port }));
    const [, , first, second] = names as [string, string, string, string];
    const stater = (of: string) =>
      fc.record(
        {
          affinity: fc.constant([0]),
          name: fc.constant(of),
          server: fc.constantFrom(...servers.map((s) => s.name)),
          file: words,
          sched,
          intervalUs: us,
          startUs: us,
        },
        { requiredKeys: ["name", "server", "file", "sched", "intervalUs", "startUs"] },
      );
    return fc.record({
      name,
      title: words,
      preset: fc.constantFrom(...PRESETS),
      fixes: fc.subarray([...FIXES]),
      cpus: fc.integer({ min: 1, max: 64 }),
      preemption: fc.constantFrom(...PREEMPTION),
      rpciod: sched,
      timeoMs: fc.integer({ min: 1, max: 36_000 }).map((tenths) => tenths * 100),
      servers: fc.constant(servers),
      staters: fc.tuple(stater(first), stater(second)),
      timeline: fc
        .array(fc.tuple(us, deed(servers, [first, second])), { maxLength: 6 })
        .map((steps) =>
          steps
            .toSorted((a, b) => a[0] - b[0])
            .flatMap(([atUs, deeds]) => deeds.map((d) => ({ atUs, deed: d, line: 0 }))),
        ),
      latencyUs: fc.constantFrom(0, 1, 200, 40_000),
      rpFilter: fc.boolean(),
      watch: fc.subarray([...WATCHES]),
      untilUs: fc.integer({ min: 50_000_001, max: 86_400_000_000 }),
      maxSteps: fc.integer({ min: 1, max: 1_000_000_000 }),
      expect: fc.constantFrom(...VERDICTS),
    });
  });

test("a printed scenario reads back as itself, lines aside", () => {
  fc.assert(
    fc.property(scenario, (drawn) => {
      // fast-check's records have no prototype.
      const s = structuredClone(drawn);
      const back = parseScenario(printScenario(s), "x.yaml");
      assert.deepEqual({ ...back, timeline: back.timeline.map((step) => ({ ...step, line: 0 })) }, s);
    }),
  );
});

test("what is printed is short and says every key", () => {
  const s = parseScenario("staters: [{ sched: RR 50 }]\ntimeline: [{ at: 1s, wait: 200ms }]", "short.yaml");
  assert.equal(
    printScenario(s),
    `name: short
title: short
preset: el6-279
fixes: []
cpus: 1
preemption: voluntary
rpciod: OTHER
timeo: 600
servers:
  - { name: server, host: 192.168.1.200, port: 2049 }
staters:
  - { name: hang.py, server: server, file: /mnt/test/file.txt, sched: RR 50, interval: 10s, start: 0s }
latency: 200us
rp_filter: false
watch: []
timeline:
  - { at: 1s, wait: 200ms }
until: 60s
max-steps: 1000000
expect: recovers
`,
  );
});
