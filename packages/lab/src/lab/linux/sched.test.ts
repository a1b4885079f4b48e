/** Where a woken thread runs, by the CPUs it may run on. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { newFabric } from "../net/mod.js";
import { DEFAULT_SERVER, DEFAULT_STATER, DEFAULTS, type Stater } from "../scenario/mod.js";
import type { Kernel, Thread } from "./kernel.js";
import { newKernel } from "./new-kernel.js";
import { setAffinity, wakeThread } from "./sched.js";

/** Two CPUs and their workers, and staters at RR 50. */
function kernel(...affinities: (readonly number[] | undefined)[]): { k: Kernel; staters: Thread[] } {
  const staters = affinities.map((affinity, i): Stater => {
    const stater = {
      ...DEFAULT_STATER,
      name: `s${i}`,
      server: "server",
      sched: { class: "RR", prio: 50 },
    } as const;
    return affinity === undefined ? stater : { ...stater, affinity };
  });
  const scenario = {
    ...DEFAULTS,
    cpus: 2,
    name: "x",
    title: "x",
    servers: [DEFAULT_SERVER],
    staters,
    timeline: [],
  };
  const k = newKernel(scenario, 1, newFabric(200));
  return { k, staters: k.threads.filter(({ program }) => program >= 0) };
}

const running = (k: Kernel) => k.cpus.map(({ current }) => k.threads[current]?.name ?? "idle");

test("a thread goes to the idle CPU, unless it may not", () => {
  const free = kernel([0], undefined);
  for (const stater of free.staters) {
    stater.cpu = 0;
    wakeThread(free.k, stater);
  }
  assert.deepEqual(running(free.k), ["s0", "s1"]);
  const held = kernel([0], [0]);
  for (const stater of held.staters) wakeThread(held.k, stater);
  assert.deepEqual(running(held.k), ["s0", "idle"]);
});

test("a CPU that falls idle pulls only whom it may run", () => {
  const { k, staters } = kernel([0], [0], [1]);
  for (const stater of staters) wakeThread(k, stater);
  assert.deepEqual(running(k), ["s0", "s2"]);
  setAffinity(k, staters[2]!, [0]);
  assert.deepEqual(running(k), ["s0", "idle"]);
  setAffinity(k, staters[1]!, [1]);
  assert.deepEqual(running(k), ["s0", "s1"]);
});

test("a thread that runs where it may not moves at once, a sleeping one when it wakes", () => {
  const { k, staters } = kernel(undefined, undefined);
  const [first, second] = staters as [Thread, Thread];
  wakeThread(k, first);
  setAffinity(k, first, [1]);
  assert.deepEqual(running(k), ["idle", "s0"]);
  setAffinity(k, second, [0]);
  wakeThread(k, second);
  assert.deepEqual(running(k), ["s1", "s0"]);
});
