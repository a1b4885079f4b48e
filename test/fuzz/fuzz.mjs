// Breaks golden messages at random and watches decoders, server and client core: `node test/fuzz/fuzz.mjs --help`.
import { parseArgs } from "node:util";
import { dice, mix } from "./random.mjs";
import { targets } from "./targets.mjs";

const usage = `node test/fuzz/fuzz.mjs [options]      (after npm run build)

  --seconds N       how long altogether (default 60)
  --seed N          the first seed (default 1); each round of a target takes the next
  --target NAME     only ${targets.map(({ name }) => name).join(", ")}; may be repeated
  --case N          only this case of the seed: what a failure prints
`;

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "60" },
    seed: { type: "string", default: "1" },
    target: { type: "string", multiple: true },
    case: { type: "string" },
    help: { type: "boolean", short: "h" },
  },
});
if (values.help) {
  process.stdout.write(usage);
  process.exit();
}
const chosen = targets.filter(({ name }) => values.target === undefined || values.target.includes(name));
if (chosen.length === 0) {
  process.stderr.write(`no target ${values.target}\n\n${usage}`);
  process.exit(2);
}
const end = Date.now() + 1000 * Number(values.seconds);
let failed = 0;
for (let seed = Number(values.seed); ; seed++) {
  for (const target of chosen) await round(target, seed);
  if (values.case !== undefined || failed > 0 || Date.now() > end) break;
}
process.exit(failed > 0 ? 1 : 0);

async function round(target, seed) {
  const began = Date.now();
  const [first, last] =
    values.case === undefined ? [0, target.cases] : [Number(values.case), Number(values.case) + 1];
  let slowest = 0;
  let n = first;
  try {
    for (; n < last; n++) {
      const start = performance.now();
      await target.run(dice(mix(seed, n)));
      slowest = Math.max(slowest, performance.now() - start);
    }
  } catch (error) {
    failed++;
    const again = `node test/fuzz/fuzz.mjs --target ${target.name} --seed ${seed} --case ${n}`;
    process.stdout.write(
      `${target.name}: case ${n} of seed ${seed} FAILED\n${error.stack}\nagain: ${again}\n`,
    );
    return;
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  const mib = Math.round((heapUsed + arrayBuffers) / 2 ** 20);
  process.stdout.write(
    `${target.name}: seed ${seed}, ${n - first} cases in ${Date.now() - began} ms, slowest ${slowest.toFixed(1)} ms, ${mib} MiB\n`,
  );
}
