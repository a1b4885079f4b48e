import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { test } from "node:test";
import { FaultProxy } from "./proxy.js";

interface Bench {
  readonly proxy: FaultProxy;
  readonly server: Server;
  /** The server's next accepted socket. */
  accepted(): Promise<Socket>;
  dial(): Promise<Socket>;
}

/** A server, the proxy before it, and everything closed at the end. */
async function withProxy(use: (bench: Bench) => Promise<void>): Promise<void> {
  const sockets: Socket[] = [];
  const server = createServer({ allowHalfOpen: true });
  server.on("connection", (s) => {
    sockets.push(s);
    s.on("error", () => {});
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const proxy = await FaultProxy.listen("127.0.0.1", () => port);
  try {
    await use({
      proxy,
      server,
      accepted: async () => (await once(server, "connection"))[0] as Socket,
      dial: async () => {
        const s = connect({ port: proxy.port, host: "127.0.0.1", allowHalfOpen: true });
        sockets.push(s);
        await once(s, "connect");
        return s;
      },
    });
  } finally {
    for (const s of sockets) s.destroy();
    await proxy.close();
    server.close();
  }
}

async function text(s: Socket): Promise<string> {
  const [bytes] = (await once(s, "data")) as [Buffer];
  return bytes.toString();
}

test("a healthy proxy passes bytes both ways", async () => {
  await withProxy(async ({ accepted, dial }) => {
    const far = accepted();
    const near = await dial();
    const peer = await far;
    near.write("question");
    assert.equal(await text(peer), "question");
    peer.write("answer");
    assert.equal(await text(near), "answer");
  });
});

test("blackholed: the client's bytes are held, the server's pass; the heal delivers what was held, in order", async () => {
  await withProxy(async ({ proxy, accepted, dial }) => {
    const far = accepted();
    const near = await dial();
    const peer = await far;
    proxy.blackhole();
    let heard = "";
    peer.on("data", (b: Buffer) => {
      heard += b.toString();
    });
    near.write("first ");
    near.write("second");
    peer.write("still here");
    assert.equal(await text(near), "still here");
    assert.equal(heard, "", "nothing may pass from client to server");
    proxy.heal();
    while (heard.length < 12) await once(peer, "data");
    assert.equal(heard, "first second");
  });
});

test("blackholed: the server's FIN reaches the client", async () => {
  await withProxy(async ({ proxy, accepted, dial }) => {
    const far = accepted();
    const near = await dial();
    const peer = await far;
    proxy.blackhole();
    near.resume();
    peer.end();
    await once(near, "end");
  });
});

test("blackholed: the server's RST reaches the client as a reset", async () => {
  await withProxy(async ({ proxy, accepted, dial }) => {
    const far = accepted();
    const near = await dial();
    const peer = await far;
    proxy.blackhole();
    const reset = once(near, "error") as Promise<[NodeJS.ErrnoException]>;
    peer.resetAndDestroy();
    assert.equal((await reset)[0].code, "ECONNRESET");
  });
});

test("a connection made while blackholed reaches the server only after the heal", async () => {
  await withProxy(async ({ proxy, server, accepted, dial }) => {
    let arrivals = 0;
    server.on("connection", () => arrivals++);
    proxy.blackhole();
    const near = await dial();
    near.write("hello");
    while (proxy.connections === 0) await new Promise((r) => setImmediate(r));
    assert.equal(arrivals, 0);
    const far = accepted();
    proxy.heal();
    assert.equal(await text(await far), "hello");
  });
});

test("no server behind it: the client is reset, as a refused connection is", async () => {
  await withProxy(async ({ server, dial }) => {
    server.close();
    const near = await dial();
    const [error] = (await once(near, "error")) as [NodeJS.ErrnoException];
    assert.equal(error.code, "ECONNRESET");
  });
});
