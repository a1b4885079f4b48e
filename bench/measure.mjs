// Rounds: every contender of a row once, then all again, so that what else happens on the machine meets them all.
import { performance } from "node:perf_hooks";
import { cpuOf, cpuOfAll } from "./contender.mjs";

/**
 * Measures `rows` one after another for `entrants` (`{ name, client, server }`). A sample is calls per second, and CPU time
 * per call of both sides in µs; `foreign` is the share of the machine that somebody else used meanwhile.
 */
export async function* measure(group, rows, entrants, { rounds, seconds, warm }) {
  for (const row of rows) {
    // Just-in-time compilers have to meet the row before it counts; sharing one core, they need about two seconds.
    for (const { client } of entrants) await client.run({ ...row, seconds: 0.05, warm: 1.95 });
    const samples = new Map(entrants.map(({ name }) => [name, []]));
    let ours = 0;
    const before = { at: performance.now(), all: cpuOfAll() };
    for (let round = 0; round < rounds; round++) {
      for (const { name, client, server } of entrants) {
        const cpu = [cpuOf(client.pid), cpuOf(server.pid), cpuOf(process.pid)];
        const { calls, seconds: took, cpu: clientCpu } = await client.run({ ...row, seconds, warm });
        const used = [cpuOf(client.pid), cpuOf(server.pid), cpuOf(process.pid)].map(
          (now, index) => now - cpu[index],
        );
        ours += used.reduce((sum, each) => sum + each, 0);
        samples.get(name).push({
          perSecond: calls / took,
          clientUs: (clientCpu / calls) * 1e6,
          // The kernel's account of another process covers the warm-up too.
          serverUs: (used[1] / (calls * ((took + warm) / took))) * 1e6,
        });
      }
    }
    const elapsed = (performance.now() - before.at) / 1000;
    const foreign = Math.max(0, cpuOfAll() - before.all - ours) / elapsed;
    yield { group, ...row, foreign, samples: Object.fromEntries(samples) };
  }
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** The median of the ratios round by round: what two contenders met at the same time. */
export function ratio(result, of, against) {
  const a = result.samples[of];
  const b = result.samples[against];
  if (a === undefined || b === undefined) return undefined;
  return median(a.map((sample, round) => sample.perSecond / b[round].perSecond));
}
