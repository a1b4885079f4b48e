import { median, ratio } from "./measure.mjs";
import { aims, rowName } from "./rows.mjs";

/** One table per group: median, min..max, CPU of both sides, and the ratio to `base`. */
export function table(results, base) {
  const names = Object.keys(results[0].samples);
  const lines = [];
  for (const result of results) {
    const noisy =
      result.foreign > 0.1 ? `   (others used ${Math.round(result.foreign * 100)} % of a core)` : "";
    lines.push(`${rowName(result)}${noisy}`);
    for (const name of names) {
      const samples = result.samples[name];
      const rate = samples.map(({ perSecond }) => perSecond);
      const times = name === base ? "" : `${ratio(result, name, base)?.toFixed(2)} × ${base}`;
      const cpu = ["clientUs", "serverUs"].map((side) =>
        median(samples.map((sample) => sample[side]))
          .toFixed(1)
          .padStart(7),
      );
      lines.push(
        `  ${name.padEnd(16)}${show(median(rate), result).padStart(12)}  ${range(rate, result).padEnd(22)}${cpu.join("")} µs   ${times}`,
      );
    }
  }
  return lines.join("\n");
}

function show(perSecond, { size = 0 }) {
  if (size >= 1 << 20) return `${((perSecond * size) / (1 << 20)).toFixed(0)} MiB/s`;
  return perSecond >= 1e6 ? `${(perSecond / 1e6).toFixed(2)} M/s` : `${(perSecond / 1e3).toFixed(1)} k/s`;
}

function range(rate, result) {
  const bare = (value) => show(value, result).split(" ")[0];
  return `${bare(Math.min(...rate))}..${bare(Math.max(...rate))}`;
}

/** Each aim with what was reached; `undefined` when it was not measured. */
export function verdicts(results) {
  return aims.flatMap((aim) => {
    const row = results.find(
      (result) =>
        result.group === aim.group &&
        result.op === aim.op &&
        result.depth === aim.depth &&
        (aim.op !== "read" || result.size >= 1 << 20),
    );
    const reached = row && ratio(row, aim.of, aim.against);
    if (reached === undefined) return [];
    return [{ ...aim, reached, passed: reached >= aim.ratio }];
  });
}

export function showVerdict({ group, op, depth, of, against, ratio: wanted, reached, passed }) {
  return `${passed ? "reached" : "MISSED "}  ${group} ${op.toUpperCase()} depth ${depth}: ${of} is ${reached.toFixed(2)} × ${against} (aim ${wanted})`;
}
