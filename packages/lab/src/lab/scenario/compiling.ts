/** A report script while it is compiled: what was read so far, and its clock. */
import type { Draft } from "./check.js";
import { SCRIPT_GAP_US } from "./defaults.js";
import type { Placed, Position, Report } from "./error.js";
import type { Deed, Server, Stater, TimelineStep } from "./scenario.js";

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** A script as far as it was read. */
export interface Compiling {
  readonly report: Report;
  readonly notes: string[];
  readonly settings: Mutable<Omit<Draft, "servers" | "staters" | "timeline">>;
  readonly restart: { closing: "fin" | "rst"; refuseUs: number };
  readonly servers: Placed<Server>[];
  readonly staters: Placed<Stater>[];
  readonly timeline: Placed<TimelineStep>[];
  /** Mount point to server. */
  readonly mounts: Map<string, string>;
  /** The programs of `kill %1`, in the order they were started. */
  readonly jobs: string[];
  /** The least the clock can be. */
  clockUs: number;
  /** A `wait-for` stands before: the clock is not known, gaps are waited. */
  adrift: boolean;
  timeoAt: Position | undefined;
  /** The line before asked for output that may have been pasted with it. */
  outputOf: string | undefined;
  /** The known commands were listed in a problem already. */
  listed: boolean;
  /** Every command has its prompt: a line without one is prose. */
  readonly pasted: boolean;
  /** The lines that were taken for it. */
  readonly prose: Set<number>;
}

/** Adds a deed of the command at `at`. */
export function add(c: Compiling, at: Position, deed: Deed): void {
  c.timeline.push({ value: { atUs: c.clockUs, deed, line: at.line }, at });
  if (deed.do === "wait-for") c.adrift = true;
}

/** Lets time pass before what comes next. */
export function pass(c: Compiling, at: Position, us: number): void {
  if (c.adrift) add(c, at, { do: "wait", us });
  else c.clockUs += us;
}

/** The gap of somebody who types, before each command that does something. */
export function gap(c: Compiling, at: Position): void {
  pass(c, at, SCRIPT_GAP_US);
}
