import { buildGraph, type Graph, type GraphBudget } from "./graph.js";
import { type Actor, BROKEN, type Choice, GOAL, type Model } from "./model.js";

/** `kind fairness` by name, as `thread weak`. */
export type Cast = Readonly<Record<string, string>>;

/**
 * A model by its edges, one a line: `from actor.step to`; a `?` after the step makes it an unrelated timer. The first
 * state is the initial one; `goal…` states are GOAL, `bad…` states BROKEN.
 */
export function littleModel(cast: Cast, lines: string): Model {
  const names: string[] = [];
  const numberOf = (name: string): number => {
    if (!names.includes(name)) names.push(name);
    return names.indexOf(name);
  };
  const actors = Object.entries(cast).map(([name, what]): Actor => {
    const [kind, fairness] = what.split(" ") as [Actor["kind"], Actor["fairness"]];
    return { name, kind, fairness };
  });
  const choices: Choice[] = [];
  const edges: { from: number; choice: number; to: number }[] = [];
  for (const line of lines.split("\n").map((l) => l.trim())) {
    if (line === "") continue;
    const [from, step, to] = line.split(/\s+/) as [string, string, string?];
    const source = numberOf(from);
    if (to === undefined) continue;
    const name = step.replace("?", "");
    const actor = actors.findIndex((a) => a.name === name.split(".")[0]);
    if (actor < 0) throw new Error(`No actor for ${step}`);
    if (!choices.some((c) => c.name === name)) choices.push({ name, actor, unrelated: step.endsWith("?") });
    edges.push({ from: source, choice: choices.findIndex((c) => c.name === name), to: numberOf(to) });
  }
  const nameAt = (states: Int32Array, at: number): string => names[states[at]!]!;
  return {
    name: "little",
    words: 1,
    actors,
    choices,
    maxSuccessors: edges.length,
    initial: () => Int32Array.of(0),
    expand(states, at, out) {
      out.count = 0;
      for (const edge of edges) {
        if (edge.from !== states[at]) continue;
        out.words[out.count] = edge.to;
        out.choices[out.count++] = edge.choice;
      }
    },
    label: (states, at) =>
      (nameAt(states, at).startsWith("goal") ? GOAL : 0) |
      (nameAt(states, at).startsWith("bad") ? BROKEN : 0),
    broken: (states, at) => (nameAt(states, at).startsWith("bad") ? nameAt(states, at) : undefined),
    print: (states, at) => ({ at: nameAt(states, at) }),
  };
}

export function littleGraph(cast: Cast, lines: string, budget?: GraphBudget): Graph {
  return buildGraph(littleModel(cast, lines), budget);
}

/** Names of states of a {@link littleGraph}. */
export function namesOf(graph: Graph, states: readonly number[]): string {
  return states.map((s) => graph.model.print(graph.states.wordsOf(s), 0)["at"]!).join(" ");
}

/** One weak thread that goes round `states` states for ever. */
export function ring(states: number): Graph {
  return buildGraph({
    name: "ring",
    words: 1,
    actors: [{ name: "T", kind: "thread", fairness: "weak" }],
    choices: [{ name: "T.next", actor: 0, unrelated: false }],
    maxSuccessors: 1,
    initial: () => Int32Array.of(0),
    expand(words, at, out) {
      out.words[0] = (words[at]! + 1) % states;
      out.choices[0] = 0;
      out.count = 1;
    },
    label: () => 0,
    broken: () => undefined,
    print: (words, at) => ({ at: `${words[at]}` }),
  });
}
