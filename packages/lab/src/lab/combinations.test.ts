/**
 * Every subset of the five upstream commits, with and without the report's two fixes, on the report's outage.
 * A change of the model that changes any verdict shows here.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { runScenario } from "./run.js";
import {
  DEFAULT_SERVER,
  DEFAULT_STATER,
  DEFAULTS,
  type Fix,
  type Preset,
  type Scenario,
} from "./scenario/mod.js";

/** Bit 0 first. */
const UPSTREAM: readonly Fix[] = [
  "close-on-close-wait",
  "disconnected-on-close-wait",
  "no-shutdown-on-epipe",
  "quiet-abort",
  "no-error-callback",
];
const REPORT: { readonly [name: string]: readonly Fix[] } = {
  none: [],
  "eagain-to-connect": ["eagain-to-connect"],
  "no-early-wake": ["no-early-wake"],
  both: ["eagain-to-connect", "no-early-wake"],
};
const SECOND = 1_000_000;
const HOST = DEFAULT_SERVER.host;

/** The outage from the first second on, so that a run is short. */
const OUTAGE: Scenario = {
  ...DEFAULTS,
  name: "combinations",
  title: "Combinations",
  maxSteps: 3000,
  untilUs: 12 * SECOND,
  servers: [DEFAULT_SERVER],
  staters: [
    { ...DEFAULT_STATER, server: DEFAULT_SERVER.name, sched: { class: "RR", prio: 50 }, intervalUs: SECOND },
  ],
  timeline: [
    { atUs: SECOND / 2, deed: { do: "blackhole", host: HOST }, line: 0 },
    { atUs: 0, deed: { do: "wait-for", event: "stat-in-flight" }, line: 0 },
    { atUs: 0, deed: { do: "wait", us: SECOND }, line: 0 },
    {
      atUs: 0,
      deed: { do: "restart-server", server: "server", closing: "fin", refuseUs: SECOND / 2 },
      line: 0,
    },
    { atUs: 0, deed: { do: "wait", us: SECOND }, line: 0 },
    { atUs: 0, deed: { do: "heal", host: HOST }, line: 0 },
  ],
};

/** A letter for each subset, 00000 to 11111: recovers, churns, stalls, hangs, breaks, undecided. */
function verdicts(preset: Preset, closing: "fin" | "rst", fixes: readonly Fix[]): string {
  const timeline = OUTAGE.timeline.map((step) =>
    step.deed.do === "restart-server" ? { ...step, deed: { ...step.deed, closing } } : step,
  );
  return Array.from({ length: 32 }, (_, subset) => {
    const chosen = UPSTREAM.filter((_fix, bit) => (subset >> bit) & 1);
    return runScenario({ ...OUTAGE, timeline, preset, fixes: [...chosen, ...fixes] }, 1).verdict[0]!;
  }).join("");
}

type Row = readonly [preset: Preset, closing: "fin" | "rst", verdicts: { readonly [name: string]: string }];

// Either no shutdown on EPIPE (bit 2), or both early wakes gone (bits 3 and 4).
const RST = {
  none: "hhhhrrrrhhhhrrrrhhhhrrrrrrrrrrrr",
  "eagain-to-connect": "r".repeat(32),
  "no-early-wake": "r".repeat(32),
  both: "r".repeat(32),
};
// A close on CLOSE_WAIT (bit 0) connects at once, into the blackhole, and hears of it only from the mount's timeout.
const FIN = {
  none: "hshsrsrshshsrsrshshsrsrsrsrsrsrs",
  "eagain-to-connect": "rs".repeat(16),
  "no-early-wake": "rs".repeat(16),
  both: "rs".repeat(16),
};

const EXPECTED: readonly Row[] = [
  ["v3.6", "rst", RST],
  ["el6-279", "rst", RST],
  ["el6-279", "fin", FIN],
];

for (const [preset, closing, rows] of EXPECTED) {
  for (const [name, fixes] of Object.entries(REPORT)) {
    test(`${preset}, ${closing.toUpperCase()}, the report's fixes: ${name}`, () => {
      assert.equal(verdicts(preset, closing, fixes), rows[name]);
    });
  }
}
