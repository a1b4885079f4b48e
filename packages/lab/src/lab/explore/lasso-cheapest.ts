/**
 * Dijkstra's search for the cheapest ways over nodes numbered below `size`, one weight of two numbers compared
 * lexicographically. Its memory is touched only where the search goes, and used again after `begin`.
 */
export interface Cheapest {
  /** By node, once settled. */
  readonly heavy: Float64Array;
  readonly steps: Int32Array;
  /** Forgets everything and starts over from `node`. */
  begin(node: number): void;
  /** Tells of one step by `edge` from the node settled last. */
  offer(to: number, edge: number, heavy: number): void;
  /** The next cheapest node, now settled; -1: there is none. */
  next(): number;
  /** The edges of the cheapest way to a settled node. */
  edgesTo(node: number): number[];
}

const UNSEEN = 0;
const OPEN = 1;
const SETTLED = 2;

/** Is weight (h, n) below weight (h2, n2)? */
export function less(h: number, n: number, h2: number, n2: number): boolean {
  return h < h2 || (h === h2 && n < n2);
}

/** A search over `size` nodes: 21 bytes each, as far as it goes. */
export function newCheapest(size: number): Cheapest {
  const heavy = new Float64Array(size);
  const steps = new Int32Array(size);
  const seen = new Uint8Array(size);
  const edge = new Uint32Array(size);
  const before = new Int32Array(size);
  let touched: number[] = [];
  let current = -1;

  // A binary heap of three columns. A node whose weight falls is put in again; its old entry is passed over later.
  const nodes: number[] = [];
  const heavies: number[] = [];
  const stepses: number[] = [];
  const put = (at: number, node: number, h: number, n: number): void => {
    nodes[at] = node;
    heavies[at] = h;
    stepses[at] = n;
  };
  const push = (node: number, h: number, n: number): void => {
    let at = nodes.length;
    put(at, node, h, n);
    while (at > 0) {
      const up = (at - 1) >> 1;
      if (!less(h, n, heavies[up]!, stepses[up]!)) break;
      put(at, nodes[up]!, heavies[up]!, stepses[up]!);
      at = up;
    }
    put(at, node, h, n);
  };
  const pop = (): number => {
    const top = nodes[0]!;
    const node = nodes.pop()!;
    const h = heavies.pop()!;
    const n = stepses.pop()!;
    const length = nodes.length;
    if (length === 0) return top;
    let at = 0;
    for (let down = 1; down < length; down = at * 2 + 1) {
      const other = down + 1;
      if (other < length && less(heavies[other]!, stepses[other]!, heavies[down]!, stepses[down]!))
        down = other;
      if (!less(heavies[down]!, stepses[down]!, h, n)) break;
      put(at, nodes[down]!, heavies[down]!, stepses[down]!);
      at = down;
    }
    put(at, node, h, n);
    return top;
  };

  const meet = (node: number, h: number, n: number, by: number): void => {
    if (seen[node] === SETTLED) return;
    if (seen[node] === OPEN && !less(h, n, heavy[node]!, steps[node]!)) return;
    if (seen[node] === UNSEEN) touched.push(node);
    seen[node] = OPEN;
    heavy[node] = h;
    steps[node] = n;
    edge[node] = by;
    before[node] = current;
    push(node, h, n);
  };

  return {
    heavy,
    steps,
    begin(node) {
      for (const old of touched) seen[old] = UNSEEN;
      touched = [];
      nodes.length = heavies.length = stepses.length = 0;
      current = -1;
      meet(node, 0, 0, 0);
    },
    offer(to, by, h) {
      meet(to, heavy[current]! + h, steps[current]! + 1, by);
    },
    next() {
      while (nodes.length > 0) {
        const node = pop();
        if (seen[node] === SETTLED) continue;
        seen[node] = SETTLED;
        current = node;
        return node;
      }
      current = -1;
      return -1;
    },
    edgesTo(node) {
      const edges: number[] = [];
      for (let at = node; before[at] !== -1; at = before[at]!) edges.push(edge[at]!);
      return edges.reverse();
    },
  };
}
