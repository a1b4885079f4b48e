import fc from "fast-check";
import { BROKEN, GOAL, type Model } from "./mod.js";

/** A digraph by node: where its edges lead, in order, the same one perhaps twice. Node 0 is where it begins. */
export interface Digraph {
  readonly edges: readonly (readonly number[])[];
  /** By node: GOAL, BROKEN, or neither. */
  readonly labels: readonly number[];
}

export const digraphs: fc.Arbitrary<Digraph> = fc.integer({ min: 1, max: 60 }).chain((nodes) =>
  fc.record({
    edges: fc.array(fc.array(fc.nat(nodes - 1), { maxLength: 4 }), { minLength: nodes, maxLength: nodes }),
    labels: fc.array(fc.constantFrom(0, 0, 0, 0, GOAL, BROKEN), { minLength: nodes, maxLength: nodes }),
  }),
);

/** The digraph as a model, each node packed in three words; choice i is the i-th edge modulo two. */
export function modelOf({ edges, labels }: Digraph): Model {
  return {
    name: "digraph",
    words: 3,
    actors: [{ name: "a", kind: "thread", fairness: "weak" }],
    choices: [0, 1].map((i) => ({ name: `a.${i}`, actor: 0, unrelated: false })),
    maxSuccessors: Math.max(...edges.map((to) => to.length)),
    initial: () => Int32Array.from(pack(0)),
    expand(states, at, out) {
      const to = edges[states[at]!]!;
      out.count = to.length;
      to.forEach((node, i) => {
        out.words.set(pack(node), i * 3);
        out.choices[i] = i % 2;
      });
    },
    label: (states, at) => labels[states[at]!]!,
    broken: (states, at) => (labels[states[at]!] === BROKEN ? "marked" : undefined),
    print: (states, at) => ({ node: String(states[at]) }),
  };
}

/** Words that differ little, or in the sign only: what a weak hash or comparison would take for one. */
function pack(node: number): [number, number, number] {
  return [node, node & 1 ? -node : node, node << 20];
}

/** Nodes in the order a breadth-first search meets them, with their distances: by sets and lists, to compare with. */
export function reach({ edges }: Digraph): Map<number, number> {
  const distance = new Map([[0, 0]]);
  for (const [node, steps] of distance) {
    for (const to of edges[node]!) if (!distance.has(to)) distance.set(to, steps + 1);
  }
  return distance;
}
