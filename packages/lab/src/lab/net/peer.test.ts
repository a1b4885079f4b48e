/** The server at the other end, and the report's outage seen from the client's socket alone. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import {
  ECONNREFUSED,
  ECONNRESET,
  EPIPE,
  inet_shutdown,
  inet_stream_connect,
  peerNextUs,
  peerRestart,
  SHUT_WR,
  type Sock,
  sock_error,
  TCP_CLOSE,
  TCP_CLOSE_WAIT,
  TCP_ESTABLISHED,
  TCP_SYN_SENT,
  tcp_recvmsg,
  tcp_sendmsg,
} from "./mod.js";
import { CLIENT, clientSock, outage, peerWorld, run, SERVER, type World } from "./world.fixture.js";

const CALL = { kind: "call", xid: 7, proc: 1, bytes: 84 } as const;
const SECOND = 1_000_000;

function mounted(rpFilter: readonly string[] = []): { w: World; sk: Sock } {
  const w = peerWorld(1_000, rpFilter);
  const sk = clientSock(w);
  inet_stream_connect(w.client, sk, SERVER);
  run(w);
  w.log.length = 0;
  w.wire.length = 0;
  return { w, sk };
}

function restart(w: World, closing: "fin" | "rst", refuseUs = 0): void {
  assert.ok(w.peer !== undefined);
  peerRestart(w.peer, w.server, closing, refuseUs);
}

test("a call is answered after the service time, by xid", () => {
  const { w, sk } = mounted();
  const begin = w.now;
  tcp_sendmsg(w.client, sk, CALL);
  run(w, begin + 1_199);
  assert.equal(tcp_recvmsg(w.client, sk), -11);
  run(w, begin + 1_200);
  assert.deepEqual(tcp_recvmsg(w.client, sk), { kind: "reply", xid: 7, proc: 1, bytes: 116 });
  run(w);
  assert.ok(w.peer !== undefined);
  assert.equal(peerNextUs(w.peer), undefined);
});

test("restart by FIN during a blackhole: CLOSE_WAIT, LAST_ACK, RST at the retransmission, as recorded", () => {
  const { w, sk } = mounted();
  outage(w, true);
  tcp_sendmsg(w.client, sk, CALL);
  run(w, w.now + SECOND);
  restart(w, "fin");
  run(w, w.now + SECOND);
  assert.equal(sk.sk_state, TCP_CLOSE_WAIT);
  inet_shutdown(w.client, sk, SHUT_WR);
  assert.equal(tcp_sendmsg(w.client, sk, CALL), -EPIPE);
  inet_shutdown(w.client, sk, SHUT_WR);
  outage(w, false);
  run(w, w.now + 10 * SECOND);
  assert.deepEqual(w.log, ["change 8 1", "data", "change 9 3", "change 9 3", "error 104", "change 7 3"]);
  assert.equal(tcp_sendmsg(w.client, sk, CALL), -ECONNRESET);
  assert.equal(tcp_sendmsg(w.client, sk, CALL), -EPIPE);
  assert.deepEqual(w.peer?.socks, []);
});

test("with rp_filter the client hears nothing until the route is back", () => {
  const { w, sk } = mounted([CLIENT.host]);
  outage(w, true);
  tcp_sendmsg(w.client, sk, CALL);
  restart(w, "fin");
  run(w, w.now + 2 * SECOND);
  assert.deepEqual([w.log, sk.sk_state], [[], TCP_ESTABLISHED]);
  outage(w, false);
  run(w, w.now + 5 * SECOND);
  assert.equal(sk.sk_state, TCP_CLOSE);
});

test("restart by RST: at once, or at the next retransmission when the RST was lost", () => {
  const near = mounted();
  restart(near.w, "rst");
  run(near.w);
  assert.deepEqual(near.w.log, ["error 104", "change 7 3"]);

  const far = mounted([CLIENT.host]);
  outage(far.w, true);
  tcp_sendmsg(far.w.client, far.sk, CALL);
  restart(far.w, "rst");
  run(far.w);
  outage(far.w, false);
  run(far.w, far.w.now + SECOND);
  assert.deepEqual(far.w.log, ["error 104", "change 7 3"]);
  assert.equal(far.w.wire.at(-1), "s RST");
});

test("while it restarts it refuses, then it listens", () => {
  const { w, sk } = mounted();
  restart(w, "rst", SECOND);
  run(w);
  inet_stream_connect(w.client, sk, "AF_UNSPEC");
  inet_stream_connect(w.client, sk, SERVER);
  run(w);
  assert.equal(sock_error(sk), -ECONNREFUSED);
  run(w, w.now + SECOND);
  inet_stream_connect(w.client, sk, "AF_UNSPEC");
  inet_stream_connect(w.client, sk, SERVER);
  run(w);
  assert.equal(sk.sk_state, TCP_ESTABLISHED);
});

test("a client that lost its connection and connects from the same port gets through", () => {
  const { w, sk } = mounted();
  outage(w, true);
  inet_stream_connect(w.client, sk, "AF_UNSPEC");
  outage(w, false);
  inet_stream_connect(w.client, sk, SERVER);
  run(w);
  assert.deepEqual(w.wire, ["c RST,ACK!", "c SYN", "s ACK", "c RST"]);
  assert.equal(sk.sk_state, TCP_SYN_SENT);
  run(w, w.now + 2 * SECOND);
  assert.equal(sk.sk_state, TCP_ESTABLISHED);
});

const LOOP = new URL("../../../testdata/rpcdebug-3.6.0-loop.txt", import.meta.url);

/** The socket's callbacks in a recorded log, as the world writes them down. */
function callbacksOf(log: string): string[] {
  const lines = log.matchAll(/RPC: +(?:error (\d+)|state (\d+) .* sk_shutdown (\d)|xs_tcp_data_ready)/g);
  return Array.from(lines, ([, error, state, shutdown]) => {
    if (error !== undefined) return `error ${error}`;
    return state === undefined ? "data" : `change ${state} ${shutdown}`;
  });
}

