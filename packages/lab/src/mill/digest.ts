import { CALL_STATES, CONN_MOVES, XPRT_STATES } from "unstuck/sunrpc";
import { argOf, DISCONNECT, kindOf } from "./choice.js";
import type { RealServer } from "./real-server.js";
import type { Socket } from "./socket.js";
import type { World } from "./world.js";

type Core = World["machine"];
type Xprt = Core["xprts"][number];

const XPRT_ROWS = rows(Object.keys(XPRT_STATES));
const CALL_ROWS = rows(Object.keys(CALL_STATES));
const STAGE_ROWS = rows(["none", "ping", "connecting", "calling", "pause", "verdict"]);
const CONN_ROWS = rows(Object.keys(CONN_MOVES));
const LISTENING_ROWS = rows(["serve", "refuse", "slam", "mute", "slow"]);

function rows(names: readonly string[]): ReadonlyMap<string, number> {
  return new Map(names.map((name, row) => [name, row]));
}

/** The present, as of which moments are hashed, and the two lanes. */
let now = 0;
let a = 0;
let b = 0;

/** Mixes in one 32-bit word. */
function word(n: number): void {
  a = Math.imul(a ^ n, 0x85ebca6b);
  a = (a << 13) | (a >>> 19);
  b = Math.imul(b + n, 0xc2b2ae35);
  b ^= b >>> 15;
}

/** A length of time to a microsecond; any from ten minutes on are the same, and for ever. */
function ms(length: number): void {
  word(Math.round(Math.min(length, 600_000) * 1_000));
}

/** A moment, as seen from the present. */
function moment(at: number): void {
  ms(at - now);
}

function flag(yes: boolean): void {
  word(yes ? 1 : 0);
}

/**
 * The present of a world as a whole number below 2^53: all that decides what may happen from here on and what the
 * properties will say of it. Moments count from now, and sockets by their order, so that what differs only in its
 * past is the same. Left out: histories, counters for people, texts, and the xids of pings. Bytes that a record
 * reader holds are those that its socket says were given.
 *
 * So pruning by it is exact but for collisions of the hash (n states: n²/2^54). If the core grows a field that
 * decides something, it must come in here.
 */
export function digestOf(w: World): number {
  now = w.now;
  a = 0x2545f491;
  b = 0x27d4eb2f;
  core(w);
  outside(w);
  for (const s of w.net.sockets) socket(s);
  if (w.net.server !== undefined) server(w, w.net.server);
  a ^= a >>> 16;
  b = Math.imul(b ^ (b >>> 13), 0x85ebca6b) ^ a;
  return (a >>> 0) * 2 ** 21 + (b >>> 11);
}

function core(w: World): void {
  const m = w.machine;
  for (const call of m.calls.values()) {
    word(call.task);
    word(call.tag as number);
    word(call.xprt);
    word(CALL_ROWS.get(call.state)!);
    flag(call.hasSlot);
    flag(call.attempts > 0);
    moment(call.deadline ?? Number.POSITIVE_INFINITY);
    ms(call.timeoutMs);
    moment(call.timeoutAt);
    moment(call.majorAt);
    // Datagrams sent before the silence began are sent again when it ends.
    if (w.net.isDatagram) moment(call.sentAt);
  }
  for (const x of m.xprts) xprt(w, x);
  moment(m.timerAt);
  word(m.lastXprt);
  flag(m.closed);
}

function xprt(w: World, x: Xprt): void {
  const { probe, waiting } = x;
  word(XPRT_ROWS.get(x.state)!);
  word(rowOf(w, x.cookie));
  word(x.localPort);
  flag(x.portTaken);
  moment(x.timerAt);
  moment(Math.max(x.restUntil, now));
  if (x.state === "connecting") moment(x.stateSince);
  word(x.failures);
  word(x.unanswered);
  ms(x.connectMs);
  flag(x.answered);
  word(x.replacements);
  word(x.used);
  word(x.pending);
  word(x.unsent);
  moment(x.heardAt ?? 0);
  moment(x.recordAt);
  moment(x.busySince);
  moment(x.idleSince);
  moment(x.checkAt);
  word(STAGE_ROWS.get(probe.stage)!);
  word(rowOf(w, probe.cookie));
  moment(probe.until);
  word(probe.attempts);
  if (w.net.isDatagram) moment(probe.since);
  for (const list of [waiting.slot, waiting.connect, waiting.space]) {
    word(-2);
    for (const task of list.toArray()) word(task);
  }
}

