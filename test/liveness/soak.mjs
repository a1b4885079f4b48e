// Random outages for as long as you like: node test/liveness/soak.mjs --help
import { randomInt } from "node:crypto";
import { parseArgs } from "node:util";
import { run } from "./run.mjs";
import { median } from "./verdicts.mjs";

const usage = `node test/liveness/soak.mjs [options]

A client process with three mounts (TCP, nconnect=2, UDP) and calls always in flight, a server process, and between them
every trouble of troubles.mjs in random order. Ends with verdicts; status 0 when all are good. Ctrl-C: the verdicts so far.

  --minutes N       how long (default 5)
  --seconds N       how long
  --seed S          the same troubles again (default: random, printed)
  --calls-depth D   operations in flight on each mount (default 6)
  --json            an object a line instead of text
  --quiet           no line for each trouble
`;

const options = arguments_();
if (options !== undefined) await main(options);

function arguments_() {
  const number = (values, name, fallback) => {
    const value = Number(values[name] ?? fallback);
    if (!(value > 0)) throw new Error(`--${name} ${values[name]}: a number above 0 is needed`);
    return value;
  };
  try {
    const text = { type: "string" };
    const flag = { type: "boolean" };
    const { values } = parseArgs({
      options: {
        minutes: text,
        seconds: text,
        seed: text,
        "calls-depth": text,
        json: flag,
        quiet: flag,
        help: flag,
      },
    });
    if (values.help) return void process.stdout.write(usage);
    return {
      ms:
        1000 * (values.seconds === undefined ? 60 * number(values, "minutes", 5) : number(values, "seconds")),
      seed: values.seed === undefined ? randomInt(1, 2 ** 31) : number(values, "seed"),
      depth: number(values, "calls-depth", 6),
      json: values.json === true,
      quiet: values.quiet === true,
    };
  } catch (error) {
    process.stderr.write(`${error.message}\n\n${usage}`);
    process.exitCode = 2;
    return undefined;
  }
}

async function main({ json, quiet, ...how }) {
  const enough = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"]) process.once(name, () => enough.abort());
  const print = (line) => process.stdout.write(`${line}\n`);
  const say = (event) => {
    if (json) print(JSON.stringify(event));
    else if (event.type === "progress") print(progressLine(event));
    else if (event.type === "episode" && (!quiet || event.stuck > 0)) print(episodeLine(event));
  };
  if (!json) print(`seed ${how.seed}, ${how.ms / 1000} s`);
  const result = await run({ ...how, say, signal: enough.signal });
  const ok = result.verdicts.every((verdict) => verdict.ok !== false);
  if (json)
    print(
      JSON.stringify({
        type: "result",
        ok,
        ...result,
        measures: { ...result.measures, byTrouble: Object.fromEntries(result.measures.byTrouble) },
      }),
    );
  else print(summary(result, ok));
  process.exitCode = ok ? 0 : 1;
}

function secs(ms) {
  return ms === undefined ? "–" : `${(ms / 1000).toFixed(2)} s`;
}

function episodeLine({ names, troubleMs, outageMs, cpuMs, first, caughtUpMs, stuck }) {
  const cpu = `${((100 * cpuMs) / outageMs).toFixed(0)} % CPU`;
  const back = first.length === 0 ? "was not silent" : `first answer after ${first.map(secs).join(", ")}`;
  return `  ${secs(troubleMs).padStart(8)}  ${names.join(" + ")}: ${back}, all after ${secs(caughtUpMs)}, ${cpu}${stuck > 0 ? `, STUCK ${stuck}` : ""}`;
}

function progressLine({
  elapsedMs,
  episodes,
  started,
  answered,
  givenUp,
  faults,
  stuck,
  medianMs,
  worstMs,
  memory,
  server,
}) {
  const mb = (bytes) => (bytes === undefined ? "–" : `${(bytes / 2 ** 20).toFixed(0)} MB`);
  return `${(elapsedMs / 60_000).toFixed(0)} min: ${episodes} troubles, ${server.lives} server lives; ${started} calls, ${answered} answered, ${givenUp} given up as told, ${faults.length} faults, ${stuck} stuck; heal to answer median ${secs(medianMs)}, worst ${secs(worstMs)}; heap ${mb(memory?.heapUsed)}, rss ${mb(memory?.rss)}`;
}

function summary({ seed, elapsedMs, measures, tally, verdicts, server }, ok) {
  const mark = { true: "ok  ", false: "FAIL", undefined: "?   " };
  const width = Math.max(...verdicts.map(({ name }) => name.length));
  const { first, caughtUp } = measures;
  return [
    "",
    `seed ${seed}, ${secs(elapsedMs)}: ${measures.episodes} troubles (${secs(measures.outageMs)} in all), ${server.lives} server lives${server.failedStarts > 0 ? `, ${server.failedStarts} starts failed` : ""}`,
    ...[...measures.byTrouble].map(([name, n]) => `  ${String(n).padStart(4)} × ${name}`),
    `heal to first answer: median ${secs(median(first))}, worst ${secs(Math.max(0, ...first))} (${first.length} silent mounts)`,
    `heal to all answered: median ${secs(median(caughtUp))}, worst ${secs(Math.max(0, ...caughtUp))}`,
    `executed by the server: ${server.executed}, of these again over another connection: ${server.again}; ${tally.connects} connects, ${tally.remounts} further mounts`,
    ...server.notices.slice(0, 5).map((text) => `  server: ${text}`),
    ...verdicts.map(({ name, ok, text }) => `${mark[String(ok)]} ${name.padEnd(width)}  ${text}`),
    ...server.twice.slice(0, 20).map((text) => `  twice: ${text}`),
    ...tally.faults.slice(0, 20).map((fault) => `  ${fault}`),
    ok ? "all good" : `NOT good; again with --seed ${seed}`,
  ].join("\n");
}
