/** What each call returns and leaves behind in each state: the tables of Linux 3.6. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  EAGAIN,
  EALREADY,
  ECONNABORTED,
  ECONNREFUSED,
  ECONNRESET,
  EHOSTUNREACH,
  EINPROGRESS,
  EINVAL,
  EISCONN,
  ENETUNREACH,
  ENOTCONN,
  EPIPE,
  icmp_error,
  inet_shutdown,
  inet_stream_connect,
  newSock,
  SHUT_WR,
  type Sock,
  type SocketState,
  TCP_CLOSE,
  TCP_CLOSE_WAIT,
  TCP_CLOSING,
  TCP_ESTABLISHED,
  TCP_FIN_WAIT1,
  TCP_FIN_WAIT2,
  TCP_LAST_ACK,
  TCP_SYN_RECV,
  TCP_SYN_SENT,
  tcp_disconnect,
  tcp_sendmsg,
  tcp_v4_rcv,
  tcpStateName,
} from "./mod.js";
import { CLIENT, clientSock, newWorld, outage, SERVER } from "./world.fixture.js";

const CALL = { kind: "call", xid: 1, proc: 1, bytes: 84 } as const;

/** A socket put into a state by hand. */
function sockIn(tcp: number, given: Partial<Sock> = {}): Sock {
  return {
    ...newSock(1, CLIENT),
    state: "CONNECTING",
    sk_state: tcp,
    raddr: tcp === TCP_CLOSE ? undefined : SERVER,
    snd_una: 500,
    snd_nxt: 500,
    rcv_nxt: 900,
    ...given,
  };
}

const CONNECT: readonly (readonly [
  ss: SocketState,
  tcp: number,
  err: number,
  result: number,
  ss: SocketState,
  tcp: number,
])[] = [
  ["UNCONNECTED", TCP_CLOSE, 0, -EINPROGRESS, "CONNECTING", TCP_SYN_SENT],
  ["UNCONNECTED", TCP_CLOSE, ECONNRESET, -EINPROGRESS, "CONNECTING", TCP_SYN_SENT],
  ["UNCONNECTED", TCP_ESTABLISHED, 0, -EISCONN, "UNCONNECTED", TCP_ESTABLISHED],
  ["CONNECTING", TCP_SYN_SENT, 0, -EALREADY, "CONNECTING", TCP_SYN_SENT],
  ["CONNECTING", TCP_SYN_RECV, 0, -EALREADY, "CONNECTING", TCP_SYN_RECV],
  ["CONNECTING", TCP_ESTABLISHED, 0, 0, "CONNECTED", TCP_ESTABLISHED],
  ["CONNECTING", TCP_CLOSE_WAIT, 0, 0, "CONNECTED", TCP_CLOSE_WAIT],
  ["CONNECTING", TCP_CLOSE, ECONNREFUSED, -ECONNREFUSED, "UNCONNECTED", TCP_CLOSE],
  ["CONNECTING", TCP_CLOSE, 0, -ECONNABORTED, "UNCONNECTED", TCP_CLOSE],
  ["CONNECTED", TCP_ESTABLISHED, 0, -EISCONN, "CONNECTED", TCP_ESTABLISHED],
  ["CONNECTED", TCP_CLOSE, 0, -EISCONN, "CONNECTED", TCP_CLOSE],
  ["DISCONNECTING", TCP_CLOSE, 0, -EINVAL, "DISCONNECTING", TCP_CLOSE],
  ["FREE", TCP_CLOSE, 0, -EINVAL, "FREE", TCP_CLOSE],
];

for (const [ss, tcp, err, result, ssAfter, tcpAfter] of CONNECT) {
  test(`connect in SS_${ss}, ${tcpStateName(tcp)}, error ${err}`, () => {
    const sk = sockIn(tcp, { state: ss, sk_err: err });
    assert.equal(inet_stream_connect(newWorld().client, sk, SERVER), result);
    assert.deepEqual([sk.state, sk.sk_state, sk.sk_err], [ssAfter, tcpAfter, 0]);
  });
}

test("connect clears the error and keeps the shutdown bits", () => {
  const sk = sockIn(TCP_CLOSE, { state: "UNCONNECTED", sk_err: ECONNRESET, sk_shutdown: 2 });
  inet_stream_connect(newWorld().client, sk, SERVER);
  assert.deepEqual([sk.sk_err, sk.sk_shutdown], [0, 2]);
});

test("connect through a blackhole fails at once and changes nothing", () => {
  const w = newWorld();
  outage(w, true);
  const sk = sockIn(TCP_CLOSE, { state: "UNCONNECTED" });
  const before = structuredClone(sk);
  assert.equal(inet_stream_connect(w.client, sk, SERVER), -ENETUNREACH);
  assert.deepEqual(sk, before);
});

