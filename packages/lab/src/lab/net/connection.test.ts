/** Connections from end to end: what goes over the wire, and the callbacks in their order. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  ETIMEDOUT,
  inet_release,
  inet_shutdown,
  inet_stream_connect,
  lock_sock,
  release_sock,
  SHUT_WR,
  type Sock,
  TCP_CLOSE,
  TCP_CLOSE_WAIT,
  TCP_CLOSING,
  TCP_ESTABLISHED,
  TCP_FIN_WAIT2,
  TCP_LAST_ACK,
  TCP_SYN_SENT,
  TCP_TIME_WAIT,
  tcp_recvmsg,
  tcp_sendmsg,
} from "./mod.js";
import { clientSock, newWorld, outage, run, SERVER, type World } from "./world.fixture.js";

const CALL = { kind: "call", xid: 7, proc: 1, bytes: 84 } as const;
const SECOND = 1_000_000;

/** A connection; log and wire begin after its handshake. */
function connected(): { w: World; sk: Sock; peer: Sock } {
  const w = newWorld();
  w.server.listening = "yes";
  const sk = clientSock(w);
  inet_stream_connect(w.client, sk, SERVER);
  run(w);
  const peer = w.server.accepted[0];
  assert.ok(peer !== undefined);
  forget(w);
  return { w, sk, peer };
}

function forget(w: World): void {
  w.log.length = 0;
  w.wire.length = 0;
}

test("handshake", () => {
  const w = newWorld();
  w.server.listening = "yes";
  const sk = clientSock(w);
  inet_stream_connect(w.client, sk, SERVER);
  assert.equal(sk.sk_state, TCP_SYN_SENT);
  run(w);
  assert.deepEqual(w.wire, ["c SYN", "s SYN,ACK", "c ACK"]);
  assert.deepEqual(w.log, ["change 1 0"]);
  assert.equal(w.server.accepted[0]?.sk_state, TCP_ESTABLISHED);
  assert.deepEqual([sk.rtoAtUs, sk.writeQueue, sk.state], [undefined, [], "CONNECTING"]);
});

test("data both ways, across the wrap of sequence numbers", () => {
  const { w, sk, peer } = connected();
  assert.equal(tcp_sendmsg(w.client, sk, CALL), 84);
  run(w);
  assert.deepEqual(tcp_recvmsg(w.server, peer), CALL);
  assert.ok(peer.snd_nxt > 2 ** 32 - 100);
  tcp_sendmsg(w.server, peer, { ...CALL, kind: "reply", bytes: 116 });
  run(w);
  assert.ok(peer.snd_nxt < 116 && peer.snd_una === peer.snd_nxt);
  assert.deepEqual(tcp_recvmsg(w.client, sk), { ...CALL, kind: "reply", bytes: 116 });
  assert.deepEqual(w.log, ["data"]);
});

test("FIN from here first: FIN_WAIT1, FIN_WAIT2, CLOSE twice, data", () => {
  const { w, sk, peer } = connected();
  inet_shutdown(w.client, sk, SHUT_WR);
  run(w);
  assert.deepEqual([sk.sk_state, peer.sk_state], [TCP_FIN_WAIT2, TCP_CLOSE_WAIT]);
  inet_release(w.server, peer);
  run(w);
  assert.deepEqual(w.wire, ["c FIN,ACK", "s ACK", "s FIN,ACK", "c ACK"]);
  assert.deepEqual(w.log, ["change 4 2", "change 5 2", "change 7 3", "change 7 3", "data"]);
  assert.equal(peer.sk_state, TCP_CLOSE);
  assert.equal(w.client.timeWaits[0]?.substate, TCP_TIME_WAIT);
});

test("FIN from there first: CLOSE_WAIT, then data; LAST_ACK leaves nothing behind", () => {
  const { w, sk, peer } = connected();
  inet_release(w.server, peer);
  run(w);
  assert.deepEqual(w.log, ["change 8 1", "data"]);
  inet_shutdown(w.client, sk, SHUT_WR);
  assert.equal(sk.sk_state, TCP_LAST_ACK);
  run(w);
  assert.deepEqual(w.wire, ["s FIN,ACK", "c ACK", "c FIN,ACK", "s ACK"]);
  assert.deepEqual(w.log.slice(2), ["change 9 3", "change 7 3"]);
  assert.deepEqual([w.client.timeWaits.length, w.server.timeWaits.length], [0, 1]);
});

test("FIN from both sides at once", () => {
  const { w, sk, peer } = connected();
  inet_shutdown(w.client, sk, SHUT_WR);
  inet_shutdown(w.server, peer, SHUT_WR);
  run(w, w.now + 100);
  assert.deepEqual([sk.sk_state, peer.sk_state], [TCP_CLOSING, TCP_CLOSING]);
  run(w);
  assert.deepEqual([sk.sk_state, peer.sk_state], [TCP_CLOSE, TCP_CLOSE]);
  assert.deepEqual(w.log, ["change 4 2", "change 11 3", "data", "change 7 3"]);
});

test("both connect at once", () => {
  const w = newWorld();
  const a = clientSock(w);
  const b: Sock = { ...structuredClone(a), id: 9, host: SERVER.host, laddr: SERVER };
  w.server.socks.push(b);
  inet_stream_connect(w.client, a, SERVER);
  inet_stream_connect(w.server, b, a.laddr);
  run(w);
  assert.deepEqual([a.sk_state, b.sk_state], [TCP_ESTABLISHED, TCP_ESTABLISHED]);
  tcp_sendmsg(w.client, a, CALL);
  run(w);
  assert.deepEqual(tcp_recvmsg(w.server, b), CALL);
});

