import { buildGraph, cheapestWay, GOAL, type Graph, type Judgement, outlooks } from "../lab/mod.js";

/** A schedule that goes well, and how long it is the same as the one that does not. */
export interface PassingSteps {
  /** So many steps are the same. */
  readonly shared: number;
  /** All steps, by name, with the same ones first. */
  readonly steps: readonly string[];
}

/** A goal that is farther away than so many states can hold is no near one. */
const MOST_STATES = 1_000_000;
const POSSIBLE = 0;
const STALLED = 1;

/**
 * The nearest schedule that reaches the goal: along the witness up to the last state where that was possible by steps
 * that are meant for it (or, where it never was, by a timer that is not), then a cheapest way. `churns`: up to where
 * the loop begins. Undefined: there is none.
 */
export function nearestPassing(graph: Graph, { verdict, witness }: Judgement): PassingSteps | undefined {
  if (witness === undefined || verdict === "breaks") return undefined;
  const { prefix, cycle } = witness;
  const outlook = outlooks(graph);
  const along = prefix.states.map((s) => outlook[s]!);
  const possible = along.lastIndexOf(POSSIBLE);
  const at = possible >= 0 ? possible : along.lastIndexOf(STALLED);
  if (at < 0) return undefined;
  const way = wayToGoal(graph, prefix.states[at]!, possible >= 0);
  if (way === undefined) return undefined;
  const steps = [...prefix.choices.slice(0, at), ...way];
  const told = [...prefix.choices, ...(cycle?.choices ?? [])];
  const differ = steps.findIndex((name, i) => name !== told[i]);
  return { shared: differ < 0 ? steps.length : differ, steps };
}

/** A cheapest way from state `from` to the goal; `meant`: without timers that were not meant for it. */
function wayToGoal({ model, states }: Graph, from: number, meant: boolean): readonly string[] | undefined {
  const begin = states.wordsOf(from);
  const onward = buildGraph(
    {
      ...model,
      initial: () => begin.slice(),
      expand(words, at, out) {
        model.expand(words, at, out);
        if (!meant) return;
        let kept = 0;
        for (let i = 0; i < out.count; i++) {
          if (model.choices[out.choices[i]!]!.unrelated) continue;
          out.words.copyWithin(kept * model.words, i * model.words, (i + 1) * model.words);
          out.choices[kept++] = out.choices[i]!;
        }
        out.count = kept;
      },
    },
    { states: MOST_STATES },
  );
  return cheapestWay(onward, (s) => (onward.label[s]! & GOAL) !== 0)?.way.choices;
}
