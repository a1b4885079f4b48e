/** Looks for a schedule that shows something wrong with a core: chance first, then every schedule of a few small worlds. */

import type { CoreClasses } from "./core.js";
import { searchAll } from "./exhaustive.js";
import { LARGE } from "./large-scenarios.js";
import { PROPERTIES } from "./properties/mod.js";
import { execute, type Strategy } from "./random.js";
import { SEARCHED, SILENT, SMALL } from "./scenarios.js";

const STRATEGIES: readonly Strategy[] = [{ kind: "uniform" }, { kind: "pct", depth: 3 }];
const WORLDS = [...SMALL, ...LARGE];
const SEARCHED_NAMES = ["restart-fin", SILENT.name, "udp-mute", "udp-long-blackhole", "svc-cut"];
const HUNTED = SEARCHED_NAMES.map((name) => SEARCHED.find((scenario) => scenario.name === name)!);

/** What a hunt took until it ended. */
export interface HuntEffort {
  /** Random executions, and their steps. */
  readonly executions: number;
  readonly steps: number;
  /** Distinct states of exhaustive searches. */
  readonly states: number;
}

export interface Found extends HuntEffort {
  readonly property: string;
  readonly why: string;
  /** World and seed, or world and states. */
  readonly where: string;
}

/** The first schedule that does not end well, of `seeds` seeds in every world with each strategy, or of all. */
export function hunt(classes: CoreClasses, seeds: number): Found | undefined {
  const effort = { executions: 0, steps: 0, states: 0 };
  for (let seed = 0; seed < seeds; seed++) {
    for (const scenario of WORLDS) {
      for (const strategy of STRATEGIES) {
        const { over, steps } = execute(scenario, PROPERTIES, classes, strategy, seed);
        effort.executions++;
        effort.steps += steps;
        if (over === "goal") continue;
        const { broken, why } = typeof over === "string" ? { broken: over, why: "" } : over;
        const where = `${scenario.name}, ${strategy.kind}, seed ${seed}`;
        return { property: broken, why, where, ...effort };
      }
    }
  }
  for (const scenario of HUNTED) {
    const { broken, states } = searchAll(scenario, PROPERTIES, classes, { states: 50_000 });
    effort.states += states;
    if (broken === undefined) continue;
    const { property, why } = broken;
    return { property, why, where: `${scenario.name}, every schedule`, ...effort };
  }
  return undefined;
}
