import type { Us } from "../trace.js";
import type { Endpoint, Payload, Segment } from "./segment.js";
import type { Sock, SockHost, TimeWait } from "./sock.js";
/** What a peer needs of the world: time and a wire. */
export type PeerWorld = Pick<SockHost, "now" | "transmit" | "route">;
/** A server that answers calls. Plain data. */
export interface Peer {
  readonly addr: Endpoint;
  /** From a call's arrival to its reply. */
  serviceUs: Us;
  socks: Sock[];
  timeWaits: TimeWait[];
  /** It listens from then on; SYNs before that are refused. */
  listenAtUs: Us;
  /** Replies to come, in order. */
  work: { sockId: number; reply: Payload; atUs: Us }[];
  nextId: number;
  nextIsn: number;
}
export function newPeer(addr: Endpoint, serviceUs: Us): Peer {
  return {
    addr,
    serviceUs,
    socks: [],
    timeWaits: [],
    listenAtUs: 0,
    work: [],
    nextId: 1,
    nextIsn: 4_179_637_452,
  };
}
/** A segment for the peer arrived. */
export function peerReceive(p: Peer, w: PeerWorld, seg: Segment): void {
  throw new Error(`unfinished ${p.addr.host} ${w.now()} ${seg.seq}`);
}
/** When the peer next has something to do by itself. */
export function peerNextUs(p: Peer): Us | undefined {
  throw new Error(`unfinished ${p.addr.host}`);
}
/** Does what is due: replies, retransmissions. */
export function peerRun(p: Peer, w: PeerWorld): void {
  throw new Error(`unfinished ${p.addr.host} ${w.now()}`);
}
/** The server process ends and comes back after `refuseUs`. `fin`: connections are closed; `rst`: they are reset. */
export function peerRestart(p: Peer, w: PeerWorld, closing: "fin" | "rst", refuseUs: Us): void {
  throw new Error(`unfinished ${p.addr.host} ${w.now()} ${closing} ${refuseUs}`);
}
