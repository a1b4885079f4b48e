import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import type { Peer } from "../sunrpc/mod.js";
import { errnoOf } from "./line.js";
import type { SvcDriver } from "./listen.js";
import { ListenError } from "./listen-error.js";
import { inPlace } from "./listen-in-place.js";
import type { SvcLine, SvcSink } from "./listen-line.js";
import { resetSocket } from "./reset-socket.js";

export interface ListenTcpOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** TCP keepalive probes after this much silence, ms; 0: none. */
  readonly keepAliveMs: number;
  /** How long a closing socket may wait for the peer's FIN, ms. */
  readonly lingerMs: number;
  /** Receive where the bytes belong, through a private door of Node; false: by data events. */
  readonly inPlace: boolean;
}

/** A bound socket. */
export interface Listener {
  readonly address: { readonly host: string; readonly port: number };
  /** Accepts no more. What was accepted lives on. */
  close(): void;
}

/** Accepts TCP connections for `driver`. Rejects with ListenError. */
export function listenTcp(driver: SvcDriver, options: ListenTcpOptions): Promise<Listener> {
  const server = createServer({
    // The core decides what a FIN means.
    allowHalfOpen: true,
    noDelay: true,
    keepAlive: options.keepAliveMs > 0,
    keepAliveInitialDelay: options.keepAliveMs,
    // Reading starts when the line decided how.
    pauseOnConnect: true,
  });
  server.on("connection", (socket) => {
    const peer = peerOf(socket);
    // Reset before it was accepted. What it still says must not run: nobody knows whose it is.
    if (peer === undefined) socket.destroy();
    else driver.accept("stream", peer, (sink) => new TcpSvcLine(socket, sink, options));
  });
  return new Promise((resolve, reject) => {
    server.once("error", (error) => reject(new ListenError(error, "tcp", options.host, options.port)));
    server.listen({ host: options.host, port: options.port }, () => {
      server.removeAllListeners("error");
      // accept() fails for want of descriptors, say: the ones that are open go on.
      server.on("error", () => {});
      resolve(listenerOf(server));
    });
  });
}

function listenerOf(server: Server): Listener {
  const { address, port } = server.address() as AddressInfo;
  return { address: { host: address, port }, close: () => server.close() };
}

function peerOf({ remoteAddress, remotePort }: Socket): Peer | undefined {
  if (remoteAddress === undefined || remotePort === undefined) return undefined;
  return { address: plainAddress(remoteAddress), port: remotePort, transport: "tcp" };
}

/** `::ffff:192.0.2.1` is how a dual-stack socket writes 192.0.2.1. */
export function plainAddress(address: string): string {
  return address.startsWith("::ffff:") && address.includes(".") ? address.slice(7) : address;
}

// Bytes that come before the core has room for them. Copied at once, so all sockets can share it.
let slab: Uint8Array | undefined;
const SLAB_BYTES = 65536;

/** More is written in parts. */
const MAX_WRITE_BYTES = 2 * 1024 * 1024;
const PART_BYTES = 1024 * 1024;

interface Part {
  readonly pieces: readonly Uint8Array[];
  readonly bytes: number;
  readonly release: (() => void) | undefined;
}

class TcpSvcLine implements SvcLine {
  readonly #socket: Socket;
  readonly #sink: SvcSink;
  readonly #lingerMs: number;
  /** What is not written yet of a send too long for one write. */
  readonly #parts: Part[] = [];
  #over = false;

  constructor(accepted: Socket, sink: SvcSink, options: ListenTcpOptions) {
    this.#sink = sink;
    this.#lingerMs = options.lingerMs;
    const received = options.inPlace
      ? inPlace(accepted, {
          buffer: () => this.#room(),
          callback: (bytes, buffer) => {
            if (!this.#over) sink.data(bytes === buffer.length ? buffer : buffer.subarray(0, bytes));
            return true;
          },
        })
      : undefined;
    const socket = received ?? accepted;
    this.#socket = socket;
    if (received === undefined) {
      socket.on("data", (bytes) => {
        if (!this.#over) sink.data(bytes);
      });
    }
    socket.once("end", () => {
      if (!this.#over) sink.fin();
    });
    socket.on("error", (error) => this.#die(errnoOf(error)));
    socket.once("close", () => {
      this.#die("ECONNRESET");
      sink.closed();
    });
    socket.resume();
  }

  send(pieces: readonly Uint8Array[], totalBytes: number, release: (() => void) | undefined): void {
    if (this.#parts.length === 0 && totalBytes <= MAX_WRITE_BYTES) {
      this.#write({ pieces, bytes: totalBytes, release });
      return;
    }
    // The OS tells of a write when it has all of it. Of one write a slow peer would seem to take nothing for minutes.
    let part: Uint8Array[] = [];
    let bytes = 0;
    const parts = this.#parts;
    const idle = parts.length === 0;
    for (let i = 0; i < pieces.length; i++) {
      part.push(pieces[i]!);
      bytes += pieces[i]!.length;
      const last = i === pieces.length - 1;
      if (bytes < PART_BYTES && !last) continue;
      parts.push({ pieces: part, bytes, release: last ? release : undefined });
      part = [];
      bytes = 0;
    }
    if (idle) this.#writeParts();
  }

  /** One after the other; the one being written stays first. */
  #writeParts(): void {
    const [part] = this.#parts;
    if (part === undefined) return;
    this.#write(part, () => {
      this.#parts.shift();
      this.#writeParts();
    });
  }

  #write({ pieces, bytes, release }: Part, then?: () => void): void {
    const socket = this.#socket;
    const done = (error?: Error | null) => {
      release?.();
      if (!error && !this.#over) this.#sink.wrote(bytes);
      then?.();
    };
    if (pieces.length === 1) {
      socket.write(pieces[0]!, done);
      return;
    }
    socket.cork();
    for (let i = 0; i < pieces.length - 1; i++) socket.write(pieces[i]!);
    socket.write(pieces[pieces.length - 1]!, done);
    socket.uncork();
  }

  sendTo(bytes: Uint8Array): void {
    this.send([bytes], bytes.length, undefined);
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  shutdown(): void {
    this.#over = true;
    const socket = this.#socket;
    if (socket.destroyed) return;
    // Reads on, into nothing, for the peer's FIN: closing with unread bytes would send an RST,
    // and an RST may overtake the last replies.
    socket.resume();
    socket.end();
    const timer = setTimeout(() => socket.destroy(), this.#lingerMs).unref();
    socket.once("end", () => socket.destroySoon());
    socket.once("close", () => clearTimeout(timer));
  }

  abort(): void {
    this.#over = true;
    if (!this.#socket.destroyed) resetSocket(this.#socket);
  }

  #room(): Uint8Array {
    const room = this.#over ? undefined : this.#sink.room();
    if (room !== undefined) return room;
    slab ??= new Uint8Array(SLAB_BYTES);
    return slab;
  }

  #die(code: string): void {
    if (this.#over) return;
    this.#over = true;
    this.#sink.error(code);
  }
}