test("the loop of the recorded kernel: what goes over the wire, and the callbacks in its own log", () => {
  const { w, sk } = mounted();
  inet_shutdown(w.client, sk, SHUT_WR);
  run(w);
  const rounds: string[] = [];
  for (let round = 0; round < 3; round += 1) {
    w.log.length = 0;
    w.wire.length = 0;
    inet_stream_connect(w.client, sk, "AF_UNSPEC");
    assert.equal(tcp_sendmsg(w.client, sk, CALL), -EPIPE);
    inet_shutdown(w.client, sk, SHUT_WR);
    inet_stream_connect(w.client, sk, SERVER);
    run(w, w.now + 200);
    assert.equal(tcp_sendmsg(w.client, sk, CALL), -EPIPE);
    inet_shutdown(w.client, sk, SHUT_WR);
    run(w);
    assert.deepEqual(w.wire, ["c SYN", "s SYN,ACK", "c ACK", "c FIN,ACK", "s FIN,ACK", "c ACK"]);
    assert.equal(tcp_sendmsg(w.client, sk, CALL), -EPIPE);
    inet_shutdown(w.client, sk, SHUT_WR);
    rounds.push(...w.log);
  }
  const recorded = callbacksOf(readFileSync(LOOP, "utf8"));
  assert.equal(rounds.length, 3 * 9);
  assert.deepEqual(rounds, recorded.slice(0, rounds.length));
  const syns = w.segments.filter((seg) => seg.syn && !seg.ack).map((seg) => seg.seq);
  assert.deepEqual(
    syns.slice(1).map((seq, i) => seq - (syns[i] ?? 0)),
    [65_539, 65_539, 65_539],
    "as in the recorded packets",
  );
});
