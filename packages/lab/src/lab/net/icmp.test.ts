/** ICMP errors on the wire, and what each state of a socket makes of them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { dueIcmp, heal, newFabric, nextIcmpUs, send, unreachable } from "./fabric.js";
import {
  ICMP_UNREACHABLE,
  type IcmpError,
  inet_stream_connect,
  lock_sock,
  quotedBack,
  type Sock,
  tcp_v4_err,
} from "./mod.js";
import { TCP_CLOSE, TCP_ESTABLISHED, TCP_SYN_SENT } from "./sock.js";
import { CLIENT, clientSock, newWorld, run, SERVER, type World } from "./world.fixture.js";

function syn(): { w: World; sk: Sock; icmp: IcmpError } {
  const w = newWorld();
  const sk = clientSock(w);
  inet_stream_connect(w.client, sk, SERVER);
  return { w, sk, icmp: { error: "host-unreachable", from: "192.168.1.1", quoted: w.segments.at(-1)! } };
}

for (const [error, { errno }] of Object.entries(ICMP_UNREACHABLE)) {
  test(`${error} ends a handshake with error ${errno}, told before the end of it`, () => {
    const { w, sk, icmp } = syn();
    const effect = tcp_v4_err(w.client, sk, { ...icmp, error: error as IcmpError["error"] });
    assert.equal(effect, `sk_err ${errno}`);
    assert.deepEqual([sk.sk_state, sk.sk_err, sk.sk_shutdown], [TCP_CLOSE, errno, 3]);
    assert.deepEqual(w.log, [`error ${errno}`, "change 7 3"]);
  });
}

test("while a user has the socket's lock the error is only kept in mind", () => {
  const { w, sk, icmp } = syn();
  lock_sock(sk);
  assert.equal(tcp_v4_err(w.client, sk, icmp), "sk_err_soft 113");
  assert.deepEqual([sk.sk_state, sk.sk_err, sk.sk_err_soft], [TCP_SYN_SENT, 0, 113]);
  assert.deepEqual(w.log, []);
});

test("an established connection keeps it in mind", () => {
  const { w, sk, icmp } = syn();
  w.server.listening = "yes";
  run(w);
  assert.equal(sk.sk_state, TCP_ESTABLISHED);
  const quoted = { ...icmp.quoted, seq: sk.snd_nxt };
  assert.equal(tcp_v4_err(w.client, sk, { ...icmp, quoted }), "sk_err_soft 113");
  assert.deepEqual([sk.sk_state, sk.sk_err, sk.sk_err_soft], [TCP_ESTABLISHED, 0, 113]);
});

test("a segment nobody has out is nobody's error", () => {
  const { w, sk, icmp } = syn();
  const quoted = { ...icmp.quoted, seq: sk.snd_nxt + 1 };
  assert.match(tcp_v4_err(w.client, sk, { ...icmp, quoted }), /out of window/);
  assert.match(tcp_v4_err(w.client, undefined, icmp), /no such connection/);
  assert.equal(sk.sk_err_soft, 0);
});

test("a host that cannot be reached gets nothing, and a router answers for it until it is healed", () => {
  const f = newFabric(200);
  const { icmp } = syn();
  unreachable(f, SERVER.host, "host-unreachable", "192.168.1.1");
  assert.match(send(f, 1000, icmp.quoted) ?? "", /host-unreachable, says 192.168.1.1/);
  assert.equal(nextIcmpUs(f), 1200);
  assert.equal(dueIcmp(f, 1199), undefined);
  const arrived = dueIcmp(f, 1200);
  assert.deepEqual(arrived, icmp);
  assert.deepEqual(quotedBack(arrived!).dst, CLIENT);
  heal(f, CLIENT.host, SERVER.host);
  assert.equal(send(f, 1300, icmp.quoted), undefined);
});
