import { Clnt, type ClntConfig, Machine, Svc, SvcState } from "unstuck/sunrpc";
import type { ServerClasses } from "./real-server.js";

/** The cores that are looked at: the product's own classes, or a copy of them that was broken on purpose. */
export interface CoreClasses extends ServerClasses {
  readonly Clnt: new (config: ClntConfig, now: number, machine: Machine) => Clnt;
  readonly Machine: new (config: ClntConfig, now: number) => Machine;
}

/** The product's own. */
export const PRODUCT: CoreClasses = { Clnt, Machine, Svc, SvcState };
