import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";
import { test } from "node:test";
import { resetSocket } from "./mod.js";

for (const [what, act] of [
  ["an idle socket", () => {}],
  ["a socket that was ended in the same turn", (socket: ReturnType<typeof connect>) => socket.end()],
  [
    "a socket with bytes and a FIN still to send",
    (socket: ReturnType<typeof connect>) => socket.end(Buffer.alloc(50_000_000)),
  ],
] as const) {
  test(`${what} is reset: no error, and it is closed`, async () => {
    const server = createServer({ allowHalfOpen: true }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const socket = connect({
      port: (server.address() as AddressInfo).port,
      host: "127.0.0.1",
      allowHalfOpen: true,
    });
    const errors: unknown[] = [];
    socket.on("error", (error) => errors.push(error));
    const [[peer]] = await Promise.all([once(server, "connection"), once(socket, "connect")]);
    peer.on("error", () => {});
    peer.resume();
    act(socket);
    resetSocket(socket);
    await once(socket, "close");
    assert.deepEqual(errors, []);
    peer.destroy();
    server.close();
  });
}
