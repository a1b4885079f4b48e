/** What must never happen, whatever comes of a run: one property a file. A finding of one makes the verdict `breaks`. */
import type { Kernel } from "../linux/kernel.js";
import type { Watch } from "../scenario/mod.js";
import type { TraceEvent } from "../trace.js";
import { noShutdownWhileConnecting } from "./no-shutdown-while-connecting.js";
import { oneWorker } from "./one-worker.js";
import { repliedOnce } from "./replied-once.js";
import { sentOnce } from "./sent-once.js";

/** A property as a function that looks at a run step by step. */
export interface Property {
  readonly name: string;
  /** After a step: what is wrong now, or undefined. `seen` is the events of the step. */
  look(k: Kernel, seen: readonly TraceEvent[]): string | undefined;
}

const WATCHED: { readonly [W in Watch]: () => Property } = {
  "no-shutdown-while-connecting": noShutdownWhileConnecting,
};

/** Fresh properties for one run, some remember what they saw: those of every run, and those that a scenario watches for. */
export function properties(watch: readonly Watch[] = []): readonly Property[] {
  return [oneWorker(), sentOnce(), repliedOnce(), ...watch.map((name) => WATCHED[name]())];
}
