/** A search, as the thread runs it. */
import { performance } from "node:perf_hooks";
import {
  buildGraph,
  checkpointOf,
  compile,
  explore,
  formatSchedule,
  judge,
  LIMITS,
  type Model,
  newSchedule,
  type Path,
  pointOfNoReturn,
  subjectOf,
  tellSchedule,
} from "../lab/mod.js";
import { readCheckpoint, readGraph, writeCheckpoint, writeGraph } from "./explore-checkpoint.js";
import { type Control, isAskedToStop, tellGauge } from "./explore-control.js";
import type { Budget, Found, Job, Safety, Story } from "./explore-job.js";
import { nearestPassing } from "./explore-passing.js";
import { watchModel } from "./explore-watched.js";
import { LabError } from "./failure.js";
import { readModel, readProgram } from "./models.js";

/** Does what `job` asks for. Throws LabError where the fault is the caller's or the disk's. */
export function search(job: Job, control: Control): Found {
  const model = job.safety?.reduce === true ? compile(readProgram(job.model)) : readModel(job.model);
  const about = {
    model: job.model,
    limits: job.model.startsWith("reconnect_") ? LIMITS : undefined,
    actors: model.actors.map(({ name }) => name),
    initial: model.print(model.initial(), 0),
  };
  return {
    ...about,
    ...(job.safety === undefined ? verdict(job, model, control) : safety(job, job.safety, model, control)),
  };
}

type Rest = Omit<Found, "model" | "limits" | "actors" | "initial">;

function verdict(job: Job, model: Model, control: Control): Rest {
  const clock = newClock(job.budget, control);
  const before = process.memoryUsage().arrayBuffers;
  const from = job.resume === undefined ? undefined : readGraph(job.resume, model);
  const watched = watchModel(model, from);
  const graph = buildGraph(watched.model, {
    from,
    states: job.budget.maxStates,
    stop: () => {
      const bytes = Math.max(process.memoryUsage().arrayBuffers - before, 0);
      const { states, expanded, depth } = watched.figures();
      tellGauge(control, { states, depth, frontier: states - expanded, bytes });
      return clock.isOver(bytes);
    },
  });
  const judgement = judge(graph);
  const { verdict, property, complete, why, reachesGoal, witness } = judgement;
  const figures = {
    verdict,
    property,
    complete,
    why: why === "stopped" ? clock.why() : why,
    interrupted: clock.interrupted(),
    states: graph.count,
    steps: graph.target.length,
    depth: watched.figures().depth,
    searched: undefined,
    checkpoint: complete ? undefined : written(job, (file) => writeGraph(file, checkpointOf(graph), model)),
  };
  if (witness === undefined) {
    const judged = { reachesGoal, exact: undefined };
    return {
      ...figures,
      ...NOTHING,
      judged,
      passing: undefined,
      noReturn: undefined,
      seconds: clock.seconds(),
    };
  }
  const { prefix, cycle, exact } = witness;
  const loops = cycle !== undefined && cycle.choices.length > 0;
  const steps = loops ? [...prefix.choices, ...cycle.choices] : prefix.choices;
  const passing = nearestPassing(graph, judgement);
  return {
    ...figures,
    ...storyOf(model, steps, loops ? prefix.choices.length : undefined),
    judged: { reachesGoal, exact },
    noReturn: verdict === "hangs" ? pointOfNoReturn(graph, prefix).after : undefined,
    passing: passing === undefined ? undefined : { ...storyOf(model, passing.steps), shared: passing.shared },
    seconds: clock.seconds(),
  };
}

function safety(job: Job, asked: Safety, model: Model, control: Control): Rest {
  const clock = newClock(job.budget, control);
  const { maxStates, maxMegabytes } = job.budget;
  const from = job.resume === undefined ? undefined : readCheckpoint(job.resume, model, asked);
  const order = asked.order ?? from?.order ?? "bfs";
  const store = asked.store ?? from?.store ?? "exact";
  const done = explore(model, {
    order,
    store,
    reduce: asked.reduce,
    states: maxStates,
    ...(maxMegabytes === undefined ? {} : { bytes: maxMegabytes * 1e6 }),
    untilBroken: !asked.goOn,
    every: 4096,
    onProgress: ({ distinct, depth, frontier, bytes }) =>
      tellGauge(control, { states: distinct, depth, frontier, bytes }),
    stop: () => clock.isOver(0),
    checkpoint: job.checkpoint !== undefined,
    ...(from === undefined ? {} : { from }),
  });
  const why =
    done.why === "stopped" ? clock.why() : done.why?.endsWith(" bytes") ? megabytes(job.budget) : done.why;
  const shown = done.broken ?? done.deadEnd;
  const found = done.broken ? "breaks" : done.deadEnd ? "stuck" : done.complete ? "safe" : "undecided";
  return {
    verdict: found,
    property: done.broken && model.broken(done.broken.states, done.broken.choices.length * model.words),
    complete: done.complete,
    why,
    interrupted: clock.interrupted(),
    states: done.distinct,
    steps: done.generated - 1,
    depth: done.depth,
    noReturn: undefined,
    passing: undefined,
    judged: undefined,
    ...(shown === undefined ? NOTHING : storyOf(model, namesAlong(model, shown))),
    searched: {
      order,
      store,
      reduced: asked.reduce,
      goals: done.goal,
      frontier: done.frontier,
      bytes: done.bytes,
      bytesPerState: done.bytesPerState,
      omission: done.omission,
    },
    checkpoint:
      done.checkpoint === undefined || why === "broken"
        ? undefined
        : written(job, (file) => writeCheckpoint(file, done.checkpoint!, model)),
    seconds: clock.seconds(),
  };
}

/** Writes a checkpoint where it was asked for. */
function written({ checkpoint }: Job, write: (file: string) => void): Found["checkpoint"] {
  if (checkpoint === undefined) return undefined;
  return { file: checkpoint, failed: failureOf(() => write(checkpoint)) };
}

const NOTHING = { line: undefined, schedule: [] };

function storyOf(model: Model, steps: readonly string[], loopAt?: number): Story {
  const schedule = newSchedule(subjectOf(model), steps, loopAt);
  return { line: formatSchedule(schedule), schedule: tellSchedule(model, schedule) };
}

const namesAlong = (model: Model, { choices }: Path): readonly string[] =>
  choices.map((choice) => model.choices[choice]!.name);

function failureOf(write: () => void): string | undefined {
  try {
    write();
    return undefined;
  } catch (error) {
    if (error instanceof LabError) return error.message;
    throw error;
  }
}

const megabytes = ({ maxMegabytes }: Budget): string => `${maxMegabytes} megabytes`;

/** Seconds since now, and what ended the search: asked between two states. */
function newClock(budget: Budget, control: Control) {
  const began = performance.now();
  const seconds = (): number => (performance.now() - began) / 1000;
  let why: string | undefined;
  return {
    seconds,
    isOver(bytes: number): boolean {
      if (isAskedToStop(control)) why = INTERRUPTED;
      else if (seconds() > budget.maxSeconds) why = `${budget.maxSeconds} seconds`;
      else if (bytes > (budget.maxMegabytes ?? Infinity) * 1e6) why = megabytes(budget);
      return why !== undefined;
    },
    why: () => why,
    interrupted: () => why === INTERRUPTED,
  };
}

const INTERRUPTED = "interrupted";
