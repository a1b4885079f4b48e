import assert from "node:assert/strict";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { performance } from "node:perf_hooks";
import { test } from "node:test";
import { CLNT_DEFAULTS, Clnt, RpcError, XprtError } from "../sunrpc/mod.js";
import { uint32, XdrError } from "../xdr/mod.js";
import { ECHO, NULL, Peer, PROG, reply, SOFTCONN, until, within } from "./fixture.test.js";
import {
  type ClntCore,
  type ConnectOptions,
  connect,
  type Dialer,
  HARD,
  type Line,
  Resolver,
  RpcClient,
  tcpDialer,
} from "./mod.js";

const BYTES = Uint8Array.of(1, 2, 3, 4, 5);

function to(port: number, more: Partial<ConnectOptions> = {}): Promise<RpcClient> {
  return connect({ host: "127.0.0.1", port, program: PROG, version: 1, auth: { flavor: "none" }, ...more });
}

/** A peer, a client of it, and their end. */
async function pair(
  body: (peer: Peer, client: RpcClient) => Promise<void>,
  more: Partial<ConnectOptions> = {},
) {
  const peer = new Peer();
  const client = await to(await peer.listen(), more);
  try {
    await within(10_000, body(peer, client));
  } finally {
    await client.close();
    await peer.close();
  }
}

async function rejection(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise;
  } catch (error) {
    return error as Error;
  }
  throw new Error("did not reject");
}

test("a call is answered", () =>
  pair(async (_, client) => {
    assert.deepEqual(await client.call(ECHO, BYTES), BYTES);
    assert.equal(await client.call(NULL, undefined), undefined);
  }));

test("a reply may come byte by byte", () =>
  pair(async (peer, client) => {
    peer.onCall = ({ xid, args, socket }) => {
      socket.setNoDelay();
      const bytes = reply(xid, args);
      const next = (at: number) => {
        if (at < bytes.length) socket.write(bytes.subarray(at, at + 1), () => setImmediate(next, at + 1));
      };
      next(0);
    };
    assert.deepEqual(await client.call(ECHO, BYTES), BYTES);
  }));

test("all replies of one chunk are answered by calls that leave in one write", async () => {
  const peer = new Peer();
  const port = await peer.listen();
  const resolver = new Resolver({ target: { host: "127.0.0.1", port }, proto: "tcp" });
  const inner = tcpDialer({ resolver, peer: "test" });
  const writes: number[] = [];
  const dialer: Dialer = {
    ...inner,
    dial(request, sink): Line {
      const line = inner.dial(request, sink);
      return {
        send: (pieces, totalBytes) => {
          writes.push(pieces.length);
          line.send(pieces, totalBytes);
        },
        shutdown: () => line.shutdown(),
        abort: () => line.abort(),
      };
    },
  };
  const core = new Clnt({ ...CLNT_DEFAULTS, server: "test", seed: 1 }, performance.now());
  const client = new RpcClient({ core, dialer, policy: HARD });
  // The peer answers when it has all eight, in one write.
  const batch: Buffer[] = [];
  peer.onCall = ({ xid, args, socket }) => {
    batch.push(reply(xid, args));
    if (batch.length === 8) socket.write(Buffer.concat(batch.splice(0)));
  };
  const twice = async () => {
    await client.call(ECHO, BYTES);
    // Further continuations must not fall behind the write either.
    await Promise.resolve();
    await client.call(ECHO, BYTES);
  };
  await within(5000, Promise.all(Array.from({ length: 8 }, twice)));
  await client.close();
  await peer.close();
  assert.deepEqual(writes, [1, 1]);
});

test("calls of one turn that lie in several slabs all leave, in order", () =>
  pair(async (peer, client) => {
    const sizes = [10, 40_000, 20, 70_000, 30, 40_000, 1];
    const backs = await Promise.all(sizes.map((size) => client.call(ECHO, new Uint8Array(size).fill(size))));
    backs.forEach((back, i) => {
      assert.deepEqual(back, new Uint8Array(sizes[i]!).fill(sizes[i]!));
    });
    assert.deepEqual(
      peer.calls.map((call) => call.args.readUInt32BE(0)),
      sizes,
    );
  }));

