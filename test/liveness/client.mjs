// The process under test: mounts, keeps calls in flight on each, answers the questions of its parent over IPC.
// It alone runs the client, so that its memory, CPU and sockets are the client's.
import { setTimeout as sleep } from "node:timers/promises";
import { connect, mount } from "../../packages/unstuck/dist/node/mod.js";
import { mount3 } from "../../packages/unstuck/dist/program/mod.js";
import { Load } from "./load.mjs";
import { randomOf } from "./random.mjs";

/** unmount() promises to be bounded: closing 2 s, UMNT 1 s; the rest is for a busy machine. */
const UNMOUNT_MS = 8000;

/** Long after everything should have settled. */
const QUIESCE_MS = 20_000;

const loads = [];
const crashes = [];
let random;
let depth;
let plan;
let cpuAt;
let promises;
let churning = Promise.resolve();
let churn = false;
let remounts = 0;

const answers = {
  async start(given) {
    plan = given;
    random = randomOf(plan.seed);
    depth = plan.depth;
    for (const { name, source, options, port, largestBytes } of plan.mounts) {
      const mounted = await mount(source, options);
      loads.push(
        new Load(name, {
          mount: mounted,
          root: await rootHandle(port),
          truth: plan.truth,
          random: random.fork(name),
          largestBytes,
        }),
      );
    }
    resume();
    promises = setInterval(() => {
      for (const load of loads) load.checkPromises();
    }, 250);
  },
  /** The weather turns bad. */
  trouble() {
    cpuAt = { usage: process.cpuUsage(), at: performance.now() };
  },
  /** It is fine again. Resolves when every hard call that was in flight has settled, or `boundMs` has passed. */
  async healed({ boundMs, quietMs }) {
    const healedAt = performance.now();
    const cpu = process.cpuUsage(cpuAt.usage);
    const outageMs = healedAt - cpuAt.at;
    const result = { outageMs, cpuMs: (cpu.user + cpu.system) / 1000, first: [], stuck: 0, caughtUpMs: 0 };
    await Promise.all(
      loads.map(async (load) => {
        const quiet = load.answeredAt < healedAt - quietMs;
        const waiting = load.hard();
        result.stuck += await settle(load, waiting, healedAt, boundMs);
        const firstAt = load.firstAfter;
        if (quiet && waiting.length > 0 && firstAt !== undefined) result.first.push(firstAt - healedAt);
      }),
    );
    result.caughtUpMs = performance.now() - healedAt;
    return result;
  },
  /** Everything settled, nothing new: memory and open things then. */
  async sample() {
    const quiet = await quiesce();
    const sample = measure();
    if (quiet) resume();
    return { ...sample, quiet };
  },
  tally,
  /** Unmounts and lets the process end by itself. */
  async end() {
    await quiesce();
    clearInterval(promises);
    await Promise.all(
      loads.map(async (load) => {
        const startedAt = performance.now();
        await load.mount.unmount();
        const ms = performance.now() - startedAt;
        if (ms > UNMOUNT_MS) load.fault(`unmount took ${Math.round(ms)} ms`);
      }),
    );
    return { ...tally(), left: await leftovers() };
  },
};

/** Waits for `waiting`; counts and describes those of them that are stuck. */
async function settle(load, waiting, healedAt, boundMs) {
  load.firstAfter = undefined;
  const over = new AbortController();
  const first = async () => {
    while (load.answeredAt < healedAt && !over.signal.aborted) await sleep(2);
    if (load.answeredAt >= healedAt) load.firstAfter = load.answeredAt;
  };
  const all = Promise.all([first(), ...waiting.map((call) => call.settled)]);
  const enough = sleep(boundMs, undefined, { signal: over.signal }).catch(() => {});
  if (waiting.length > 0) await Promise.race([all, enough]);
  over.abort();
  const left = new Set(load.hard());
  const stuck = waiting.filter((call) => left.has(call));
  if (stuck.length > 0) {
    const { calls, xprts } = load.mount.caller.snapshot();
    const reasons = [...new Set(calls.map((call) => `${call.state}: ${call.reason.text}`))];
    const history = xprts.map((x) => `${x.state} ${JSON.stringify(x.history.slice(-6))}`);
    load.fault(
      `STUCK: ${stuck.length} calls ${boundMs} ms after the heal (${stuck.map((c) => c.name).join(", ")}); ${reasons.join("; ")}; ${history.join("; ")}`,
    );
  }
  return stuck.length;
}

