/**
 * The model against the kernel this test runs on: the same operations on real loopback sockets and on the model's must
 * give every time what user space can see.
 *
 * It cannot compare: `struct socket`'s state and the shutdown bits other than by what they lead to; the order of the
 * callbacks (the recorded logs have it); blackhole routes and ICMP (they need privileges); the backlog; TIME_WAIT (a
 * record has no descriptor); retransmission and its times; what changed between 3.6 and now out of sight of user space
 * (modern kernels report an error after tcp_done).
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { EXPERIMENTS } from "./experiments.fixture.js";
import {
  inet_release,
  inet_shutdown,
  inet_stream_connect,
  RCV_SHUTDOWN,
  SHUT_RD,
  SHUT_RDWR,
  SHUT_WR,
  SHUTDOWN_MASK,
  type Sock,
  sock_error,
  TCP_CLOSE,
  tcp_disconnect,
  tcp_recvmsg,
  tcp_sendmsg,
} from "./mod.js";
import { clientSock, newWorld, run, SERVER, type World } from "./world.fixture.js";

type Result = number | string | string[];

/** The operations on the model. */
const OPERATIONS: Readonly<Record<string, (w: World, sk: Sock, arg: string) => Result>> = {
  connect: (w, sk) => inet_stream_connect(w.client, sk, SERVER),
  unspec: (w, sk) => inet_stream_connect(w.client, sk, "AF_UNSPEC"),
  send: (w, sk) => Math.min(0, tcp_sendmsg(hostOf(w, sk), sk, { kind: "call", xid: 1, proc: 1, bytes: 100 })),
  recv(w, sk) {
    const got = tcp_recvmsg(hostOf(w, sk), sk);
    return typeof got !== "number" ? "data" : got === 0 ? "end" : got;
  },
  readable(w, sk) {
    run(w);
    return sk.receiveQueue.length > 0 || (sk.sk_shutdown & RCV_SHUTDOWN) !== 0 ? "yes" : "no";
  },
  shutdown: (w, sk, how) =>
    inet_shutdown(hostOf(w, sk), sk, { rd: SHUT_RD, wr: SHUT_WR, rdwr: SHUT_RDWR }[how] ?? -1),
  so_error: (_w, sk) => 0 - sock_error(sk),
  poll(_w, sk) {
    const seen = [];
    if ((sk.sk_shutdown & RCV_SHUTDOWN) !== 0) seen.push("rdhup");
    if (sk.sk_shutdown === SHUTDOWN_MASK || sk.sk_state === TCP_CLOSE) seen.push("hup");
    if (sk.sk_err !== 0) seen.push("err");
    return seen;
  },
  state: (_w, sk) => sk.sk_state,
  await(w, sk) {
    run(w);
    return sk.sk_state;
  },
  close(w, sk) {
    inet_release(hostOf(w, sk), sk);
    return 0;
  },
  reset(w, sk) {
    tcp_disconnect(hostOf(w, sk), sk);
    return 0;
  },
};

function hostOf(w: World, sk: Sock) {
  return sk.host === SERVER.host ? w.server : w.client;
}

function onModel(operations: readonly string[]): Result[] {
  const w = newWorld();
  const client = clientSock(w);
  let server: Sock | undefined;
  return operations.map((operation) => {
    const [who, verb = "", arg = ""] = operation.split(" ");
    if (who === "listen" || who === "listen_full") {
      w.server.listening = who === "listen" ? "yes" : "full";
      return 0;
    }
    if (who === "accept") {
      run(w);
      server = w.server.accepted.shift();
      return server === undefined ? "nobody" : 0;
    }
    const sk = who === "c" ? client : server;
    const perform = OPERATIONS[verb];
    assert.ok(sk !== undefined && perform !== undefined, operation);
    return perform(w, sk, arg);
  });
}

const SCRIPT = fileURLToPath(new URL("../../../testdata/sockets.py", import.meta.url));

test("the model's sockets and this kernel's give the same results", async (t) => {
  const python = spawnSync("python3", [SCRIPT], { input: JSON.stringify(EXPERIMENTS), encoding: "utf8" });
  if (python.error !== undefined) {
    console.warn("SKIPPED: no python3, the model was not compared with real sockets");
    return t.skip("SKIPPED: no python3");
  }
  assert.equal(python.status, 0, python.stderr);
  const real: Record<string, Result[]> = JSON.parse(python.stdout);
  for (const [name, operations] of Object.entries(EXPERIMENTS)) {
    await t.test(name, () => {
      const label = (results: Result[]) => results.map((result, i) => [operations[i], result]);
      assert.deepEqual(label(onModel(operations)), label(real[name] ?? []));
    });
  }
});
