// The client core in the mill: every schedule of the small worlds, and random ones of the large.
// node bench/mill.mjs [seconds of each random strategy]
import {
  execute,
  LARGE,
  PROPERTIES,
  propertySet,
  SEARCHED,
  searchAll,
  underEveryOrder,
} from "@unstuck/lab/mill";
import { Clnt, Machine } from "unstuck/sunrpc";

const core = { Clnt, Machine };
const seconds = Number(process.argv[2] ?? 5);
const MOST_STATES = 500_000;

function cpuSeconds() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

function endsWell(over, where) {
  if (over === "goal") return;
  process.exitCode = 1;
  console.log(`FAILED ${where}: ${typeof over === "string" ? over : `${over.broken}: ${over.why}`}`);
}

function random(strategy, worlds, properties, what) {
  const begin = cpuSeconds();
  let executions = 0;
  let steps = 0;
  for (let seed = 0; cpuSeconds() - begin < seconds; seed++) {
    for (const world of worlds) {
      const run = execute(world, properties, core, strategy, seed);
      endsWell(run.over, `${world.name}, ${strategy.kind}, seed ${seed}`);
      executions++;
      steps += run.steps;
    }
  }
  const cpu = cpuSeconds() - begin;
  const mean = steps / executions;
  console.log(
    `${what.padEnd(34)} ${Math.round(executions / cpu)} executions/CPU-s of ${Math.round(mean)} steps: ${Math.round(steps / cpu / 1000)} k steps/CPU-s, ${Math.round(steps / cpu / 200)} executions/CPU-s of 200`,
  );
}

function exhaustive(scenario) {
  const begin = cpuSeconds();
  const { states, steps, depth, goals, complete, broken } = searchAll(scenario, PROPERTIES, core, {
    states: MOST_STATES,
  });
  const cpu = cpuSeconds() - begin;
  endsWell(broken === undefined ? "goal" : { broken: broken.property, why: broken.why }, scenario.name);
  console.log(
    `${scenario.name.padEnd(34)} ${String(states).padStart(8)} states ${String(steps).padStart(8)} steps, depth ${depth}, ${goals} ends, ${complete ? "complete" : "INCOMPLETE"}, ${cpu.toFixed(1)} CPU-s`,
  );
}

const all = LARGE.flatMap(underEveryOrder);
random({ kind: "uniform" }, LARGE, PROPERTIES, "random, fast worlds");
random({ kind: "pct", depth: 3 }, LARGE, PROPERTIES, "pct(3), fast worlds");
random({ kind: "uniform" }, all, PROPERTIES, "random, every order of work");
random({ kind: "uniform" }, LARGE, propertySet([]), "random, no property looked at");
SEARCHED.forEach(exhaustive);