function resume() {
  for (const load of loads) load.start(depth);
  churn = true;
  churning = remount(random.fork(`churn ${remounts}`));
}

/** Starts nothing more, and waits until everything has settled. False when that does not come. */
async function quiesce() {
  churn = false;
  const over = new AbortController();
  const all = Promise.all([churning, ...loads.map((load) => load.pause())]).then(() => true);
  const enough = sleep(QUIESCE_MS, false, { signal: over.signal }).catch(() => false);
  const quiet = await Promise.race([all, enough]);
  over.abort();
  for (const load of loads) {
    const { length } = load.hard();
    if (length > 0) load.fault(`STUCK: ${length} calls ${QUIESCE_MS} ms after the last one was started`);
  }
  return quiet;
}

/** Mounts and unmounts beside the rest, in all weathers: either is bounded, and leaves nothing behind. */
async function remount(dice) {
  while (churn) {
    const { source, options } = dice.pick(plan.mounts);
    const [load] = loads;
    const startedAt = performance.now();
    const deadlineMs = dice.between(100, 3000);
    const mounted = await mount(source, options, { deadlineMs }).catch((error) => {
      if (error.name !== "XprtError") load.fault(`mount failed with ${error.name}: ${error.message}`);
    });
    if (performance.now() - startedAt > deadlineMs + UNMOUNT_MS)
      load.fault("mount() went on beyond its deadline");
    const closingAt = performance.now();
    const last = mounted?.stat("/small.txt", { deadlineMs: 2000 }).catch((error) => {
      if (error.name !== "XprtError")
        load.fault(`a call during unmount failed with ${error.name}: ${error.message}`);
    });
    await mounted?.unmount();
    if (performance.now() - closingAt > UNMOUNT_MS) load.fault("unmount() was not bounded");
    await last;
    remounts++;
    await sleep(dice.between(50, 1500));
  }
}

async function rootHandle(port) {
  const mountd = await connect({ host: plan.host, port, program: 100005, version: 3 });
  try {
    return (await mount3.mnt(mountd, plan.export)).fhandle;
  } finally {
    await mountd.close();
  }
}

function measure() {
  globalThis.gc();
  globalThis.gc();
  const { heapUsed, rss, arrayBuffers } = process.memoryUsage();
  return { heapUsed, rss, arrayBuffers, open: count(process.getActiveResourcesInfo()) };
}

/** What still holds this process, the channel to the parent left out. Sockets have a moment to close. */
async function leftovers() {
  for (let patience = 30; ; patience--) {
    const open = count(process.getActiveResourcesInfo());
    delete open.PipeWrap;
    delete open.Timeout; // the sleep below; a timer of ours would keep the process from ending, which the parent sees
    if (Object.keys(open).length === 0 || patience === 0) return open;
    await sleep(100);
  }
}

function count(names) {
  const counts = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

function tally() {
  const sum = (key) => loads.reduce((total, load) => total + load[key], 0);
  return {
    started: sum("started"),
    answered: sum("answered"),
    givenUp: sum("givenUp"),
    inFlight: loads.reduce((total, load) => total + load.hard().length, 0),
    connects: loads.flatMap((load) => load.mount.caller.snapshot().xprts).reduce((n, x) => n + x.connects, 0),
    remounts,
    faults: [...crashes, ...loads.flatMap((load) => load.faults)],
  };
}

process.on("uncaughtException", (error) => crashes.push(`CRASH: ${error?.stack ?? error}`));
process.on("SIGINT", () => {}); // a terminal's Ctrl-C is for the parent, which ends us
process.on("disconnect", () => setTimeout(() => process.exit(7), 5000).unref());
process.on("message", async ({ id, ask, given }) => {
  try {
    const answer = await answers[ask](given);
    process.send({ id, answer });
  } catch (error) {
    process.send({ id, error: error?.stack ?? String(error) });
  }
});
process.send({ ready: true });
