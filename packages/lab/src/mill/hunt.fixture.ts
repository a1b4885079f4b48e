/** Looks for a schedule that shows something wrong with a core: chance first, then every schedule of two small worlds. */
import {
  type CoreClasses,
  execute,
  LARGE,
  PROPERTIES,
  SILENT,
  SMALL,
  type Strategy,
  searchAll,
} from "./mod.js";

const STRATEGIES: readonly Strategy[] = [{ kind: "uniform" }, { kind: "pct", depth: 3 }];
const WORLDS = [...SMALL, ...LARGE];
const SEARCHED = [...SMALL.filter(({ name }) => name === "restart-fin"), SILENT];

export interface Found {
  readonly property: string;
  readonly why: string;
  /** World and seed, or world and states. */
  readonly where: string;
}

/** The first schedule that does not end well, of `seeds` seeds in every world with each strategy, or of all. */
export function hunt(classes: CoreClasses, seeds: number): Found | undefined {
  for (let seed = 0; seed < seeds; seed++) {
    for (const scenario of WORLDS) {
      for (const strategy of STRATEGIES) {
        const { over } = execute(scenario, PROPERTIES, classes, strategy, seed);
        if (over === "goal") continue;
        const { broken, why } = typeof over === "string" ? { broken: over, why: "" } : over;
        return { property: broken, why, where: `${scenario.name}, ${strategy.kind}, seed ${seed}` };
      }
    }
  }
  for (const scenario of SEARCHED) {
    const { broken, states } = searchAll(scenario, PROPERTIES, classes, { states: 50_000 });
    if (broken !== undefined)
      return { ...broken, where: `${scenario.name}, every schedule, ${states} states` };
  }
  return undefined;
}
