/** Two hosts and a wire for the tests: plain sockets on either, whose callbacks are written down. */
import type { Us } from "../trace.js";
import {
  blackhole,
  due,
  type Endpoint,
  type Fabric,
  heal,
  inet_lookup,
  newFabric,
  newPeer,
  newSock,
  nextArrivalUs,
  type Peer,
  peerNextUs,
  peerReceive,
  peerRun,
  route,
  type Segment,
  type Sock,
  type SockHost,
  sameEndpoint,
  send,
  seqAdd,
  TCP_CLOSE,
  TCP_ESTABLISHED,
  tcp_v4_rcv,
  tcp_write_timer,
  timewait_rcv,
} from "./mod.js";
import { tcp_conn_request } from "./tcp-input.js";
import { TCP_TIMEOUT_INIT_US } from "./tcp-output.js";

export const CLIENT: Endpoint = { host: "192.168.1.100", port: 963 };
export const SERVER: Endpoint = { host: "192.168.1.200", port: 2049 };

export interface Stack extends SockHost {
  socks: Sock[];
  /** `full`: a listener whose queue is full and who lets SYNs fall. */
  listening: "no" | "yes" | "full";
  accepted: Sock[];
}

export interface World {
  now: Us;
  readonly fabric: Fabric;
  readonly client: Stack;
  readonly server: Stack;
  /** Takes the server's place once set. */
  peer: Peer | undefined;
  /** What the client's callbacks saw: `change <tcp state> <shutdown>`, `error <sk_err>`, `data`, `space`. */
  readonly log: string[];
  /** Every segment: `c SYN`, `s SYN,ACK`; `!` behind one that was dropped. */
  readonly wire: string[];
  readonly segments: Segment[];
}

/** Flags and payload for people. */
export function describe(seg: Segment): string {
  const flags = [seg.syn && "SYN", seg.fin && "FIN", seg.rst && "RST", seg.ack && "ACK", seg.payload?.kind];
  return flags.filter((flag) => typeof flag === "string").join(",");
}

function newStack(w: () => World, log: string[] | undefined, firstIsn: number): Stack {
  let isn = firstIsn;
  return {
    socks: [],
    synTimeoutUs: TCP_TIMEOUT_INIT_US,
    timeWaits: [],
    listening: "no",
    accepted: [],
    now: () => w().now,
    transmit(_sk, seg) {
      const world = w();
      const dropped = send(world.fabric, world.now, seg);
      world.segments.push(seg);
      const from = seg.src.host === CLIENT.host ? "c" : "s";
      world.wire.push(`${from} ${describe(seg)}${dropped === undefined ? "" : "!"}`);
    },
    route: (dst) => route(w().fabric, CLIENT.host, dst),
    isn() {
      isn = seqAdd(isn, 100_000);
      return isn;
    },
    sk_state_change(sk) {
      log?.push(`change ${sk.sk_state} ${sk.sk_shutdown}`);
      const { server } = w();
      if (log === undefined && sk.sk_state === TCP_ESTABLISHED) server.accepted.push(sk);
    },
    sk_error_report: (sk) => void log?.push(`error ${sk.sk_err}`),
    sk_data_ready: () => void log?.push("data"),
    sk_write_space: () => void log?.push("space"),
  };
}

export function newWorld(rpFilter: readonly string[] = []): World {
  const log: string[] = [];
  const world: World = {
    now: 0,
    fabric: newFabric(100, rpFilter),
    client: newStack(() => world, log, 1_000),
    // Its first sequence number is just short of where they wrap.
    server: newStack(() => world, undefined, 2 ** 32 - 100_010),
    peer: undefined,
    log,
    wire: [],
    segments: [],
  };
  return world;
}

/** A world whose server is a {@link Peer}. */
export function peerWorld(serviceUs: Us = 1_000, rpFilter: readonly string[] = []): World {
  const world = newWorld(rpFilter);
  world.peer = newPeer(SERVER, serviceUs);
  return world;
}

/** A client socket that is bound. */
export function clientSock(world: World, sndbuf?: number): Sock {
  const sk = newSock(world.client.socks.length + 1, CLIENT, sndbuf);
  world.client.socks.push(sk);
  return sk;
}

function deliver(world: World, seg: Segment): void {
  if (seg.dst.host === CLIENT.host) {
    tcp_v4_rcv(world.client, inet_lookup(world.client.socks, seg), seg);
  } else if (world.peer !== undefined) peerReceive(world.peer, world.server, seg);
  else serverReceive(world.server, seg);
}

function serverReceive(server: Stack, seg: Segment): void {
  const sk = inet_lookup(server.socks, seg);
  const opens = sk === undefined && seg.syn && !seg.ack && sameEndpoint(SERVER, seg.dst);
  if (!opens || server.listening === "no") return tcp_v4_rcv(server, sk, seg);
  if (server.listening === "full" || timewait_rcv(server, seg)) return;
  const child = newSock(server.socks.length + 1, SERVER);
  server.socks.push(child);
  tcp_conn_request(server, child, seg);
}

/** Lets everything happen until `untilUs`, timers and all; by default what happens within 50 ms. */
export function run(world: World, untilUs: Us = world.now + 50_000): void {
  const socks = () =>
    [...world.client.socks, ...world.server.socks].filter((sk) => sk.sk_state !== TCP_CLOSE);
  for (let steps = 0; steps < 10_000; steps += 1) {
    const times = socks().flatMap((sk) => sk.rtoAtUs ?? []);
    const next = Math.min(
      nextArrivalUs(world.fabric) ?? Infinity,
      (world.peer && peerNextUs(world.peer)) ?? Infinity,
      ...times,
    );
    if (next > untilUs) {
      world.now = untilUs;
      return;
    }
    world.now = Math.max(world.now, next);
    const seg = due(world.fabric, world.now);
    if (seg !== undefined) deliver(world, seg);
    else {
      for (const sk of world.client.socks) tcp_write_timer(world.client, sk);
      for (const sk of world.server.socks) tcp_write_timer(world.server, sk);
      if (world.peer !== undefined) peerRun(world.peer, world.server);
    }
  }
  throw new Error("the world does not come to rest");
}

/** The client's route to the server. */
export function outage(world: World, on: boolean): void {
  (on ? blackhole : heal)(world.fabric, CLIENT.host, SERVER.host);
}