test("a locked socket keeps what arrives until it is released, then sees it in order", () => {
  const { w, sk, peer } = connected();
  lock_sock(sk);
  tcp_sendmsg(w.server, peer, { ...CALL, kind: "reply" });
  inet_release(w.server, peer);
  run(w);
  assert.deepEqual([w.log, sk.sk_state, sk.backlog.length], [[], TCP_ESTABLISHED, 2]);
  release_sock(w.client, sk);
  assert.deepEqual([w.log, sk.owned, sk.backlog], [["data", "change 8 1", "data"], false, []]);
});

test("while a socket is locked its timer waits", () => {
  const { w, sk } = connected();
  outage(w, true);
  tcp_sendmsg(w.client, sk, CALL);
  lock_sock(sk);
  run(w, w.now + SECOND);
  assert.deepEqual(w.wire, ["c ACK,call!"]);
  release_sock(w.client, sk);
  run(w, w.now + 50_000);
  assert.equal(w.wire.length, 2);
});

test("what is lost is sent again, ever more rarely, and arrives once there is a route", () => {
  const { w, sk, peer } = connected();
  outage(w, true);
  tcp_sendmsg(w.client, sk, CALL);
  tcp_sendmsg(w.client, sk, { ...CALL, xid: 8 });
  const begin = w.now;
  run(w, begin + 3_100_000);
  // At 0.2, 0.6, 1.4 and 3 seconds, the oldest only.
  assert.equal(w.wire.length, 2 + 4);
  assert.equal(sk.rtoAtUs, begin + 6_200_000);
  outage(w, false);
  run(w, begin + 6_300_000);
  assert.deepEqual([tcp_recvmsg(w.server, peer), tcp_recvmsg(w.server, peer)], [CALL, { ...CALL, xid: 8 }]);
  assert.deepEqual([sk.retransmits, sk.rtoAtUs], [0, undefined]);
});

test("the longest pause between retransmissions is two minutes, and fifteen are the end", () => {
  const { w, sk } = connected();
  outage(w, true);
  tcp_sendmsg(w.client, sk, CALL);
  run(w, w.now + 2_000 * SECOND);
  assert.equal(w.wire.length, 1 + 15);
  assert.deepEqual(w.log, [`error ${ETIMEDOUT}`, "change 7 3"]);
  assert.equal(sk.rtoUs, 120 * SECOND);
});

test("a SYN nobody answers is sent five times more, then the connection times out", () => {
  const w = newWorld();
  w.server.listening = "full";
  const sk = clientSock(w);
  inet_stream_connect(w.client, sk, SERVER);
  run(w, 62 * SECOND);
  assert.equal(sk.sk_state, TCP_SYN_SENT);
  run(w, 64 * SECOND);
  assert.equal(w.wire.length, 6);
  assert.deepEqual(w.log, [`error ${ETIMEDOUT}`, "change 7 3"]);
});

test("a FIN that is lost is sent again", () => {
  const { w, sk, peer } = connected();
  outage(w, true);
  inet_shutdown(w.client, sk, SHUT_WR);
  run(w);
  outage(w, false);
  run(w, w.now + SECOND);
  assert.equal(peer.sk_state, TCP_CLOSE_WAIT);
  assert.deepEqual(w.wire, ["c FIN,ACK!", "c FIN,ACK", "s ACK"]);
});

test("TIME_WAIT acknowledges a FIN that comes again", () => {
  const { w, sk, peer } = connected();
  inet_shutdown(w.client, sk, SHUT_WR);
  run(w);
  inet_release(w.server, peer);
  run(w);
  forget(w);
  const fin = w.segments.findLast((seg) => seg.fin && seg.src.host === SERVER.host);
  assert.ok(fin !== undefined);
  w.server.transmit(undefined, fin, "again");
  run(w);
  assert.deepEqual(
    w.wire,
    ["s FIN,ACK", "c ACK", "s RST"],
    "and the server, long done, has no socket for that",
  );
});

test("TIME_WAIT makes way for a new SYN with higher numbers", () => {
  const { w, sk, peer } = connected();
  inet_release(w.server, peer);
  run(w);
  inet_shutdown(w.client, sk, SHUT_WR);
  run(w);
  assert.equal(w.server.timeWaits.length, 1);
  assert.equal(inet_stream_connect(w.client, sk, "AF_UNSPEC"), 0);
  inet_stream_connect(w.client, sk, SERVER);
  run(w);
  assert.deepEqual([sk.sk_state, w.server.timeWaits.length], [TCP_ESTABLISHED, 0]);
});

test("a socket closed on that side answers data with RST", () => {
  const { w, sk, peer } = connected();
  inet_release(w.server, peer);
  run(w);
  forget(w);
  tcp_sendmsg(w.client, sk, CALL);
  run(w);
  assert.deepEqual(w.wire, ["c ACK,call", "s RST"]);
  assert.deepEqual([sk.sk_state, w.log[0]], [TCP_CLOSE, "error 32"]);
});

test("a socket that is closed tells nobody any more", () => {
  const { w, sk, peer } = connected();
  inet_release(w.client, sk);
  run(w);
  inet_release(w.server, peer);
  run(w);
  assert.deepEqual([w.log, sk.sk_state, sk.state], [[], TCP_CLOSE, "FREE"]);
});
