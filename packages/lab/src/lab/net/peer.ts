/** A server at the other end: the same TCP, a listener, and answers after a while. Its Linux is a modern one. */
import type { Us } from "../trace.js";
import { inet_release } from "./inet.js";
import type { Endpoint, Payload, Segment } from "./segment.js";
import { seqAdd } from "./seq.js";
import {
  newSock,
  type Sock,
  type SockHost,
  TCP_CLOSE,
  TCP_CLOSE_WAIT,
  TCP_ESTABLISHED,
  TCP_SYN_RECV,
  type TimeWait,
} from "./sock.js";
import { tcp_disconnect, tcp_recvmsg, tcp_sendmsg } from "./tcp.js";
import { inet_lookup, tcp_conn_request, tcp_v4_rcv } from "./tcp-input.js";
import { TCP_TIMEOUT_INIT_US } from "./tcp-output.js";
import { tcp_write_timer } from "./timer.js";
import { sameEndpoint, timewait_rcv } from "./timewait.js";

/** What a peer needs of the world: time and a wire. */
export type PeerWorld = Pick<SockHost, "now" | "transmit" | "route">;

/** Plain data. */
export interface Peer {
  readonly addr: Endpoint;
  /** From a call's arrival to its reply. */
  readonly serviceUs: Us;
  socks: Sock[];
  readonly timeWaits: TimeWait[];
  /** It listens from then on; SYNs before that are refused. */
  listenAtUs: Us;
  /** listen(2)'s; knfsd's is 64. */
  backlog: number;
  /** Others' connections that wait to be accepted. */
  crowd: number;
  /** Nothing is accepted before; undefined: everything is, as it comes. */
  acceptAtUs: Us | undefined;
  /** Ids of the sockets that are established and wait to be accepted. */
  unaccepted: number[];
  /** Replies to come. */
  work: { readonly sockId: number; readonly reply: Payload; readonly atUs: Us }[];
  nextId: number;
  nextIsn: number;
}

/** Bytes of a reply by NFSv3 procedure, mark included; the others count as GETATTR. */
const REPLY_BYTES: Readonly<Record<number, number>> = { 0: 28, 1: 116, 4: 124 };
const GETATTR = 1;

/** Apart from each other as those of a server that is asked every few milliseconds. */
const ISN_STEP = 190_000;

export function newPeer(addr: Endpoint, serviceUs: Us): Peer {
  return {
    addr,
    serviceUs,
    socks: [],
    timeWaits: [],
    listenAtUs: 0,
    backlog: 64,
    crowd: 0,
    acceptAtUs: undefined,
    unaccepted: [],
    work: [],
    nextId: 1,
    nextIsn: 4_179_637_452,
  };
}

function hostOf(p: Peer, w: PeerWorld): SockHost {
  const h: SockHost = {
    now: () => w.now(),
    transmit: (sk, seg, cause) => w.transmit(sk, seg, cause),
    route: (dstHost) => w.route(dstHost),
    synTimeoutUs: TCP_TIMEOUT_INIT_US,
    timeWaits: p.timeWaits,
    isn() {
      const isn = p.nextIsn;
      p.nextIsn = seqAdd(isn, ISN_STEP);
      return isn;
    },
    // As svc_tcp_state_change: a client that ends its stream gets no more answers.
    sk_state_change(sk) {
      if (sk.sk_state === TCP_ESTABLISHED && p.acceptAtUs !== undefined) p.unaccepted.push(sk.id);
      if (sk.sk_state === TCP_CLOSE_WAIT && isAccepted(p, sk)) inet_release(h, sk);
    },
    sk_error_report() {},
    sk_data_ready(sk) {
      if (isAccepted(p, sk)) takeCalls(p, h, sk);
    },
    sk_write_space() {},
  };
  return h;
}

function isAccepted(p: Peer, sk: Sock): boolean {
  return !p.unaccepted.includes(sk.id);
}

/** `sk_acceptq_is_full`: one more than the backlog says. */
function isFull(p: Peer): boolean {
  return p.crowd + p.unaccepted.length > p.backlog;
}

/** What a full accept queue makes of a segment: why it is ignored; undefined: it is not. */
function overflow(p: Peer, sk: Sock | undefined, seg: Segment): string | undefined {
  if (!isFull(p) || seg.rst) return undefined;
  // tcp_v4_conn_request: two may be on their way in all the same, if their SYN-ACK went out once.
  const young = p.socks.filter((one) => one.sk_state === TCP_SYN_RECV && one.retransmits === 0).length;
  if (sk === undefined) return seg.syn && young > 1 ? "accept queue full, SYN dropped" : undefined;
  // tcp_check_req: the connection stays half open on this side, and its SYN-ACK goes out again.
  return sk.sk_state === TCP_SYN_RECV && seg.ack ? "accept queue full" : undefined;
}

