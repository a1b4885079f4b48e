/** What a search has found, for people. */
import type { Found, Searched } from "./explore-job.js";
import { storyText } from "./story.js";

/** What a verdict means, in a line. */
export const MEANS: { readonly [verdict in Found["verdict"]]: string } = {
  breaks: "a state can be reached that must never be",
  hangs: "a state can be reached from which nothing leads to the goal",
  stalls: "from some state only a timer that was not meant for it leads to the goal",
  churns: "the goal stays in reach, but a fair schedule can go round for ever",
  recovers: "every fair schedule reaches the goal",
  undecided: "nothing bad was met, and not every state was looked at",
  stuck: "a state can be reached where nothing can happen any more, and it is no goal",
  safe: "no state can be reached that must never be, and nothing ends but in the goal",
};

/** One line: the verdict, the figures, and what ended it early. */
export function lineText({ model, verdict, property, states, seconds, complete, why }: Found): string {
  const what = property === undefined ? verdict : `${verdict} (${property})`;
  const early = complete ? "" : `, incomplete: ${why}`;
  return `${model}: ${what}, ${states.toLocaleString("en")} states, ${seconds.toFixed(2)} s${early}\n`;
}

/** The story and all figures; `quiet`: without the story. */
export function foundText(found: Found, quiet: boolean): string {
  const { model, verdict, property, states, steps, depth, complete, why, line, noReturn, seconds } = found;
  const rate = Math.round(states / Math.max(seconds, 0.001)).toLocaleString("en");
  const lines = [
    ...(quiet || found.schedule.length === 0 ? [] : [storyText(found.schedule, noReturn)]),
    `${model}: ${verdict}${property === undefined ? "" : ` (${property})`}`,
    `  ${MEANS[verdict]}`,
    `  ${states.toLocaleString("en")} states, ${steps.toLocaleString("en")} steps, depth ${depth}, ${seconds.toFixed(2)} s (${rate} states/s)`,
    ...(found.searched === undefined ? [] : searchedText(found.searched)),
    ...checkpointText(found.checkpoint),
    ...(complete
      ? []
      : [
          `  incomplete: ${why === "broken" ? "it ends at the first; --continue goes on" : `${why}; the truth may be worse`}`,
        ]),
    ...(complete && found.judged?.reachesGoal === false
      ? ["  no schedule at all reaches the goal: a repair of the same model should"]
      : []),
    ...(noReturn === 0 ? ["  inevitable: nothing could be saved from the beginning"] : []),
    ...(found.passing === undefined
      ? []
      : [`  it was near: another choice at step ${found.passing.shared + 1} reaches the goal`]),
    ...(found.limits === undefined ? [] : [`  the model: ${found.limits}`]),
    ...(line === undefined ? [] : [`again: unstuck lab replay '${line}'`]),
  ];
  return `${lines.join("\n")}\n`;
}

function searchedText({
  order,
  store,
  reduced,
  omission,
  goals,
  frontier,
  bytes,
  bytesPerState,
}: Searched): readonly string[] {
  const kept =
    store === "exact"
      ? "every state kept"
      : `64 bits of every state kept: the chance that one was missed is at most ${omission.toExponential(1)}`;
  return [
    ...(reduced
      ? ["  reduced: of steps that commute one order was taken, and states and steps are those that it met"]
      : []),
    `  ${order}, ${kept}; ${(bytes / 1e6).toFixed(1)} MB, ${bytesPerState.toFixed(1)} bytes a state besides itself`,
    `  ${goals.toLocaleString("en")} goals, ${frontier.toLocaleString("en")} states wait`,
  ];
}

function checkpointText(checkpoint: Found["checkpoint"]): readonly string[] {
  if (checkpoint === undefined) return [];
  const { file, failed } = checkpoint;
  return [
    failed === undefined
      ? `  to go on: the same command with --resume '${file}' and a larger budget`
      : `  ${failed}`,
  ];
}
