import assert from "node:assert/strict";
import { test } from "node:test";
import { newFabric } from "../net/mod.js";
import { DEFAULT_SERVER, DEFAULT_STATER, DEFAULTS, type Preset } from "../scenario/mod.js";
import type { Kernel } from "./kernel.js";
import { newKernel } from "./new-kernel.js";
import { cancelWork, queueWork, takeWork } from "./work.js";

function kernel(preset: Preset): Kernel {
  const staters = [{ ...DEFAULT_STATER, server: "server" }];
  const scenario = {
    ...DEFAULTS,
    preset,
    cpus: 2,
    name: "x",
    title: "x",
    servers: [DEFAULT_SERVER],
    staters,
    timeline: [],
  };
  return newKernel(scenario, 1, newFabric(200));
}

for (const [preset, both] of [
  ["el6-279", true],
  ["v3.6", false],
] as const) {
  test(`${preset}: work that one CPU runs ${both ? "may run on another too" : "waits for that CPU"}`, () => {
    const k = kernel(preset);
    const x = k.xprts[0]!;
    Object.assign(k.threads[0]!, { pc: "xs:connect", xprt: 0 });
    k.here = { cpu: 1, thread: -1 };
    assert.equal(queueWork(k, "xs_tcp_setup_socket", x, 0), true);
    assert.equal(takeWork(k, 1) !== undefined, both);
    assert.equal(takeWork(k, 0) !== undefined, !both);
  });
}

test("pending work is not queued twice; only work that is still in its timer can be cancelled", () => {
  const k = kernel("v3.6");
  const x = k.xprts[0]!;
  assert.equal(queueWork(k, "xprt_autoclose", x, 1000), true);
  assert.equal(queueWork(k, "xprt_autoclose", x, 0), false);
  assert.equal(cancelWork(k, "xprt_autoclose", x), true);
  assert.equal(queueWork(k, "xprt_autoclose", x, 0), true);
  assert.equal(cancelWork(k, "xprt_autoclose", x), false);
});