const SEND: readonly (readonly [tcp: number, err: number, shutdown: number, result: number])[] = [
  [TCP_SYN_SENT, 0, 0, -EAGAIN],
  [TCP_SYN_RECV, 0, 0, -EAGAIN],
  [TCP_SYN_SENT, ECONNRESET, 0, -ECONNRESET],
  [TCP_CLOSE, ECONNRESET, 3, -ECONNRESET],
  [TCP_CLOSE, 0, 0, -EPIPE],
  [TCP_FIN_WAIT1, 0, 2, -EPIPE],
  [TCP_FIN_WAIT2, 0, 2, -EPIPE],
  [TCP_LAST_ACK, 0, 3, -EPIPE],
  [TCP_CLOSING, ECONNRESET, 3, -ECONNRESET],
  [TCP_ESTABLISHED, ECONNRESET, 0, -ECONNRESET],
  [TCP_CLOSE_WAIT, EPIPE, 1, -EPIPE],
  [TCP_ESTABLISHED, 0, 2, -EPIPE],
  [TCP_CLOSE_WAIT, 0, 3, -EPIPE],
  [TCP_ESTABLISHED, 0, 0, 84],
  [TCP_CLOSE_WAIT, 0, 1, 84],
];

for (const [tcp, err, shutdown, result] of SEND) {
  test(`send in ${tcpStateName(tcp)}, error ${err}, shutdown ${shutdown}`, () => {
    const sk = sockIn(tcp, { sk_err: err, sk_shutdown: shutdown });
    const { client, segments } = newWorld();
    assert.equal(tcp_sendmsg(client, sk, CALL), result);
    assert.equal(sk.sk_err, 0, "the error is taken");
    assert.equal(sk.sk_shutdown, shutdown);
    assert.equal(segments.length, result > 0 ? 1 : 0);
  });
}

/** shutdown(WR): result, state after, bits after, callbacks, what is sent. */
const SHUTDOWN: readonly (readonly [
  tcp: number,
  result: number,
  ss: SocketState,
  after: number,
  bits: number,
  log: string[],
  wire: string[],
])[] = [
  [TCP_CLOSE, -ENOTCONN, "DISCONNECTING", TCP_CLOSE, 2, ["change 7 2"], []],
  [TCP_ESTABLISHED, 0, "CONNECTED", TCP_FIN_WAIT1, 2, ["change 4 2"], ["c FIN,ACK"]],
  [TCP_CLOSE_WAIT, 0, "CONNECTED", TCP_LAST_ACK, 2, ["change 9 2"], ["c FIN,ACK"]],
  [TCP_SYN_RECV, 0, "DISCONNECTING", TCP_FIN_WAIT1, 2, ["change 4 2"], ["c FIN,ACK"]],
  [TCP_SYN_SENT, 0, "UNCONNECTED", TCP_CLOSE, 0, ["error 104", "change 7 0"], []],
  [TCP_FIN_WAIT1, 0, "CONNECTED", TCP_FIN_WAIT1, 2, ["change 4 2"], []],
  [TCP_LAST_ACK, 0, "CONNECTED", TCP_LAST_ACK, 2, ["change 9 2"], []],
];

for (const [tcp, result, ss, after, bits, log, wire] of SHUTDOWN) {
  test(`shutdown(WR) in SS_CONNECTING, ${tcpStateName(tcp)}`, () => {
    const sk = sockIn(tcp);
    const w = newWorld();
    assert.equal(inet_shutdown(w.client, sk, SHUT_WR), result);
    assert.deepEqual([sk.state, sk.sk_state, sk.sk_shutdown], [ss, after, bits]);
    assert.deepEqual([w.log, w.wire], [log, wire]);
  });
}

test("shutdown leaves SS_UNCONNECTED and SS_CONNECTED alone, and knows three ways only", () => {
  for (const state of ["UNCONNECTED", "CONNECTED"] as const) {
    const sk = sockIn(TCP_CLOSE, { state });
    assert.equal(inet_shutdown(newWorld().client, sk, SHUT_WR), -ENOTCONN);
    assert.equal(sk.state, state);
  }
  assert.equal(inet_shutdown(newWorld().client, sockIn(TCP_CLOSE), 3), -EINVAL);
});

/** tcp_disconnect: the error it leaves, and whether it sends a RST. */
const DISCONNECT: readonly (readonly [tcp: number, unacked: number, err: number, wire: string[]])[] = [
  [TCP_ESTABLISHED, 0, ECONNRESET, ["c RST,ACK"]],
  [TCP_CLOSE_WAIT, 0, ECONNRESET, ["c RST,ACK"]],
  [TCP_FIN_WAIT1, 0, ECONNRESET, ["c RST,ACK"]],
  [TCP_FIN_WAIT2, 0, ECONNRESET, ["c RST,ACK"]],
  [TCP_SYN_RECV, 0, ECONNRESET, ["c RST,ACK"]],
  [TCP_SYN_SENT, 1, ECONNRESET, []],
  [TCP_CLOSE, 0, 0, []],
];