function outside(w: World): void {
  word(w.deeds);
  if (!w.isWell) moment(w.deedAt);
  word(w.early);
  word(w.clockMoves);
  ms(Math.min(w.now - w.wellSince, w.scenario.healMs + 1));
  flag(w.isClosed);
  word(typeof w.over === "object" ? 1 : w.over === undefined ? 0 : 2);
  for (const call of w.calls) {
    word(call.task);
    word(call.settled);
    flag(call.cancelled);
    flag(call.sends > 0);
    if (call.settled > 0) continue;
    moment(call.startedAt);
    if (call.sends === 0) continue;
    moment(call.sentAt);
    word(rowOf(w, call.sentOn));
  }
  for (const x of w.xprts) {
    word(rowOf(w, x.cookie));
    word(x.port);
    flag(x.portTaken);
    word(x.unanswered);
    word(x.connects);
    word(x.failures);
    ms(Math.max(0, x.owesMs - (w.now - x.owesSince)));
  }
  flag(w.net.hole);
  word(LISTENING_ROWS.get(w.net.listening)!);
  word(w.net.nextPort);
  word(w.net.takenBelow);
  word(w.net.lost);
  word(w.net.doubled);
  for (const code of w.work) {
    const kind = kindOf(code);
    word(kind);
    word(kind === DISCONNECT ? rowOf(w, argOf(code)) : argOf(code));
  }
}

function socket(s: Socket): void {
  word(s.xprt);
  flag(s.probe);
  word(s.port);
  word(s.end);
  word(s.peer);
  // The xid follows from the call; of pings it does not matter.
  for (let i = 1; i < s.out.length; i += 2) word(s.out[i]!);
  word(-2);
  for (let i = 1; i < s.todo.length; i += 2) word(s.todo[i]!);
  word(-2);
  for (let i = 1; i < s.back.length; i += 2) word(s.back[i]!);
  word(-2);
  flag(s.isHalfSent);
  flag(s.fin);
  word(s.given);
  word(s.error);
  word(s.untaken);
  flag(s.finSeen);
  moment(s.heldAt);
  moment(Math.max(s.retryAt, now));
  moment(s.heardAt);
  flag(s.answered);
  flag(s.synPending);
}

/** What the server core remembers: connections by their order, since their names count the past. */
function server(w: World, { state, pending, unheard }: RealServer): void {
  const { conns, cache } = state;
  const ids = [...conns.keys()];
  const rowOfConn = (id: number) => ids.indexOf(id);
  for (const conn of conns.values()) {
    word(rowOf(w, conn.id));
    word(CONN_ROWS.get(conn.state)!);
    word(conn.inFlight);
  }
  word(-2);
  for (const call of pending) {
    word(call.xid);
    word(rowOfConn(call.conn));
    text(call.cacheKey ?? "");
  }
  word(-2);
  for (const id of unheard) word(rowOfConn(id));
  for (const [key, running] of cache.running) {
    text(key);
    for (const id of running.conns) word(rowOfConn(id));
  }
  word(-2);
  for (const [key, { at }] of cache.answered) {
    text(key);
    // It is forgotten after two minutes, and no small world lasts so long; but a large one may.
    moment(at);
  }
  for (const call of w.calls) {
    word(call.runs);
    word(call.ranFrom);
  }
}

function text(s: string): void {
  for (let i = 0; i < s.length; i++) word(s.charCodeAt(i));
}

/** Which of the sockets; -1: one that is forgotten, or none. */
function rowOf(w: World, cookie: number): number {
  const { sockets } = w.net;
  for (let i = 0; i < sockets.length; i++) if (sockets[i]!.cookie === cookie) return i;
  return -1;
}
