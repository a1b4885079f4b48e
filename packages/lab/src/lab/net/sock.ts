/** A TCP socket as plain data, and what its host does for it. Names are the kernel's. */
import type { Us } from "../trace.js";
import type { Endpoint, Payload, Segment } from "./segment.js";

/** `struct socket`'s own idea of where it is: SS_FREE, SS_UNCONNECTED and so on. */
export type SocketState = "FREE" | "UNCONNECTED" | "CONNECTING" | "CONNECTED" | "DISCONNECTING";

export const TCP_ESTABLISHED = 1;
export const TCP_SYN_SENT = 2;
export const TCP_SYN_RECV = 3;
export const TCP_FIN_WAIT1 = 4;
export const TCP_FIN_WAIT2 = 5;
export const TCP_TIME_WAIT = 6;
export const TCP_CLOSE = 7;
export const TCP_CLOSE_WAIT = 8;
export const TCP_LAST_ACK = 9;
export const TCP_CLOSING = 11;

const TCP_STATE_NAMES = [
  "?",
  "ESTABLISHED",
  "SYN_SENT",
  "SYN_RECV",
  "FIN_WAIT1",
  "FIN_WAIT2",
  "TIME_WAIT",
  "CLOSE",
  "CLOSE_WAIT",
  "LAST_ACK",
  "LISTEN",
  "CLOSING",
] as const;

/** The name of a `TCP_*` number, `?` for others. */
export function tcpStateName(state: number): string {
  return TCP_STATE_NAMES[state] ?? "?";
}

/** Bits of `sk_shutdown`. */
export const RCV_SHUTDOWN = 1;
export const SEND_SHUTDOWN = 2;
export const SHUTDOWN_MASK = 3;

/** `how` of shutdown(2). */
export const SHUT_RD = 0;
export const SHUT_WR = 1;
export const SHUT_RDWR = 2;

export interface Sock {
  readonly id: number;
  readonly host: string;
  readonly laddr: Endpoint;
  raddr: Endpoint | undefined;
  /** SS_*. */
  state: SocketState;
  /** TCP_*. */
  sk_state: number;
  /** Positive errno, 0: none. Taken by whoever is told of it, see {@link sock_error}. */
  sk_err: number;
  /** What ICMP said and nobody acted on. */
  sk_err_soft: number;
  /** RCV_SHUTDOWN | SEND_SHUTDOWN. */
  sk_shutdown: number;
  /** SOCK_DEAD: no user has it any more; no callbacks. */
  dead: boolean;
  /** SOCK_DONE: the peer's FIN has been seen. */
  done: boolean;
  /** A user has the socket lock; what arrives waits in `backlog`. */
  owned: boolean;
  backlog: Segment[];
  /** Oldest unacknowledged, next to send (the kernel's write_seq too: the model sends at once), next expected. */
  snd_una: number;
  snd_nxt: number;
  rcv_nxt: number;
  /** Sent and not acknowledged, oldest first. */
  writeQueue: Segment[];
  /** Arrived and not read. */
  receiveQueue: Payload[];
  /** Bytes the write queue may hold. */
  sndbuf: number;
  /** SOCK_NOSPACE: a writer wants to hear of room. */
  noSpace: boolean;
  /** What arrived has not been acknowledged yet; whatever is sent next does it. `inet_csk_ack_scheduled` */
  ackPending: boolean;
  /** Retransmission timeout now, and when it fires; undefined: not armed. */
  rtoUs: Us;
  rtoAtUs: Us | undefined;
  /** Retransmissions of the oldest segment so far. */
  retransmits: number;
}

/** A socket in SS_UNCONNECTED, TCP CLOSE, bound to `laddr`. */
export function newSock(id: number, laddr: Endpoint, sndbuf = 87_040): Sock {
  return {
    id,
    host: laddr.host,
    laddr,
    raddr: undefined,
    state: "UNCONNECTED",
    sk_state: TCP_CLOSE,
    sk_err: 0,
    sk_err_soft: 0,
    sk_shutdown: 0,
    dead: false,
    done: false,
    owned: false,
    backlog: [],
    snd_una: 0,
    snd_nxt: 0,
    rcv_nxt: 0,
    writeQueue: [],
    receiveQueue: [],
    sndbuf,
    noSpace: false,
    ackPending: false,
    rtoUs: 0,
    rtoAtUs: undefined,
    retransmits: 0,
  };
}

/** What is left of a connection that was closed from this side: enough to answer for it. `inet_timewait_sock`. */
export interface TimeWait {
  readonly laddr: Endpoint;
  readonly raddr: Endpoint;
  readonly snd_nxt: number;
  rcv_nxt: number;
  /** TCP_TIME_WAIT, or TCP_FIN_WAIT2 of a closed socket whose peer has not sent its FIN. */
  substate: number;
  untilUs: Us;
}

/** What a host does for its sockets. The callbacks run with the socket as it is at that point, in the kernel's order. */
export interface SockHost {
  now(): Us;
  /** Sends a segment; whether it goes anywhere is up to the route. `sk` undefined: sent for no socket. */
  transmit(sk: Sock | undefined, seg: Segment, cause: string): void;
  /** 0, or -ENETUNREACH under a blackhole route. */
  route(dstHost: string): number;
  /** The initial sequence number of a connection, uint32. */
  isn(): number;
  /** Until a SYN goes out again for the first time. `TCP_TIMEOUT_INIT` */
  readonly synTimeoutUs: Us;
  /** Of the whole host; changed in place. */
  readonly timeWaits: TimeWait[];
  sk_state_change(sk: Sock): void;
  sk_error_report(sk: Sock): void;
  sk_data_ready(sk: Sock): void;
  sk_write_space(sk: Sock): void;
}

/** Takes the socket's error: 0 or a negative errno, and it is gone. `sock_error` */
export function sock_error(sk: Sock): number {
  const err = sk.sk_err;
  sk.sk_err = 0;
  return err === 0 ? 0 : -err;
}

/** The user's side of the socket lock; who waits for it is the scheduler's affair. Given back by `release_sock`. */
export function lock_sock(sk: Sock): void {
  sk.owned = true;
}
