import { InvalidArgumentError } from "commander";
import type { Budget, Job, Safety } from "./explore-job.js";
import { usage } from "./failure.js";
import { checkPlace } from "./files.js";

export const FORMATS = ["text", "json", "itf", "mermaid", "html"] as const;
export type Format = (typeof FORMATS)[number];

/** As commander reads them. */
export interface ExploreOptions extends Budget {
  readonly safety?: true;
  readonly order?: "bfs" | "dfs";
  readonly store?: "exact" | "compact";
  readonly reduce?: true;
  readonly continue?: true;
  readonly checkpoint?: string;
  readonly resume?: string;
  readonly format?: Format;
  readonly json?: true;
  readonly output?: string;
  readonly quiet?: true;
}

/** A budget in whole things: a positive integer. */
export function whole(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value) || value < 1)
    throw new InvalidArgumentError("a whole number from 1 up is needed.");
  return value;
}

/** A budget of time: seconds, above 0. */
export function positive(text: string): number {
  const value = Number(text);
  if (!/^\d*\.?\d+$/.test(text) || !Number.isFinite(value) || value <= 0)
    throw new InvalidArgumentError("a number above 0 is needed.");
  return value;
}

const OF_SAFETY = ["order", "store", "reduce", "continue"] as const;

/** What is asked of a search for safety; undefined: none is asked for. Throws LabError where words do not go together. */
export function safetyOf(options: ExploreOptions): Safety | undefined {
  if (options.safety === undefined) {
    const odd = OF_SAFETY.find((name) => options[name] !== undefined);
    if (odd === "reduce")
      throw usage("--reduce goes with --safety: what it leaves out may be what a fair schedule owes");
    if (odd !== undefined) throw usage(`--${odd} goes with --safety`);
    return undefined;
  }
  const { order, store, reduce } = options;
  return { order, store, reduce: reduce === true, goOn: options.continue === true };
}

/** The files of a search that ends early and is gone on with. Throws LabError where they cannot be. */
export function filesOf(
  { checkpoint, resume }: ExploreOptions,
  models: number,
): Pick<Job, "checkpoint" | "resume"> {
  if (models > 1 && (checkpoint ?? resume) !== undefined)
    throw usage("--checkpoint and --resume go with one model");
  if (checkpoint !== undefined) checkPlace("--checkpoint", checkpoint);
  return { checkpoint, resume };
}

export function formatOf({ format, json }: ExploreOptions, models: number): Format {
  if (json && format !== undefined && format !== "json")
    throw usage(`--json or --format ${format}: one of them`);
  const chosen = json ? "json" : (format ?? "text");
  if (models > 1 && chosen !== "text" && chosen !== "json") throw usage(`--format ${chosen} shows one model`);
  return chosen;
}