test("a large reply is received in place", async () => {
  const peer = new Peer();
  const port = await peer.listen();
  const clnt = new Clnt({ ...CLNT_DEFAULTS, server: "test", seed: 1 }, performance.now());
  let room: Uint8Array | undefined;
  let copiedBytes = 0;
  const core: ClntCore = {
    get deadline() {
      return clnt.deadline;
    },
    step(now, event) {
      if (event.type === "data" && event.bytes.buffer !== room?.buffer) copiedBytes += event.bytes.length;
      return clnt.step(now, event);
    },
    room(cookie) {
      room = clnt.room(cookie);
      return room;
    },
    has: (task) => clnt.has(task),
    snapshot: (now) => clnt.snapshot(now),
  };
  const resolver = new Resolver({ target: { host: "127.0.0.1", port }, proto: "tcp" });
  const client = new RpcClient({ core, dialer: tcpDialer({ resolver, peer: "test" }), policy: HARD });
  const megabytes = new Uint8Array(4 << 20).map((_, i) => i * 7);
  const back = await within(5000, client.call(ECHO, megabytes));
  assert.ok(Buffer.from(back).equals(megabytes));
  // Only the first read of a connection comes before the core knows where it wants it.
  assert.ok(copiedBytes <= 65536, `${copiedBytes} bytes were copied`);
  await client.close();
  await peer.close();
});

test("a transient reply's memory is received into again", () =>
  pair(async (_, client) => {
    const buffers = new Set<ArrayBufferLike>();
    const megabyte = new Uint8Array(1 << 20);
    for (let i = 0; i < 8; i++) {
      await new Promise<void>((resolve, reject) => {
        const done = (error: Error | undefined, back: Uint8Array | undefined) => {
          if (error !== undefined) return reject(error);
          buffers.add(back!.buffer);
          resolve();
        };
        client.callWith(ECHO, megabyte, done, { transient: true });
      });
    }
    assert.equal(buffers.size, 1);
  }));

test("refused connects are tried again until the server is there", async () => {
  const peer = new Peer();
  const port = await peer.listen();
  await peer.close();
  const client = await to(port);
  const call = client.call(ECHO, BYTES);
  await within(
    5000,
    until(() => client.snapshot().xprts[0]!.history.some((h) => h.detail === "ECONNREFUSED")),
  );
  const again = new Peer();
  await again.listen(port);
  assert.deepEqual(await within(5000, call), BYTES);
  await client.close();
  await again.close();
});

test("softconn: the first failed connect is the answer, and nothing was sent", async () => {
  const peer = new Peer();
  const port = await peer.listen();
  await peer.close();
  const client = await to(port, { policy: SOFTCONN });
  const error = await rejection(within(5000, client.call(NULL, undefined)));
  assert.ok(error instanceof XprtError);
  assert.deepEqual([error.code, error.sent], ["ECONNREFUSED", "never"]);
  assert.match(error.message, /^NULL to tcp 127\.0\.0\.1:\d+: nobody listens there/);
  await client.close();
});

test("accept-then-close is survived", () =>
  pair(async (peer, client) => {
    peer.onConnection = (socket, n) => {
      if (n < 3) socket.destroy();
    };
    assert.deepEqual(await client.call(ECHO, BYTES), BYTES);
    assert.equal(peer.ports.length, 4);
  }));

