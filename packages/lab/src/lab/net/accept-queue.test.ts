/** A listener whose accept queue is full, as Linux has it: SYNs dropped, the last ACK of a handshake not heard. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  inet_shutdown,
  inet_stream_connect,
  type Peer,
  peerReceive,
  peerRestart,
  type Segment,
  SHUT_WR,
  type Sock,
  TCP_CLOSE_WAIT,
  TCP_ESTABLISHED,
  TCP_SYN_RECV,
  tcp_recvmsg,
  tcp_sendmsg,
} from "./mod.js";
import { CLIENT, clientSock, peerWorld, run, SERVER, type World } from "./world.fixture.js";

const CALL = { kind: "call", xid: 7, proc: 1, bytes: 84 } as const;
const SECOND = 1_000_000;

/** A server that has just started, and a client that connects. */
function starting(backlog: number, crowd: number, acceptUs: number): { w: World; peer: Peer; sk: Sock } {
  const w = peerWorld();
  const peer = w.peer!;
  peerRestart(peer, w.server, "rst", 0, { backlog, crowd, acceptUs });
  const sk = clientSock(w);
  inet_stream_connect(w.client, sk, SERVER);
  return { w, peer, sk };
}

test("with room in the queue the call waits for the accept, and is answered then", () => {
  const { w, peer, sk } = starting(3, 3, SECOND);
  run(w);
  tcp_sendmsg(w.client, sk, CALL);
  run(w, SECOND - 1);
  assert.deepEqual(
    peer.socks.map((one) => one.sk_state),
    [TCP_ESTABLISHED],
  );
  assert.equal(tcp_recvmsg(w.client, sk), -11);
  run(w, SECOND + 2_000);
  assert.equal((tcp_recvmsg(w.client, sk) as { xid: number }).xid, 7);
});

test("without room the handshake ends on the client's side only; the repeated SYN-ACK ends it once there is room", () => {
  const { w, peer, sk } = starting(2, 3, 2 * SECOND);
  run(w);
  assert.equal(sk.sk_state, TCP_ESTABLISHED);
  tcp_sendmsg(w.client, sk, CALL);
  run(w, 2 * SECOND - 1);
  assert.deepEqual(
    peer.socks.map((one) => one.sk_state),
    [TCP_SYN_RECV],
  );
  assert.ok(w.wire.filter((line) => line === "s SYN,ACK").length > 1);
  run(w, 8 * SECOND);
  assert.deepEqual(
    peer.socks.map((one) => one.sk_state),
    [TCP_ESTABLISHED],
  );
  assert.equal((tcp_recvmsg(w.client, sk) as { xid: number }).xid, 7);
});

test("two may be half open while the queue is full; the SYN of a third is dropped", () => {
  const { w, peer } = starting(2, 3, 60 * SECOND);
  const syn = (port: number): Segment => ({ ...w.segments[0]!, src: { host: CLIENT.host, port } });
  run(w, w.now + 1_000);
  assert.equal(peerReceive(peer, w.server, syn(700)), undefined);
  assert.match(peerReceive(peer, w.server, syn(701)) ?? "", /SYN dropped/);
  assert.equal(peer.socks.length, 2);
});

test("who closes before being accepted is let go once it is", () => {
  const { w, peer, sk } = starting(8, 0, SECOND);
  run(w);
  tcp_sendmsg(w.client, sk, CALL);
  inet_shutdown(w.client, sk, SHUT_WR);
  run(w);
  assert.deepEqual(
    peer.socks.map((one) => one.sk_state),
    [TCP_CLOSE_WAIT],
  );
  run(w, 2 * SECOND);
  assert.deepEqual(peer.socks, []);
});

test("a restart resets what nobody accepted", () => {
  const { w, peer, sk } = starting(8, 0, SECOND);
  run(w);
  peerRestart(peer, w.server, "fin", 0);
  run(w);
  assert.equal(sk.sk_err, 104);
  assert.deepEqual(peer.unaccepted, []);
});