for (const [tcp, unacked, err, wire] of DISCONNECT) {
  test(`disconnect in ${tcpStateName(tcp)}`, () => {
    const sk = sockIn(tcp, { sk_shutdown: 3, snd_una: 500 - unacked, rtoAtUs: 7, receiveQueue: [CALL] });
    const w = newWorld();
    assert.equal(tcp_disconnect(w.client, sk), 0);
    assert.deepEqual([sk.sk_state, sk.sk_err, sk.sk_shutdown], [TCP_CLOSE, err, 0]);
    assert.deepEqual([sk.rtoAtUs, sk.receiveQueue], [undefined, []]);
    assert.deepEqual(w.log, [`error ${err}`], "it reports an error even without one");
    assert.deepEqual(w.wire, wire);
  });
}

test("after a disconnect the next connection's sequence numbers lie beyond the last one's", () => {
  const sk = sockIn(TCP_ESTABLISHED);
  const { client } = newWorld();
  tcp_disconnect(client, sk);
  assert.equal(sk.snd_nxt, 500 + 65_537);
  sk.snd_nxt = 2 ** 32 - 1;
  tcp_disconnect(client, sk);
  assert.equal(sk.snd_nxt, 65_536);
});

/** RST: the error, and the callbacks in their order. */
const RESET: readonly (readonly [tcp: number, err: number])[] = [
  [TCP_SYN_SENT, ECONNREFUSED],
  [TCP_SYN_RECV, ECONNRESET],
  [TCP_ESTABLISHED, ECONNRESET],
  [TCP_FIN_WAIT1, ECONNRESET],
  [TCP_FIN_WAIT2, ECONNRESET],
  [TCP_CLOSE_WAIT, EPIPE],
  [TCP_LAST_ACK, ECONNRESET],
  [TCP_CLOSING, ECONNRESET],
];

function rst(seq: number, ackSeq: number) {
  const flags = { syn: false, fin: false, rst: true, ack: true };
  return { src: SERVER, dst: CLIENT, ...flags, seq, ackSeq, payload: undefined };
}

for (const [tcp, err] of RESET) {
  test(`RST in ${tcpStateName(tcp)}`, () => {
    const sk = sockIn(tcp);
    const w = newWorld();
    tcp_v4_rcv(w.client, sk, rst(900, 500));
    assert.deepEqual([sk.sk_state, sk.sk_err, sk.sk_shutdown], [TCP_CLOSE, err, 3]);
    assert.deepEqual(w.log, [`error ${err}`, "change 7 3"]);
    assert.deepEqual(w.wire, []);
  });
}

test("a RST on a closed socket, or with the wrong numbers, changes nothing", () => {
  const w = newWorld();
  for (const [tcp, seq, ackSeq] of [
    [TCP_CLOSE, 900, 500],
    [TCP_ESTABLISHED, 700, 500],
    [TCP_ESTABLISHED, 901, 500],
    [TCP_SYN_SENT, 900, 501],
  ] as const) {
    const sk = sockIn(tcp);
    tcp_v4_rcv(w.client, sk, rst(seq, ackSeq));
    assert.deepEqual([sk.sk_state, sk.sk_err], [tcp, 0]);
  }
  assert.deepEqual(w.log, []);
});

test("an ICMP error ends a handshake when the socket is not locked; else it is only noted", () => {
  for (const [tcp, owned, dies] of [
    [TCP_SYN_SENT, false, true],
    [TCP_SYN_SENT, true, false],
    [TCP_ESTABLISHED, false, false],
  ] as const) {
    const w = newWorld();
    const sk = sockIn(tcp, { owned });
    icmp_error(w.client, sk, EHOSTUNREACH);
    const expected = dies ? [TCP_CLOSE, EHOSTUNREACH, 0] : [tcp, 0, EHOSTUNREACH];
    assert.deepEqual([sk.sk_state, sk.sk_err, sk.sk_err_soft], expected);
    assert.deepEqual(w.log, dies ? [`error ${EHOSTUNREACH}`, "change 7 3"] : []);
  }
});

test("without room a send is put off, and told of when there is some", () => {
  const w = newWorld();
  const sk = Object.assign(clientSock(w, 150), sockIn(TCP_ESTABLISHED, { sndbuf: 150 }));
  assert.equal(tcp_sendmsg(w.client, sk, CALL), 84);
  assert.equal(tcp_sendmsg(w.client, sk, CALL), 84);
  assert.equal(tcp_sendmsg(w.client, sk, CALL), -EAGAIN);
  tcp_v4_rcv(w.client, sk, { ...rst(900, 584), rst: false });
  assert.deepEqual([w.log, sk.noSpace], [["space"], false]);
  assert.equal(tcp_sendmsg(w.client, sk, CALL), 84);
});
