import { performance } from "node:perf_hooks";
import { Command } from "commander";
import {
  buildGraph,
  formatSchedule,
  type Graph,
  judge,
  LIMITS,
  newSchedule,
  pointOfNoReturn,
  subjectOf,
  tellSchedule,
} from "../lab/mod.js";
import { readModel } from "./models.js";
import { count } from "./options.js";
import { storyText } from "./story.js";

interface ExploreOptions {
  readonly maxStates: number;
  readonly maxSeconds: number;
  readonly json?: true;
  readonly quiet?: true;
}

/** `lab explore`. */
export function exploreCommand(): Command {
  return new Command("explore")
    .description("Every schedule of a model: its verdict, and the shortest schedule that shows it")
    .argument("<model>", "a name, see `unstuck lab models`")
    .option("--max-states <number>", "give up above so many", count, 20_000_000)
    .option("--max-seconds <number>", "give up after so long", count, 600)
    .option("--json", "as JSON")
    .option("-q, --quiet", "only the verdict")
    .action((name: string, options: ExploreOptions) => {
      const model = readModel(name);
      const began = performance.now();
      const graph = buildGraph(model, {
        states: options.maxStates,
        stop: () => (performance.now() - began) / 1000 > options.maxSeconds,
      });
      const told = tell(graph);
      const seconds = (performance.now() - began) / 1000;
      if (options.json)
        process.stdout.write(`${JSON.stringify({ model: name, seconds, ...told }, undefined, 2)}\n`);
      else process.stdout.write(text(graph, told, seconds, options.quiet === true));
      if (!told.complete && told.verdict === "undecided") process.exitCode = 1;
    });
}

type Told = ReturnType<typeof tell>;

function tell(graph: Graph) {
  const { model } = graph;
  const { verdict, complete, why, reachesGoal, property, witness } = judge(graph);
  const figures = {
    verdict,
    property,
    states: graph.count,
    steps: graph.target.length,
    complete,
    why,
    reachesGoal,
  };
  if (witness === undefined)
    return { ...figures, exact: undefined, noReturn: undefined, line: undefined, schedule: [] };
  const { prefix, cycle, exact } = witness;
  const loops = cycle !== undefined && cycle.choices.length > 0;
  const steps = loops ? [...prefix.choices, ...cycle.choices] : prefix.choices;
  const schedule = newSchedule(subjectOf(model), steps, loops ? prefix.choices.length : undefined);
  return {
    ...figures,
    exact,
    noReturn: verdict === "hangs" ? pointOfNoReturn(graph, prefix).after : undefined,
    line: formatSchedule(schedule),
    schedule: tellSchedule(model, schedule),
  };
}

/** What a verdict means, in a line. */
const MEANS: { readonly [verdict in Told["verdict"]]: string } = {
  breaks: "a state can be reached that must never be",
  hangs: "a state can be reached from which nothing leads to the goal",
  stalls: "from some state only a timer that was not meant for it leads to the goal",
  churns: "the goal stays in reach, but a fair schedule can go round for ever",
  recovers: "every fair schedule reaches the goal",
  undecided: "nothing bad was met, and not every state was looked at",
};

function text(graph: Graph, told: Told, seconds: number, quiet: boolean): string {
  const { verdict, property, states, steps, complete, why, reachesGoal, line, noReturn } = told;
  const rate = Math.round(states / Math.max(seconds, 0.001)).toLocaleString("en");
  const lines = [
    ...(quiet || told.schedule.length === 0 ? [] : [storyText(told.schedule, noReturn)]),
    `${graph.model.name}: ${verdict}${property === undefined ? "" : ` (${property})`}`,
    `  ${MEANS[verdict]}`,
    `  ${states.toLocaleString("en")} states, ${steps.toLocaleString("en")} steps, ${seconds.toFixed(2)} s (${rate} states/s)`,
    ...(complete ? [] : [`  incomplete: ${why}; the truth may be worse`]),
    ...(reachesGoal ? [] : ["  no schedule at all reaches the goal: a repair of the same model should"]),
    ...(noReturn === 0 ? ["  inevitable: nothing could be saved from the beginning"] : []),
    ...(graph.model.name.startsWith("reconnect_") ? [`  the model: ${LIMITS}`] : []),
    ...(line === undefined ? [] : [`again: unstuck lab replay '${line}'`]),
  ];
  return `${lines.join("\n")}\n`;
}
