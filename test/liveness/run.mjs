// A run: trouble after trouble, until the time is over or the user has enough.
import { setTimeout as sleep } from "node:timers/promises";
import { randomOf } from "./random.mjs";
import { requireBuild } from "./server.mjs";
import { begin, nextTrouble } from "./troubles.mjs";
import { BOUND_MS, Measures, median, verdictsOf } from "./verdicts.mjs";
import { World } from "./world.mjs";

/** A mount that had no answer for so long before the heal counts for the time to the first answer. */
const QUIET_MS = 250;
/** Pauses for looking at memory and sockets. */
const SAMPLE_EVERY_MS = 15_000;

/**
 * Plays `ms` of a seed. `say` hears what happens; `signal` ends it early, with the verdicts so far.
 * Everything it started is gone when it settles.
 */
export async function run({ ms, seed, depth = 6, mostTroubleMs, say = () => {}, signal }) {
  requireBuild();
  const random = randomOf(seed);
  const world = await World.open({ seed, depth, random });
  try {
    return await play(world, { ms, random, mostTroubleMs, say, signal, seed });
  } finally {
    await world.close();
  }
}

async function play(world, { ms, random, mostTroubleMs, say, signal, seed }) {
  const measures = new Measures();
  const startedAt = performance.now();
  const elapsed = () => performance.now() - startedAt;
  const minutes = everyMinute(() => progress(world, measures, elapsed(), say));
  const timeline = random.fork("timeline");
  let sampledAt = 0;
  try {
    while (elapsed() < ms && signal?.aborted !== true) {
      const { names, ms: troubleMs } = nextTrouble(timeline, mostTroubleMs);
      await episode(world, measures, { names, troubleMs, random: timeline, say, signal });
      if (elapsed() - sampledAt > Math.min(SAMPLE_EVERY_MS, ms / 6)) {
        const sample = await world.client.ask("sample");
        measures.samples.push(sample);
        sampledAt = elapsed();
        if (!sample.quiet) break; // calls hang: the verdicts say which
      }
      await sleep(timeline.between(100, 2500), undefined, { signal }).catch(() => {});
    }
  } finally {
    clearInterval(minutes);
  }
  measures.samples.push(await world.client.ask("sample"));
  const { left, ...tally } = await world.client.ask("end");
  const { code, signal: killedBy } = await world.client.leave();
  const ended = { left, code, signal: killedBy };
  const verdicts = verdictsOf({ measures, tally, server: world.server, ended });
  return { seed, elapsedMs: elapsed(), measures, tally, verdicts, server: serverFacts(world) };
}

/** One trouble, its mending, and the way back. Sometimes the next one comes before that is over. */
async function episode(world, measures, { names, troubleMs, random, say, signal }) {
  const accepted = () => world.tcp.reduce((sum, proxy) => sum + proxy.accepted, 0) / world.tcp.length;
  const before = accepted();
  await world.client.ask("trouble");
  const mend = await begin(names, world, random, troubleMs);
  await sleep(troubleMs, undefined, { signal }).catch(() => {});
  await mend();
  const connects = accepted() - before;
  if (random.chance(0.15)) {
    // Hit while it recovers.
    await sleep(random.between(0, 300));
    const second = nextTrouble(random, Math.min(troubleMs, 2000));
    const mendAgain = await begin(second.names, world, random, second.ms);
    await sleep(second.ms, undefined, { signal }).catch(() => {});
    await mendAgain();
    names = [...names, ...second.names];
  }
  const healed = await world.client.ask("healed", { boundMs: BOUND_MS, quietMs: QUIET_MS });
  measures.episode(names, { ...healed, connects });
  say({ type: "episode", names, troubleMs, ...healed });
}

function everyMinute(act) {
  return setInterval(() => act().catch(() => {}), 60_000);
}

async function progress(world, measures, elapsedMs, say) {
  const tally = await world.client.ask("tally");
  const memory = measures.samples.at(-1);
  say({
    type: "progress",
    elapsedMs,
    episodes: measures.episodes,
    ...tally,
    stuck: measures.stuck,
    medianMs: median(measures.first),
    worstMs: Math.max(0, ...measures.first),
    memory,
    server: serverFacts(world),
  });
}

function serverFacts({ server }) {
  const { lives, executed, again, twice, failedStarts, notices } = server;
  return { lives, executed, again, twice, failedStarts, notices };
}
