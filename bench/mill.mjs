// The client core in the mill: every schedule of the small worlds, and random ones of the large.
// node bench/mill.mjs [seconds of each random strategy]
import {
  execute,
  LARGE,
  PRODUCT,
  PROPERTIES,
  propertySet,
  SEARCHED,
  searchAll,
  underEveryOrder,
} from "@unstuck/lab/mill";
import { Clnt, Machine } from "unstuck/sunrpc";
import { inlineMore } from "../packages/lab/dist/cli/inline-more.js";

// As the command does.
inlineMore();

const seconds = Number(process.argv[2] ?? 5);
const NOTHING = propertySet([]);
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

/** Seconds of each row that are not counted: the engine compiles while it runs. */
const WARM_SECONDS = 1.5;
const SLICE_SEEDS = 4;

/** Slices of a few seeds of every world; the median slice is told, since the machine is never quiet for long. */
function random(strategy, worlds, properties, what) {
  let seed = 0;
  let executions = 0;
  let steps = 0;
  const slice = () => {
    const begin = cpuSeconds();
    let taken = 0;
    for (let i = 0; i < SLICE_SEEDS; i++, seed++) {
      for (const world of worlds) {
        const run = execute(world, properties, PRODUCT, strategy, seed);
        endsWell(run.over, `${world.name}, ${strategy.kind}, seed ${seed}`);
        taken += run.steps;
      }
    }
    executions += SLICE_SEEDS * worlds.length;
    steps += taken;
    return taken / (cpuSeconds() - begin);
  };
  const until = (end, each) => {
    while (cpuSeconds() < end) each(slice());
  };
  until(cpuSeconds() + WARM_SECONDS, () => {});
  const rates = [];
  until(cpuSeconds() + seconds, (rate) => rates.push(rate));
  rates.sort((one, other) => one - other);
  const at = (part) => rates[Math.floor(part * (rates.length - 1))];
  const mean = steps / executions;
  const figures = [at(0.5) / mean, at(0.5) / 200, at(0.1) / 200, at(0.9) / 200].map(Math.round);
  console.log(
    `${what.padEnd(34)} ${figures[0]} executions/CPU-s of ${Math.round(mean)} steps; of 200 steps: median ${figures[1]}, deciles ${figures[2]} to ${figures[3]}`,
  );
}

/** The steps of an execution of a world, on the average. */
function meanSteps(world) {
  const seeds = 40;
  let steps = 0;
  for (let seed = 0; seed < seeds; seed++) {
    steps += execute(world, NOTHING, PRODUCT, { kind: "uniform" }, seed).steps;
  }
  return steps / seeds;
}

/** The same world with so many times the calls that its executions have about 200 steps. */
function lengthened(world) {
  const times = Math.max(1, Math.round(200 / meanSteps(world)));
  return { ...world, calls: Array.from({ length: times }, () => world.calls).flat() };
}

/** A world whose executions have about 200 steps as it is. */
function isMiddling(world) {
  const steps = meanSteps(world);
  return steps >= 100 && steps <= 300;
}

/** The same events once more, nobody around the core: what no mill can be faster than. */
function coreAlone() {
  let events = [];
  class Recorded extends Clnt {
    step(now, event) {
      events.push([now, kept(event)]);
      return super.step(now, event);
    }
  }
  let steps = 0;
  const runs = client.flatMap((world) =>
    Array.from({ length: 20 }, (_, seed) => {
      events = [];
      steps += execute(world, NOTHING, { ...PRODUCT, Clnt: Recorded }, { kind: "uniform" }, seed).steps;
      return { config: world.config, events };
    }),
  );
  const once = () => {
    for (const run of runs) {
      const machine = new Machine(run.config, 0);
      machine.random = () => 0.5;
      const clnt = new Clnt(run.config, 0, machine);
      for (const [now, event] of run.events) clnt.step(now, event);
    }
  };
  const warm = cpuSeconds() + WARM_SECONDS;
  while (cpuSeconds() < warm) once();
  const begin = cpuSeconds();
  let times = 0;
  for (; cpuSeconds() - begin < seconds; times++) once();
  const cpu = cpuSeconds() - begin;
  const count = runs.reduce((sum, run) => sum + run.events.length, 0);
  console.log(
    `${"the core alone, uniform".padEnd(34)} ${Math.round((times * runs.length) / cpu)} executions/CPU-s of ${Math.round(count / runs.length)} events: ${((cpu * 1e6) / times / count).toFixed(2)} µs an event, ${Math.round((times * steps) / cpu / 200)} executions/CPU-s of 200 steps`,
  );
}

/** An event is good for one step, and its bytes are the core's to write to. */
function kept(event) {
  if (event.type === "data") return { ...event, bytes: event.bytes.slice() };
  if (event.type !== "call") return { ...event };
  const { bytes, start, end } = event.record;
  return { ...event, record: { bytes: bytes.slice(start, end), start: 0, end: end - start } };
}

function exhaustive(scenario) {
  const begin = cpuSeconds();
  const { states, steps, depth, goals, complete, broken } = searchAll(scenario, PROPERTIES, PRODUCT, {
    states: MOST_STATES,
  });
  const cpu = cpuSeconds() - begin;
  endsWell(broken === undefined ? "goal" : { broken: broken.property, why: broken.why }, scenario.name);
  console.log(
    `${scenario.name.padEnd(34)} ${String(states).padStart(8)} states ${String(steps).padStart(8)} steps, depth ${depth}, ${goals} ends, ${complete ? "complete" : "INCOMPLETE"}, ${cpu.toFixed(1)} CPU-s`,
  );
}

const client = LARGE.filter(({ server }) => server === "model");
const both = LARGE.filter(({ server }) => server === "svc");
const all = client.flatMap(underEveryOrder);
const middling = client.filter(isMiddling);
const long = client.map(lengthened);
random({ kind: "uniform" }, middling, PROPERTIES, "random, worlds of about 200 steps");
random({ kind: "pct", depth: 3 }, middling, PROPERTIES, "pct(3), worlds of about 200 steps");
random({ kind: "uniform" }, long, PROPERTIES, "random, lengthened to about 200");
random({ kind: "pct", depth: 3 }, long, PROPERTIES, "pct(3), lengthened to about 200");
random({ kind: "uniform" }, client, PROPERTIES, "random, fast worlds");
random({ kind: "pct", depth: 3 }, client, PROPERTIES, "pct(3), fast worlds");
random({ kind: "uniform" }, all, PROPERTIES, "random, every order of work");
random({ kind: "uniform" }, client, NOTHING, "random, no property looked at");
random({ kind: "uniform" }, both, PROPERTIES, "random, with our own server");
coreAlone();
SEARCHED.forEach(exhaustive);
