import { availableParallelism } from "node:os";
import { InvalidArgumentError, Option } from "commander";
import type { Search } from "../campaign/mod.js";
import { suggest } from "../lab/mod.js";
import { LabError } from "./failure.js";

/** A way to search, before its seeds and limits are known. */
export type Way =
  | { readonly kind: "random"; readonly strategy: Extract<Search, { kind: "random" }>["plan"]["strategy"] }
  | { readonly kind: "tree"; readonly depth: number };

/** Steps among which `pct` spreads its changes, unless told. */
const PCT_LENGTH = 100;

/** `walk`, `pos`, `pct:DEPTH` or `pct:DEPTH:LENGTH`, `all:STEPS`. */
export function way(text: string): Way {
  const [name = "", ...numbers] = text.split(":");
  const values = numbers.map(Number);
  const [first, second = PCT_LENGTH] = values;
  const whole = values.every((value) => Number.isSafeInteger(value) && value >= 1);
  if (name === "walk" && values.length === 0) return { kind: "random", strategy: { kind: "walk" } };
  if (name === "pos" && values.length === 0) return { kind: "random", strategy: { kind: "pos" } };
  if (name === "pct" && first !== undefined && values.length <= 2 && whole)
    return { kind: "random", strategy: { kind: "pct", depth: first, length: second } };
  if (name === "all" && first !== undefined && values.length === 1 && whole)
    return { kind: "tree", depth: first };
  const forms = "walk, pos, pct:DEPTH (as pct:3), pct:DEPTH:LENGTH, or all:STEPS (every schedule of so many)";
  throw new InvalidArgumentError(`${suggest(name, ["walk", "pos", "pct", "all"])} A strategy is ${forms}.`);
}

/** `1..100000`, both included, as a range whose end is not. */
export function seeds(text: string): readonly [number, number] {
  const [, from, to = from] = /^(\d+)(?:\.\.(\d+))?$/.exec(text) ?? [];
  const range = [Number(from), Number(to) + 1] as const;
  if (from === undefined || !range.every(Number.isSafeInteger) || range[0] >= range[1])
    throw new InvalidArgumentError("give the first and the last seed, as 1..100000.");
  return range;
}

/** A whole number from 1 up. */
export function positive(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1)
    throw new InvalidArgumentError("a whole number from 1 up is needed.");
  return value;
}

export function seconds(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value <= 3600))
    throw new InvalidArgumentError("a number of seconds up to 3600 is needed.");
  return value;
}

export function campaignId(text: string): string {
  if (!/^[\w.-]{1,64}$/.test(text))
    throw new InvalidArgumentError("an id is up to 64 letters, digits, dots, - and _.");
  return text;
}

export const redisOption = () =>
  new Option("--redis <url>", "where the campaigns are").default("redis://127.0.0.1:6379");

export const threadsOption = () =>
  new Option("--threads <number>", "items at a time").argParser(positive).default(availableParallelism());

export const lockOption = () =>
  new Option("--lock-seconds <seconds>", "the others take over from a worker that is silent for so long")
    .argParser(seconds)
    .default(30);

const STATUS = { SIGINT: 130, SIGTERM: 143 } as const;

/** A signal that Ctrl-C and SIGTERM give, once: the second time they end the process. The exit status tells. */
export function stopSignal(): AbortSignal {
  const stop = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const)
    process.once(name, () => {
      process.exitCode = STATUS[name];
      stop.abort();
    });
  return stop.signal;
}

/** Loaded only when a campaign is asked for: its dependencies take a moment. */
export type CampaignModule = typeof import("../campaign/mod.js");

/** The same for what needs a Redis. */
export const loadRedis = () => import("../campaign/redis/mod.js");

/** Runs `body`; what goes wrong with a campaign becomes a line for people. */
export async function withCampaigns(body: (campaigns: CampaignModule) => Promise<void>): Promise<void> {
  const campaigns = await import("../campaign/mod.js");
  try {
    await body(campaigns);
  } catch (error) {
    if (error instanceof campaigns.CampaignError) throw new LabError(error.message, error.status);
    throw error;
  }
}

const LEAVE_MS = 1_000;

/** Ends the process soon, though BullMQ's timers go on for a while when its Redis is gone. */
export function leave(): void {
  setTimeout(() => process.exit(), LEAVE_MS).unref();
}

/** A line on standard error. */
export function tell(line: string): void {
  process.stderr.write(`${line}\n`);
}