/** The server process comes to its queue. */
function acceptAll(p: Peer, h: SockHost): void {
  const waiting = p.unaccepted;
  p.unaccepted = [];
  p.crowd = 0;
  p.acceptAtUs = undefined;
  for (const sk of p.socks.filter(({ id }) => waiting.includes(id))) {
    takeCalls(p, h, sk);
    if (sk.sk_state === TCP_CLOSE_WAIT) inet_release(h, sk);
  }
}

function takeCalls(p: Peer, h: SockHost, sk: Sock): void {
  for (let call = tcp_recvmsg(h, sk); typeof call !== "number"; call = tcp_recvmsg(h, sk)) {
    const bytes = REPLY_BYTES[call.proc] ?? REPLY_BYTES[GETATTR] ?? 0;
    const reply: Payload = { kind: "reply", xid: call.xid, proc: call.proc, bytes };
    p.work.push({ sockId: sk.id, reply, atUs: h.now() + p.serviceUs });
  }
}

/** Nobody but the kernel's timers holds on to a connection that is over, and those have stopped. */
function prune(p: Peer): void {
  p.socks = p.socks.filter((sk) => sk.sk_state !== TCP_CLOSE);
  p.unaccepted = p.unaccepted.filter((id) => p.socks.some((sk) => sk.id === id));
}

/** A segment for the peer arrived. Returns why it took no notice; undefined: it did. */
export function peerReceive(p: Peer, w: PeerWorld, seg: Segment): string | undefined {
  const h = hostOf(p, w);
  const sk = inet_lookup(p.socks, seg);
  const opens = seg.syn && !seg.ack && !seg.rst && sameEndpoint(p.addr, seg.dst);
  const listens = sk === undefined && opens && w.now() >= p.listenAtUs;
  const ignored = listens || sk !== undefined ? overflow(p, sk, seg) : undefined;
  if (ignored !== undefined) return ignored;
  if (listens) {
    if (!timewait_rcv(h, seg)) accept(p, h, seg);
  } else tcp_v4_rcv(h, sk, seg);
  prune(p);
  return undefined;
}

function accept(p: Peer, h: SockHost, syn: Segment): void {
  const sk = newSock(p.nextId, p.addr);
  p.nextId += 1;
  p.socks.push(sk);
  tcp_conn_request(h, sk, syn);
}

/** When the peer next has something to do by itself; undefined: never, if nothing arrives. */
export function peerNextUs(p: Peer): Us | undefined {
  let next = p.acceptAtUs ?? Number.POSITIVE_INFINITY;
  for (const job of p.work) next = Math.min(next, job.atUs);
  for (const sk of p.socks) next = Math.min(next, sk.rtoAtUs ?? next);
  return next === Number.POSITIVE_INFINITY ? undefined : next;
}

/** Does what is due by now: replies, retransmissions. */
export function peerRun(p: Peer, w: PeerWorld): void {
  const h = hostOf(p, w);
  const now = w.now();
  if (p.acceptAtUs !== undefined && p.acceptAtUs <= now) acceptAll(p, h);
  const ready = p.work.filter((job) => job.atUs <= now);
  p.work = p.work.filter((job) => job.atUs > now);
  for (const { sockId, reply } of ready) {
    const sk = p.socks.find((s) => s.id === sockId && !s.dead);
    if (sk !== undefined) tcp_sendmsg(h, sk, reply);
  }
  for (const sk of p.socks) tcp_write_timer(h, sk);
  prune(p);
}

/**
 * The server process ends and is back after `refuseUs`; a SYN before that draws a RST. `fin`: its connections are
 * closed and the kernel sees them off. `rst`: they are reset and forgotten, TIME_WAIT too. `queue`: the new process has
 * this backlog, finds so many connections of others there already, and accepts none of all for so long.
 */
export function peerRestart(
  p: Peer,
  w: PeerWorld,
  closing: "fin" | "rst",
  refuseUs: Us,
  queue?: { readonly backlog: number; readonly crowd: number; readonly acceptUs: Us },
): void {
  const h = hostOf(p, w);
  for (const sk of p.socks) {
    // A connection that nobody accepted is reset either way.
    if (closing === "rst" || sk.sk_state === TCP_SYN_RECV || !isAccepted(p, sk)) tcp_disconnect(h, sk);
    else if (!sk.dead) inet_release(h, sk);
  }
  if (closing === "rst") p.timeWaits.length = 0;
  p.work = [];
  p.listenAtUs = w.now() + refuseUs;
  p.unaccepted = [];
  p.backlog = queue?.backlog ?? p.backlog;
  p.crowd = queue?.crowd ?? 0;
  p.acceptAtUs = queue === undefined || queue.acceptUs === 0 ? undefined : p.listenAtUs + queue.acceptUs;
  prune(p);
}
