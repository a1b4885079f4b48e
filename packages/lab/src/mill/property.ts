import type { ClntEffect } from "unstuck/sunrpc";
import type { World } from "./world.js";

export type Effect<T extends ClntEffect["type"]> = ClntEffect & { readonly type: T };

/**
 * Something that must never happen. Each function looks at a world and says what is wrong, or undefined; none keeps
 * anything, so that a copy of a world is whole.
 */
export interface Property {
  readonly name: string;
  /** Looks at an effect of the core before the world does it. */
  readonly connect?: (w: World, effect: Effect<"connect">) => string | undefined;
  readonly send?: (w: World, effect: Effect<"send">, call: number, xid: number) => string | undefined;
  /** `shutdown` or `abort`. */
  readonly drop?: (w: World, effect: Effect<"shutdown"> | Effect<"abort">) => string | undefined;
  readonly settle?: (w: World, effect: Effect<"settle">, call: number) => string | undefined;
  /** The server begins to execute a call, which came from source port `port`. Only a server with a reply cache says so. */
  readonly run?: (w: World, call: number, port: number) => string | undefined;
  /** After every step. */
  readonly step?: (w: World) => string | undefined;
  /** After the clock has moved and the core was told. */
  readonly moved?: (w: World) => string | undefined;
  /** After the client was closed, when nothing is left to do. */
  readonly closed?: (w: World) => string | undefined;
}