for (const how of ["fin", "reset"] as const) {
  test(`${how} in the middle of a reply: the call goes out again, same xid, same source port`, () =>
    pair(async (peer, client) => {
      peer.onCall = ({ xid, args, socket, connection }) => {
        const bytes = reply(xid, args);
        if (connection > 0) socket.write(bytes);
        else if (how === "fin") socket.end(bytes.subarray(0, 17));
        else socket.write(bytes.subarray(0, 17), () => socket.resetAndDestroy());
      };
      assert.deepEqual(await client.call(ECHO, BYTES), BYTES);
      assert.equal(peer.calls.length, 2);
      assert.equal(peer.calls[0]!.xid, peer.calls[1]!.xid);
      assert.equal(peer.ports[0], peer.ports[1]);
    }));
}

test("a stuck connection is replaced from its own port once the path is known to work", () =>
  pair(
    async (peer, client) => {
      // The first connection never answers, as one whose packets are lost; all others do.
      peer.onCall = ({ xid, args, socket, connection }) => {
        if (connection > 0) socket.write(reply(xid, args));
      };
      assert.deepEqual(await client.call(ECHO, BYTES), BYTES);
      const last = peer.calls.at(-1)!;
      assert.equal(peer.ports[last.connection], peer.ports[0]);
      assert.ok(last.connection > 0);
    },
    { tuning: { probe: { enabled: true, afterMs: 20, pingMs: 10, everyMs: 20, graceMs: 5 } } },
  ));

test("an aborted call settles at once, and its late reply disturbs nobody", () =>
  pair(async (peer, client) => {
    const late: Buffer[] = [];
    peer.onCall = ({ xid, args }) => void late.push(reply(xid, args));
    const abort = new AbortController();
    const call = client.call(ECHO, BYTES, { signal: abort.signal, label: "/a" });
    await until(() => peer.calls.length === 1);
    abort.abort(new Error("no longer wanted"));
    const error = await rejection(call);
    assert.ok(error instanceof XprtError);
    assert.deepEqual([error.code, error.sent], ["ECANCELED", "maybe"]);
    assert.equal((error.cause as Error).message, "no longer wanted");
    peer.onCall = ({ xid, args, socket }) => void socket.write(Buffer.concat([...late, reply(xid, args)]));
    assert.deepEqual(await client.call(ECHO, BYTES), BYTES);
    assert.equal(peer.ports.length, 1);
  }));

test("a signal that is aborted already sends nothing", () =>
  pair(async (peer, client) => {
    const error = await rejection(client.call(ECHO, BYTES, { signal: AbortSignal.abort() }));
    assert.ok(error instanceof XprtError);
    assert.deepEqual([error.code, error.sent], ["ECANCELED", "never"]);
    await client.call(NULL, undefined);
    assert.equal(peer.calls.length, 1);
  }));

test("a deadline ends a call of a hard client", () =>
  pair(async (peer, client) => {
    peer.onCall = () => {};
    const error = await rejection(client.call(ECHO, BYTES, { deadlineMs: 30 }));
    assert.ok(error instanceof XprtError);
    assert.deepEqual([error.code, error.sent], ["ETIMEDOUT", "maybe"]);
  }));

test("results that do not decode are BAD_REPLY, with the path", () =>
  pair(async (peer, client) => {
    peer.onCall = ({ xid, socket }) => void socket.write(reply(xid, Uint8Array.of(0, 0, 0, 9)));
    const error = await rejection(client.call(ECHO, BYTES));
    assert.ok(error instanceof RpcError);
    assert.equal(error.code, "BAD_REPLY");
    assert.ok(error.cause instanceof XdrError);
  }));

test("a refusal is an RpcError that says what the server has", () =>
  pair(async (peer, client) => {
    peer.onCall = ({ xid, socket }) => {
      const r = Buffer.alloc(36);
      r.writeUInt32BE(0x80000020, 0);
      r.writeUInt32BE(xid, 4);
      r.writeUInt32BE(1, 8);
      r.writeUInt32BE(2, 24); // PROG_MISMATCH
      r.writeUInt32BE(3, 28);
      r.writeUInt32BE(4, 32);
      socket.write(r);
    };
    const error = await rejection(client.call(NULL, undefined));
    assert.ok(error instanceof RpcError);
    assert.deepEqual([error.code, error.low, error.high], ["PROG_MISMATCH", 3, 4]);
    assert.match(error.message, /does not serve version 1 of program 200000, it has versions 3 to 4/);
  }));

