import assert from "node:assert/strict";
import { test } from "node:test";
import { inet_stream_connect, newFabric, newSock } from "../net/mod.js";
import { DEFAULT_SERVER, DEFAULTS, type Preset } from "../scenario/mod.js";
import { hostOf } from "./host.js";
import { newKernel } from "./new-kernel.js";

/** When a SYN that nobody answers goes out for the second time. */
function synAgainUs(preset: Preset): number | undefined {
  const servers = [DEFAULT_SERVER];
  const scenario = { ...DEFAULTS, preset, name: "x", title: "x", servers, staters: [], timeline: [] };
  const k = newKernel(scenario, 1, newFabric(200));
  const sk = newSock(0, { host: k.host, port: 963 });
  inet_stream_connect(hostOf(k), sk, { host: DEFAULT_SERVER.host, port: DEFAULT_SERVER.port });
  return sk.rtoAtUs;
}

test("2.6.32 repeats a SYN after 3 s, 3.x after 1 s", () => {
  assert.equal(synAgainUs("el6-279"), 3_000_000);
  for (const preset of ["v3.6", "v3.7-rc2", "v3.7"] as const) assert.equal(synAgainUs(preset), 1_000_000);
});
