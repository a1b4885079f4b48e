import type { WatchEvent } from "../watch/event.js";

/** The acts of the report's timeline, in order. */
export const phases = ["healthy", "blackhole", "server down", "server back", "healed"] as const;
export type Phase = (typeof phases)[number];

/** What happens in a demo, for whoever shows it. `at` is milliseconds since 1970. */
export type DemoEvent =
  | { readonly type: "stage"; readonly at: number; readonly text: string }
  | { readonly type: "phase"; readonly at: number; readonly phase: Phase }
  /** Something was done to the network or to the server, as a person would type it. */
  | { readonly type: "act"; readonly at: number; readonly text: string }
  | { readonly type: "watch"; readonly event: WatchEvent };

/** The findings of one run. Times in ms. */
export interface RunResult {
  readonly method: "netns" | "proxy";
  readonly seed: number;
  readonly outageMs: number;
  readonly calls: number;
  readonly answered: number;
  readonly lost: number;
  /** The same call (client, xid, procedure) executed more than once, over both lives of the server. */
  readonly duplicates: number;
  /** Calls executed, over both lives. */
  readonly executed: number;
  /** From before the heal was done to the answer of the stat that was waiting; undefined: none came. */
  readonly healToAnswerMs: number | undefined;
  readonly worstMs: number | undefined;
  /** The stat that lived through the outage: was it sent again under its own xid? Undefined: not seen. */
  readonly xidKept: boolean | undefined;
  readonly sourcePort: { readonly before: number | undefined; readonly after: number | undefined };
}

/** Nothing lost, nothing executed twice, and the server was heard again. */
export function isGood(result: RunResult): boolean {
  return result.lost === 0 && result.duplicates === 0 && result.healToAnswerMs !== undefined;
}
