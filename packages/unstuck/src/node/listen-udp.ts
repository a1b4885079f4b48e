import { createSocket, type Socket } from "node:dgram";
import { isIPv6 } from "node:net";
import type { Peer } from "../sunrpc/mod.js";
import { errnoOf } from "./line.js";
import type { SvcDriver } from "./listen.js";
import { ListenError } from "./listen-error.js";
import type { SvcLine, SvcSink } from "./listen-line.js";
import { type Listener, plainAddress } from "./listen-tcp.js";

/**
 * Receives datagrams for `driver`, and answers each sender. Rejects with ListenError. On a host with many
 * addresses a socket bound to all of them may answer from another than was asked: bind one of them then.
 */
export async function listenUdp(
  driver: SvcDriver,
  options: { host: string; port: number },
): Promise<Listener> {
  const socket = createSocket({ type: isIPv6(options.host) ? "udp6" : "udp4" });
  await new Promise<void>((resolve, reject) => {
    socket.once("error", (error) => {
      socket.close();
      reject(new ListenError(error, "udp", options.host, options.port));
    });
    socket.bind({ address: options.host, port: options.port, exclusive: true }, () => {
      socket.removeAllListeners("error");
      resolve();
    });
  });
  const { address, port } = socket.address();
  const own: Peer = { address: plainAddress(address), port, transport: "udp" };
  driver.accept("datagram", own, (sink) => new UdpSvcLine(socket, sink));
  // Its end is the line's: it must be able to answer what it received.
  return { address: { host: address, port }, close: () => {} };
}

class UdpSvcLine implements SvcLine {
  readonly #socket: Socket;
  readonly #sink: SvcSink;
  readonly #mapped: boolean;
  #over = false;

  constructor(socket: Socket, sink: SvcSink) {
    this.#socket = socket;
    this.#sink = sink;
    this.#mapped = socket.address().family === "IPv6";
    socket.on("message", (bytes, { address, port }) => {
      if (!this.#over) sink.data(bytes, { address: plainAddress(address), port, transport: "udp" });
    });
    socket.on("error", (error) => {
      if (!this.#over) sink.error(errnoOf(error));
    });
    socket.once("close", () => sink.closed());
  }

  send(pieces: readonly Uint8Array[], _totalBytes: number): void {
    throw new TypeError(`${pieces.length} pieces for a datagram socket without an address`);
  }

  sendTo(bytes: Uint8Array, to: Peer): void {
    const address = this.#mapped && !isIPv6(to.address) ? `::ffff:${to.address}` : to.address;
    // A reply that could not be sent is a lost datagram: the client asks again.
    this.#socket.send(bytes, to.port, address, () => {
      if (!this.#over) this.#sink.wrote(bytes.length);
    });
  }

  // The core drops datagrams instead: they would be as lost in the kernel's buffer.
  pause(): void {}
  resume(): void {}

  shutdown(): void {
    this.abort();
  }

  abort(): void {
    if (this.#over) return;
    this.#over = true;
    this.#socket.close();
  }
}
