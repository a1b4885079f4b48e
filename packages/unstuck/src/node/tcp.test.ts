import assert from "node:assert/strict";
import { createServer, type Socket } from "node:net";
import { test } from "node:test";
import { Peer, until, within } from "./fixture.test.js";
import { type Line, type LineSink, Resolver, type Target, tcpDialer } from "./mod.js";

/** Hears one line; `events` reads like a transcript. */
class Ear implements LineSink {
  readonly events: string[] = [];
  readonly bytes: Buffer[] = [];
  localPort: number | undefined;
  line: Line | undefined;
  wroteBytes = 0;
  established(localPort: number | undefined) {
    this.localPort = localPort;
    this.events.push("established");
  }
  room() {
    return undefined;
  }
  data(bytes: Uint8Array) {
    this.bytes.push(Buffer.from(bytes));
  }
  wrote(bytes: number) {
    this.wroteBytes += bytes;
  }
  fin() {
    this.events.push("fin");
  }
  error(code: string) {
    this.events.push(code);
  }
  closed() {
    this.events.push("closed");
  }
  has(event: string): Promise<void> {
    return within(
      5000,
      until(() => this.events.includes(event)),
    );
  }
}

function dial(
  target: Target,
  options: { localPort?: number; resvport?: boolean; lingerMs?: number } = {},
): Ear {
  const { localPort, ...rest } = options;
  const dialer = tcpDialer({ resolver: new Resolver({ target, proto: "tcp" }), peer: "test", ...rest });
  const ear = new Ear();
  ear.line = dialer.dial({ localPort, probe: false }, ear);
  return ear;
}

async function connected(port: number, localPort?: number): Promise<Ear> {
  const ear = dial({ host: "127.0.0.1", port }, localPort === undefined ? {} : { localPort });
  await ear.has("established");
  return ear;
}

test("after abort the source port can be bound again at once, even with megabytes unsent", async () => {
  const peer = new Peer();
  peer.onConnection = (socket) => void socket.pause();
  const port = await peer.listen();
  const first = await connected(port);
  const megabytes = new Uint8Array(16 << 20);
  first.line!.send([megabytes], megabytes.length);
  first.line!.abort();
  const second = await connected(port, first.localPort);
  assert.equal(second.localPort, first.localPort);
  await first.has("closed");
  assert.deepEqual(first.events, ["established", "closed"]);
  assert.equal(first.wroteBytes, 0);
  second.line!.abort();
  await peer.close();
});

for (const how of ["reset", "fin"] as const) {
  test(`after a ${how} by the server the source port can be bound again`, async () => {
    const peer = new Peer();
    const port = await peer.listen();
    const first = await connected(port);
    await until(() => peer.sockets.size === 1);
    const [socket] = peer.sockets as Set<Socket>;
    if (how === "reset") {
      socket!.resetAndDestroy();
      await first.has("ECONNRESET");
    } else {
      socket!.end();
      await first.has("fin");
      first.line!.abort();
    }
    const second = await connected(port, first.localPort);
    assert.equal(second.localPort, first.localPort);
    second.line!.abort();
    await peer.close();
  });
}

test("after our own FIN the old connection is in TIME_WAIT: the same port works or is EADDRINUSE, as the kernel likes", async () => {
  const peer = new Peer();
  const port = await peer.listen();
  const first = await connected(port);
  first.line!.shutdown();
  await first.has("closed");
  const second = dial({ host: "127.0.0.1", port }, { localPort: first.localPort! });
  await within(
    5000,
    until(() => second.events.length > 0),
  );
  if (second.events[0] === "established") assert.equal(second.localPort, first.localPort);
  else assert.equal(second.events[0], "EADDRINUSE");
  second.line!.abort();
  await peer.close();
});

test("a port that another socket has is EADDRINUSE", async () => {
  const peer = new Peer();
  const port = await peer.listen();
  const first = await connected(port);
  const second = dial({ host: "127.0.0.1", port }, { localPort: first.localPort! });
  await second.has("closed");
  assert.deepEqual(second.events, ["EADDRINUSE", "closed"]);
  first.line!.abort();
  await peer.close();
});

test("a refused connect is one error, then closed", async () => {
  const peer = new Peer();
  const port = await peer.listen();
  await peer.close();
  const ear = dial({ host: "127.0.0.1", port });
  await ear.has("closed");
  assert.deepEqual(ear.events, ["ECONNREFUSED", "closed"]);
});

test("a connect that throws is an error event as well", async () => {
  const ear = dial({ host: "127.0.0.1", port: 70_000 });
  await ear.has("closed");
  assert.deepEqual(ear.events, ["ERR_SOCKET_BAD_PORT", "closed"]);
});

test("a name that does not resolve is an error event", async () => {
  const dialer = tcpDialer({
    resolver: new Resolver({
      target: { host: "nowhere.test", port: 1 },
      proto: "tcp",
      lookup: () => Promise.reject(Object.assign(new Error("no such name"), { code: "ENOTFOUND" })),
    }),
    peer: "test",
  });
  const ear = new Ear();
  dialer.dial({ localPort: undefined, probe: false }, ear);
  await ear.has("closed");
  assert.deepEqual(ear.events, ["ENOTFOUND", "closed"]);
});

test("the next address is tried when one refuses, and first the next time", async () => {
  const peer = new Peer();
  const port = await peer.listen();
  const resolver = new Resolver({
    target: { host: "two.test", port },
    proto: "tcp",
    lookup: async () => [
      { address: "::1", family: 6 },
      { address: "127.0.0.1", family: 4 },
    ],
  });
  const ear = new Ear();
  ear.line = tcpDialer({ resolver, peer: "test" }).dial({ localPort: undefined, probe: false }, ear);
  await ear.has("established");
  assert.deepEqual(
    (await resolver.resolve()).map((e) => e.address),
    ["127.0.0.1", "::1"],
  );
  ear.line.abort();
  await peer.close();
});

test("shutdown waits for the peer's FIN, but not for ever", async () => {
  const peer = new Peer();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    peer.sockets.add(socket);
    socket.on("error", () => {});
    socket.resume(); // sees our FIN, keeps its own
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  const ear = dial({ host: "127.0.0.1", port }, { lingerMs: 20 });
  await ear.has("established");
  ear.line!.shutdown();
  await ear.has("closed");
  assert.deepEqual(ear.events, ["established", "closed"]);
  for (const socket of peer.sockets) socket.destroy();
  server.close();
});

test("abort while the address is still being looked up closes without a socket", async () => {
  let answer: (found: { address: string; family: number }[]) => void = () => {};
  const resolver = new Resolver({
    target: { host: "slow.test", port: 1 },
    proto: "tcp",
    lookup: () =>
      new Promise((resolve) => {
        answer = resolve;
      }),
  });
  const ear = new Ear();
  const line = tcpDialer({ resolver, peer: "test" }).dial({ localPort: undefined, probe: false }, ear);
  line.abort();
  await ear.has("closed");
  answer([{ address: "127.0.0.1", family: 4 }]);
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(ear.events, ["closed"]);
});

const root = process.getuid?.() === 0;
test("resvport binds a port between 512 and 1023", { skip: !root && "needs root" }, async () => {
  const peer = new Peer();
  const port = await peer.listen();
  const ear = dial({ host: "127.0.0.1", port }, { resvport: true });
  await ear.has("established");
  assert.ok(ear.localPort! >= 512 && ear.localPort! <= 1023, `port ${ear.localPort}`);
  ear.line!.abort();
  await peer.close();
});
