import type { Property } from "./property.js";

/** Properties by when they look. */
export interface PropertySet {
  readonly connect: readonly Property[];
  readonly send: readonly Property[];
  readonly drop: readonly Property[];
  readonly settle: readonly Property[];
  readonly step: readonly Property[];
  readonly moved: readonly Property[];
  readonly closed: readonly Property[];
}

export function propertySet(all: readonly Property[]): PropertySet {
  const looking = (at: keyof PropertySet) => all.filter((p) => p[at] !== undefined);
  return {
    connect: looking("connect"),
    send: looking("send"),
    drop: looking("drop"),
    settle: looking("settle"),
    step: looking("step"),
    moved: looking("moved"),
    closed: looking("closed"),
  };
}
