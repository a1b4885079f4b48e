/** How long each act of the timeline takes. Times in ms. */
export interface Plan {
  readonly seed: number;
  readonly intervalMs: number;
  /** From the first stat to the blackhole. */
  readonly healthyMs: number;
  /** From the stat that got stuck to the server's death. */
  readonly strickenMs: number;
  /** From the server's death to its restart. */
  readonly downMs: number;
  /** From the blackhole to the heal, at least. */
  readonly outageMs: number;
  /** From the server's return to the heal, at least. */
  readonly backMs: number;
  /** Good answers after the recovery, before the end. */
  readonly after: number;
  /** How long the heal may take to bring an answer. */
  readonly patienceMs: number;
}

export interface PlanOptions {
  readonly seed: number;
  readonly intervalS: number;
  readonly healthyS: number;
  readonly outageS: number;
  readonly after: number;
}

/** The timeline for a seed: the moments within the stat's rhythm differ with it, the lengths hardly. */
export function planOf(options: PlanOptions): Plan {
  const random = mulberry32(options.seed);
  const intervalMs = options.intervalS * 1000;
  return {
    seed: options.seed,
    intervalMs,
    healthyMs: options.healthyS * 1000 + random() * intervalMs,
    strickenMs: Math.min(1500, options.outageS * 150) * (0.5 + random()),
    downMs: 300 + Math.min(1500, options.outageS * 100) * random(),
    outageMs: options.outageS * 1000,
    backMs: 300 + 700 * random(),
    after: options.after,
    patienceMs: 30_000,
  };
}

/** About how long the whole takes, for the width of a picture. */
export function expectedMs(plan: Plan): number {
  return plan.healthyMs + plan.intervalMs + plan.outageMs + (plan.after + 1) * plan.intervalMs;
}

/** A small generator with a 32-bit state (Tommy Ettinger's mulberry32). */
export function mulberry32(seed: number): () => number {
  let a = seed | 0;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