test("arguments that do not fit reject, and the next call is well", () =>
  pair(async (_, client) => {
    const bad = { ...NULL, arg: uint32 };
    assert.ok((await rejection(client.call(bad, -1))) instanceof XdrError);
    assert.deepEqual(await client.call(ECHO, BYTES), BYTES);
  }));

test("a callback never comes before callWith returns, not even after close", () =>
  pair(async (_, client) => {
    await client.close();
    let returned = false;
    const error = await new Promise<Error | undefined>((resolve) => {
      client.callWith(ECHO, BYTES, (e) => {
        assert.ok(returned);
        resolve(e);
      });
      returned = true;
    });
    assert.equal((error as XprtError).code, "ECLOSED");
  }));

test("a callback may call again", () =>
  pair(async (peer, client) => {
    await new Promise<void>((resolve, reject) => {
      const again = (left: number) =>
        client.callWith(ECHO, BYTES, (error) => {
          if (error !== undefined) reject(error);
          else if (left > 0) again(left - 1);
          else resolve();
        });
      again(20);
    });
    assert.equal(peer.calls.length, 21);
  }));

test("close ends every call with ECLOSED, twice is once", () =>
  pair(async (peer, client) => {
    peer.onCall = () => {};
    const calls = Array.from({ length: 10 }, () => rejection(client.call(ECHO, BYTES)));
    await until(() => peer.calls.length === 10);
    await Promise.all([client.close(), client.close()]);
    for (const error of await Promise.all(calls)) assert.equal((error as XprtError).code, "ECLOSED");
    await until(() => peer.sockets.size === 0);
  }));

test("the snapshot names procedure, label and the reason of waiting", () =>
  pair(async (peer, client) => {
    peer.onCall = () => {};
    client.call(ECHO, BYTES, { label: "/a/file" }).catch(() => {});
    await until(() => peer.calls.length === 1);
    const [call] = client.snapshot().calls;
    assert.deepEqual(
      [call!.procedure, call!.label, call!.reason.code, call!.attempts],
      ["ECHO", "/a/file", "reply", 1],
    );
  }));

test("notices reach their listeners until these unsubscribe", () =>
  pair(async (_, client) => {
    const heard: string[] = [];
    const off = client.onNotice((notice) => heard.push(notice.kind));
    await client.call(NULL, undefined);
    off();
    assert.ok(heard.length > 0);
    const before = heard.length;
    await client.close();
    assert.equal(heard.length, before);
  }));

test("the diagnostics channel hears start and end of each call", () =>
  pair(async (_, client) => {
    const heard: unknown[] = [];
    const listener = (message: unknown) => {
      const { phase, procedure, label } = message as Record<string, unknown>;
      heard.push([phase, procedure, label]);
    };
    subscribe("unstuck:rpc:call", listener);
    await client.call(ECHO, BYTES, { label: "x" });
    unsubscribe("unstuck:rpc:call", listener);
    await client.call(ECHO, BYTES);
    assert.deepEqual(heard, [
      ["start", "ECHO", "x"],
      ["settle", "ECHO", "x"],
    ]);
  }));

test("nconnect opens that many connections", () =>
  pair(
    async (peer, client) => {
      await Promise.all(Array.from({ length: 30 }, () => client.call(ECHO, BYTES)));
      assert.equal(peer.ports.length, 3);
    },
    { nconnect: 3 },
  ));

test("wait: connect resolves after an answer, rejects without one", async () => {
  const peer = new Peer();
  const port = await peer.listen();
  const client = await to(port, { wait: true });
  assert.equal(peer.calls.length, 1);
  await client.close();
  await peer.close();
  const error = await rejection(within(5000, to(port, { wait: true, policy: SOFTCONN })));
  assert.equal((error as XprtError).code, "ECONNREFUSED");
});
