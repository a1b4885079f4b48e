/** What a search and the command that waits for it share: a wish to stop, and how far it has come. */

/** Memory that two threads see. Plain: it can be sent to a thread. */
export interface Control {
  readonly shared: SharedArrayBuffer;
}

/** How far a search has come. */
export interface Gauge {
  /** States known. */
  readonly states: number;
  /** Steps from the initial state to the farthest one. */
  readonly depth: number;
  /** States known but not looked into. */
  readonly frontier: number;
  /** Memory held. */
  readonly bytes: number;
}

const FIGURES = ["states", "depth", "frontier", "bytes"] as const;

export function newControl(): Control {
  return { shared: new SharedArrayBuffer(8 + FIGURES.length * 8) };
}

export function askToStop({ shared }: Control): void {
  Atomics.store(new Int32Array(shared, 0, 1), 0, 1);
}

export function isAskedToStop({ shared }: Control): boolean {
  return Atomics.load(new Int32Array(shared, 0, 1), 0) === 1;
}

export function tellGauge({ shared }: Control, gauge: Gauge): void {
  new Float64Array(shared, 8).set(FIGURES.map((name) => gauge[name]));
}

export function readGauge({ shared }: Control): Gauge {
  const [states = 0, depth = 0, frontier = 0, bytes = 0] = new Float64Array(shared, 8);
  return { states, depth, frontier, bytes };
}
