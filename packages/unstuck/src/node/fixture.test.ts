/** What the tests of the client drivers share: a peer whose every byte is scripted, and procedures to call on it. */
import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import type { CallPolicy, Procedure } from "../sunrpc/mod.js";
import { opaque } from "../xdr/mod.js";
import { HARD, nullOf } from "./mod.js";

export const PROG = 200_000;
export const NULL = nullOf(PROG, 1);
/** Answers with its argument. */
export const ECHO: Procedure<Uint8Array, Uint8Array> = {
  name: "ECHO",
  prog: PROG,
  vers: 1,
  proc: 1,
  arg: opaque(),
  res: opaque(),
};

export const SOFTCONN: CallPolicy = { ...HARD, softconn: true };

/** One call as the scripted peer sees it. */
export interface Seen {
  readonly xid: number;
  readonly proc: number;
  readonly args: Buffer;
  readonly socket: Socket;
  /** Which connection it came by, from 0. */
  readonly connection: number;
}

/** A reply record with its mark: MSG_ACCEPTED, SUCCESS, `results`. */
export function reply(xid: number, results: Uint8Array = new Uint8Array(0)): Buffer {
  const record = Buffer.alloc(28 + results.length);
  record.writeUInt32BE((0x80000000 | (24 + results.length)) >>> 0, 0);
  record.writeUInt32BE(xid, 4);
  record.writeUInt32BE(1, 8);
  record.set(results, 28);
  return record;
}

export function seen(record: Buffer, socket: Socket, connection: number): Seen {
  const credBytes = record.readUInt32BE(28);
  const verf = 32 + Math.ceil(credBytes / 4) * 4;
  return {
    xid: record.readUInt32BE(0),
    proc: record.readUInt32BE(20),
    args: record.subarray(verf + 8),
    socket,
    connection,
  };
}

/** A TCP peer; `onCall` does what the test wants (default: answers), `onConnection` may end a connection first. */
export class Peer {
  readonly server: Server;
  readonly calls: Seen[] = [];
  readonly ports: number[] = [];
  readonly sockets = new Set<Socket>();
  onCall: (call: Seen) => void = (call) => void call.socket.write(reply(call.xid, call.args));
  onConnection: (socket: Socket, connection: number) => void = () => {};

  constructor() {
    this.server = createServer({ allowHalfOpen: true }, (socket) => {
      const connection = this.ports.push(socket.remotePort!) - 1;
      this.sockets.add(socket);
      socket.on("error", () => {});
      socket.on("close", () => this.sockets.delete(socket));
      socket.on("end", () => socket.end());
      let held = Buffer.alloc(0);
      socket.on("data", (bytes: Buffer) => {
        held = Buffer.concat([held, bytes]);
        while (held.length >= 4) {
          const length = held.readUInt32BE(0) & 0x7fffffff;
          if (held.length < 4 + length) break;
          const call = seen(held.subarray(4, 4 + length), socket, connection);
          held = held.subarray(4 + length);
          this.calls.push(call);
          this.onCall(call);
        }
      });
      this.onConnection(socket, connection);
    });
  }

  async listen(port = 0, host = "127.0.0.1"): Promise<number> {
    this.server.listen(port, host);
    await once(this.server, "listening");
    return this.port;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
    await once(this.server, "close");
  }
}

/** Resolves when `condition` holds, looking after every turn of the event loop; rejects after ten seconds. */
export async function until(condition: () => boolean): Promise<void> {
  const end = performance.now() + 10_000;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`not within 10 s: ${condition}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Rejects after `ms`: a test that would hang fails instead. */
export async function within<T>(ms: number, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  try {
    return await Promise.race([
      promise,
      new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(new Error(`not within ${ms} ms`)), ms);
      }),
    ]);
  } finally {
    clearTimeout(timer);
  }
}
