import assert from "node:assert/strict";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { Socket } from "node:net";
import { test } from "node:test";
import { type Handlers, type Program, type SvcStats, service } from "../sunrpc/mod.js";
import { ECHO, NULL, PROG, until, within } from "./fixture.test.js";
import { connect, serve } from "./mod.js";

const ECHO_V1 = {
  name: "ECHO_PROGRAM",
  versionName: "ECHO_V1",
  prog: PROG,
  vers: 1,
  procedures: { NULL, ECHO },
} as const satisfies Program;

const BYTES = Uint8Array.of(1, 2, 3);

/** A server whose ECHO must not run twice, a client of it, and the client's sockets. */
async function pair(
  handlers: Handlers<typeof ECHO_V1>,
  body: (sockets: Socket[], echo: () => Promise<Uint8Array>, server: () => SvcStats) => Promise<void>,
) {
  const sockets: Socket[] = [];
  const listener = (message: unknown) => void sockets.push((message as { socket: Socket }).socket);
  subscribe("net.client.socket", listener);
  const server = await serve({
    services: [service(ECHO_V1, handlers, { once: ["ECHO"] })],
    host: "127.0.0.1",
    port: 0,
  });
  const { port } = server;
  const client = await connect({
    host: "127.0.0.1",
    port,
    program: PROG,
    version: 1,
    auth: { flavor: "none" },
  });
  try {
    await within(
      10_000,
      body(
        sockets,
        () => client.call(ECHO, BYTES),
        () => server.stats,
      ),
    );
    assert.equal(sockets.length, 2, "it came back once");
    return server.stats;
  } finally {
    unsubscribe("net.client.socket", listener);
    await client.close();
    await server.close();
  }
}

/** Both ends see a reset, as if something between them had sent it. */
function cut(socket: Socket): void {
  socket.emit("error", Object.assign(new Error("cut by the test"), { code: "ECONNRESET" }));
  socket.resetAndDestroy();
}

test("the connection is lost while a call runs that must not run twice: it runs once and is answered", async () => {
  let ran = 0;
  let answer: (bytes: Uint8Array) => void = () => {};
  let begun: () => void = () => {};
  const running = new Promise<void>((resolve) => {
    begun = resolve;
  });
  const handlers = {
    ECHO: () => {
      ran++;
      begun();
      return new Promise<Uint8Array>((resolve) => {
        answer = resolve;
      });
    },
  };
  const stats = await pair(handlers, async (sockets, echo, server) => {
    const echoed = echo();
    await running;
    cut(sockets[0]!);
    await until(() => server().joined === 1);
    answer(BYTES);
    assert.deepEqual(new Uint8Array(await echoed), BYTES);
  });
  assert.deepEqual([ran, stats.joined, stats.repeated], [1, 1, 0]);
});

test("a reply is lost with its connection: the resend is answered, and the call has run once", async () => {
  let ran = 0;
  let cutIt: () => void = () => {};
  const handlers = {
    ECHO: (bytes: Uint8Array) => {
      ran++;
      cutIt();
      return bytes;
    },
  };
  const stats = await pair(handlers, async (sockets, echo) => {
    cutIt = () => cut(sockets[0]!);
    assert.deepEqual(new Uint8Array(await echo()), BYTES);
  });
  assert.deepEqual([ran, stats.joined, stats.repeated], [1, 0, 1]);
});
