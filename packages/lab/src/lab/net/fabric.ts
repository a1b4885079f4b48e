/** The wire between hosts, and their routes. Plain data and nothing random: what is sent arrives, in order, later. */
import type { Us } from "../trace.js";
import { ENETUNREACH } from "./errno.js";
import type { IcmpError, Segment } from "./segment.js";

export interface Fabric {
  /** One way. */
  readonly latencyUs: Us;
  /** On their way, by arrival. */
  flights: { readonly arriveUs: Us; readonly segment: Segment }[];
  /** Blackhole routes: on `host`, to `dst`. */
  blackholes: { readonly host: string; readonly dst: string }[];
  /** Hosts that cannot be reached from anywhere, and who says so. */
  unreachables: { readonly host: string; readonly error: IcmpError["error"]; readonly from: string }[];
  /** ICMP messages on their way, by arrival. */
  icmps: { readonly arriveUs: Us; readonly icmp: IcmpError }[];
  /** Hosts that drop what comes from where they have no route to: the sysctl `rp_filter`. */
  rpFilter: readonly string[];
}

export function newFabric(latencyUs: Us, rpFilter: readonly string[] = []): Fabric {
  return { latencyUs, flights: [], blackholes: [], unreachables: [], icmps: [], rpFilter };
}

/** `ip route add blackhole dst` on `host`. */
export function blackhole(f: Fabric, host: string, dst: string): void {
  if (!blackholed(f, host, dst)) f.blackholes.push({ host, dst });
}

/** From now on what is sent to `dst` goes nowhere, and `from` says so with ICMP. */
export function unreachable(f: Fabric, dst: string, error: IcmpError["error"], from: string): void {
  f.unreachables.push({ host: dst, error, from });
}

/** `ip route del blackhole dst` on `host`; and `dst` can be reached again, if it could not. */
export function heal(f: Fabric, host: string, dst: string): void {
  f.unreachables = f.unreachables.filter((u) => u.host !== dst);
  f.blackholes = f.blackholes.filter((b) => b.host !== host || b.dst !== dst);
}

function blackholed(f: Fabric, host: string, dst: string): boolean {
  return f.blackholes.some((b) => b.host === host && b.dst === dst);
}

/** Has `host` a route to `dst`? 0, or -ENETUNREACH: for `SockHost.route`. */
export function route(f: Fabric, host: string, dst: string): number {
  return blackholed(f, host, dst) ? -ENETUNREACH : 0;
}

/** Puts a segment on the wire. Returns why it was dropped, undefined: it was not. */
export function send(f: Fabric, now: Us, segment: Segment): string | undefined {
  const from = segment.src.host;
  const to = segment.dst.host;
  if (blackholed(f, from, to)) return `blackhole route to ${to}`;
  if (f.rpFilter.includes(to) && blackholed(f, to, from)) return `rp_filter on ${to}`;
  const cut = f.unreachables.find((u) => u.host === to);
  if (cut !== undefined) {
    const { error, from: by } = cut;
    f.icmps.push({ arriveUs: now + f.latencyUs, icmp: { error, from: by, quoted: segment } });
    return `${error}, says ${by}`;
  }
  // One latency for all keeps the list ordered and every direction first in, first out.
  f.flights.push({ arriveUs: now + f.latencyUs, segment });
  return undefined;
}

/** When the next ICMP message arrives; undefined: none is on its way. */
export function nextIcmpUs(f: Fabric): Us | undefined {
  return f.icmps[0]?.arriveUs;
}

/** Takes the first ICMP message that has arrived by `now`, if any. */
export function dueIcmp(f: Fabric, now: Us): IcmpError | undefined {
  const first = f.icmps[0];
  if (first === undefined || first.arriveUs > now) return undefined;
  f.icmps.shift();
  return first.icmp;
}

/** When the next segment arrives; undefined: nothing is on its way. */
export function nextArrivalUs(f: Fabric): Us | undefined {
  return f.flights[0]?.arriveUs;
}

/** Takes the first segment that has arrived by `now`, if any. */
export function due(f: Fabric, now: Us): Segment | undefined {
  const first = f.flights[0];
  if (first === undefined || first.arriveUs > now) return undefined;
  f.flights.shift();
  return first.segment;
}
