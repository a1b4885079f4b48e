import type { Us } from "../trace.js";
import type { Segment } from "./segment.js";
/** The wire between hosts, and their routes. Plain data. */
export interface Fabric {
  /** One way. */
  latencyUs: Us;
  /** Ordered by arrival. */
  flights: { arriveUs: Us; segment: Segment }[];
  /** Blackhole routes: on `host`, to `dst`. */
  blackholes: { host: string; dst: string }[];
  /** Hosts that drop what comes from where they have no route back to. */
  rpFilter: string[];
}
export function newFabric(latencyUs: Us): Fabric {
  return { latencyUs, flights: [], blackholes: [], rpFilter: [] };
}
/** `ip route add blackhole dst` on `host`. */
export function blackhole(f: Fabric, host: string, dst: string): void {
  f.blackholes.push({ host, dst });
}
/** `ip route del blackhole dst` on `host`. */
export function heal(f: Fabric, host: string, dst: string): void {
  f.blackholes = f.blackholes.filter((b) => b.host !== host || b.dst !== dst);
}
/** 0 or -ENETUNREACH: for `SockHost.route`. */
export function route(f: Fabric, host: string, dst: string): number {
  throw new Error(`unfinished ${f.latencyUs} ${host} ${dst}`);
}
/** Puts a segment on the wire; returns why it was dropped, or undefined. */
export function send(f: Fabric, now: Us, segment: Segment): string | undefined {
  throw new Error(`unfinished ${f.latencyUs} ${now} ${segment.seq}`);
}
/** When the next segment arrives. */
export function nextArrivalUs(f: Fabric): Us | undefined {
  return f.flights[0]?.arriveUs;
}
/** Takes the one segment that has arrived first by `now`, if any. */
export function due(f: Fabric, now: Us): Segment | undefined {
  throw new Error(`unfinished ${f.latencyUs} ${now}`);
}
