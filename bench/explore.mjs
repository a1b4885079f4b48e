// The explorer's search beside Spin's, on the same states: `node bench/explore.mjs [--rounds 5]`. Build first.
// Every entrant is a fresh process each round, so what compiles just in time pays for it; seconds are of CPU.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { cpuOfAll } from "./contender.mjs";
import { median } from "./measure.mjs";

/** What is left of it when orders of steps that commute are left out (`--reduce`). */
const REDUCED = 249_059;

/** Two-phase commit with 8 resource managers. */
const DISTINCT = 1_745_408;
const GENERATED = 18_507_778;
const BASE = "spin dfs";

const source = fileURLToPath(new URL("peers/two-phase-commit.pml", import.meta.url));
/** Both without partial-order reduction, which finds nothing to leave out in one process. */
const spins = [
  { name: "spin dfs", defines: [], args: ["-m10000", "-w22"] },
  { name: "spin bfs", defines: ["-DBFS"], args: ["-w22"] },
];
const ours = ["bfs exact", "dfs exact", "bfs compact", "dfs compact"];

const { values: options } = parseArgs({
  options: { rounds: { type: "string", default: "5" }, one: { type: "string" } },
});
if (options.one !== undefined) await one(options.one);
else bench(Number(options.rounds));

/** One search in this process; prints `{ seconds, distinct, generated, bytes }`. */
async function one(name) {
  const { explore } = await import("../packages/lab/dist/lab/explore/mod.js");
  const { twoPhaseCommit } = await import("../packages/lab/dist/lab/models/mod.js");
  const { compile, twoPhaseProgram } = await import("../packages/lab/dist/lab/guarded/mod.js");
  const [order, store, reduced] = name.split(" ");
  const reduce = reduced !== undefined;
  const before = process.cpuUsage();
  const model = reduce ? compile(twoPhaseProgram(8)) : twoPhaseCommit(8);
  const { distinct, generated, bytes } = explore(model, { order, store, reduce });
  const { user, system } = process.cpuUsage(before);
  console.log(JSON.stringify({ seconds: (user + system) / 1e6, distinct, generated, bytes }));
}

function bench(rounds) {
  const folder = mkdtempSync(join(tmpdir(), "explore-"));
  try {
    const entrants = [...ours.map((name) => ({ name, run: () => runOurs(name) })), ...compileSpins(folder)];
    const samples = new Map(entrants.map(({ name }) => [name, []]));
    const before = { at: performance.now(), all: cpuOfAll() };
    for (let round = 0; round < rounds; round++) {
      for (const { name, run } of entrants) {
        const sample = run();
        if (sample.distinct !== DISTINCT || sample.generated !== GENERATED) {
          throw new Error(
            `${name} found ${sample.distinct} states and ${sample.generated} steps: it did other work`,
          );
        }
        samples.get(name).push(sample);
      }
    }
    const used = [...samples.values()].flat().reduce((sum, { seconds }) => sum + seconds, 0);
    const busy = (cpuOfAll() - before.all - used) / ((performance.now() - before.at) / 1000);
    print(samples, rounds, busy);
    const reduced = Array.from({ length: rounds }, () => runOurs("bfs exact reduced"));
    if (reduced.some(({ distinct }) => distinct !== REDUCED))
      throw new Error("the reduction left other states");
    const seconds = median(reduced.map((sample) => sample.seconds)).toFixed(2);
    console.log(`reduced: ${REDUCED} states, ${reduced[0].generated} steps, ${seconds} s of CPU (bfs exact)`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function runOurs(name) {
  return JSON.parse(run(process.execPath, [fileURLToPath(import.meta.url), "--one", name]).stdout);
}

/** Spin's verifiers compiled with -O2 -DSAFETY; none, and a line that says so, where there is no Spin. */
function compileSpins(folder) {
  if (spawnSync("spin", ["-V"]).error || spawnSync("gcc", ["--version"]).error) {
    console.error("LEFT OUT: Spin and gcc are not both installed (Debian: apt-get install spin gcc).");
    return [];
  }
  run("spin", ["-a", source], folder);
  return spins.map(({ name, defines, args }, i) => {
    const pan = join(folder, `pan-${i}`);
    run("gcc", ["-O2", "-w", "-DSAFETY", "-DNOREDUCE", ...defines, "-o", pan, "pan.c"], folder);
    return { name, run: () => runSpin(pan, args) };
  });
}

function runSpin(pan, args) {
  const { stdout, stderr } = run("bash", ["-c", `TIMEFORMAT="cpu %U %S"; time ${[pan, ...args].join(" ")}`]);
  const [, user, system] = /cpu ([\d.]+) ([\d.]+)/.exec(stderr);
  const figure = (pattern) => Number(pattern.exec(stdout)[1]);
  return {
    seconds: Number(user) + Number(system),
    distinct: figure(/(\d+) states, stored/),
    generated: figure(/(\d+) transitions/),
    bytes: figure(/([\d.]+)\s+total actual memory usage/) * 2 ** 20,
  };
}

function run(command, args, cwd) {
  const done = spawnSync(command, args, { cwd, encoding: "utf8" });
  if (done.status !== 0)
    throw done.error ?? new Error(`${command} ${args.join(" ")}: ${done.stderr}${done.stdout}`);
  return done;
}

function print(samples, rounds, busy) {
  const base = samples.get(BASE);
  console.log(
    `Two-phase commit, 8 resource managers: ${DISTINCT} states, ${GENERATED} steps; ${rounds} rounds.`,
  );
  if (busy > 0.1) console.log(`Others used ${Math.round(busy * 100)} % of a core meanwhile.`);
  console.log("".padEnd(14), "M states/s of CPU: median, min..max", "M steps/s", "bytes/state", `x ${BASE}`);
  for (const [name, rows] of samples) {
    const rates = rows.map(({ seconds }) => DISTINCT / seconds / 1e6);
    const times = base && median(rows.map(({ seconds }, round) => base[round].seconds / seconds)).toFixed(2);
    console.log(
      name.padEnd(14),
      median(rates).toFixed(2).padStart(17),
      `${Math.min(...rates).toFixed(2)}..${Math.max(...rates).toFixed(2)}`.padStart(17),
      ((median(rates) * GENERATED) / DISTINCT).toFixed(1).padStart(9),
      (median(rows.map(({ bytes }) => bytes)) / DISTINCT).toFixed(1).padStart(11),
      (times ?? "").padStart(10),
    );
  }
}
