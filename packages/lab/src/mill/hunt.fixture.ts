/** Looks for a schedule that shows something wrong with a core: a few seeds of each world, round about. */
import { type CoreClasses, execute, LARGE, PROPERTIES, SMALL, type Strategy } from "./mod.js";

const STRATEGIES: readonly Strategy[] = [{ kind: "uniform" }, { kind: "pct", depth: 3 }];
const WORLDS = [...SMALL, ...LARGE];

export interface Found {
  readonly property: string;
  readonly why: string;
  readonly scenario: string;
  readonly seed: number;
  readonly executions: number;
}

/** The first schedule that does not end well, of `seeds` seeds in every large world with each strategy. */
export function hunt(classes: CoreClasses, seeds: number): Found | { readonly executions: number } {
  let executions = 0;
  for (let seed = 0; seed < seeds; seed++) {
    for (const scenario of WORLDS) {
      for (const strategy of STRATEGIES) {
        executions++;
        const { over } = execute(scenario, PROPERTIES, classes, strategy, seed);
        if (over === "goal") continue;
        const broken = typeof over === "string" ? { broken: over, why: "" } : over;
        return { property: broken.broken, why: broken.why, scenario: scenario.name, seed, executions };
      }
    }
  }
  return { executions };
}
