import { connect, type Socket } from "node:net";
import { type Dialer, type DialRequest, errnoOf, type Line, type LineSink } from "./line.js";
import { resetSocket } from "./reset-socket.js";
import type { Endpoint, Resolver } from "./resolve.js";
import { ResvPorts } from "./resvport.js";

export interface TcpOptions {
  readonly resolver: Resolver;
  /** The server, for people. */
  readonly peer: string;
  readonly localAddress?: string | undefined;
  /** Bind source ports below 1024 (bindresvport(3)): some servers want that as proof of a root process. Default false. */
  readonly resvport?: boolean | undefined;
  /** TCP keepalive probes after this much silence, ms; 0: none. Default 60000. */
  readonly keepAliveMs?: number | undefined;
  /** How long a closing socket may wait for the peer's FIN, ms. Default 1000. */
  readonly lingerMs?: number | undefined;
}

/** Opens TCP connections. */
export function tcpDialer(options: TcpOptions): Dialer {
  return {
    kind: "stream",
    peer: options.peer,
    dial: (request, sink) => new TcpLine(options, request, sink),
  };
}

// Bytes that nobody made room for land here; whoever hears of them copies them before the next read.
const SLAB_BYTES = 65536;

/** One TCP socket, or the search for the address of one. */
class TcpLine implements Line {
  readonly #options: TcpOptions;
  readonly #request: DialRequest;
  readonly #sink: LineSink;
  readonly #resvPorts: ResvPorts | undefined;
  #slab: Uint8Array | undefined;
  #endpoints: readonly Endpoint[] = [];
  #tried = 0;
  #socket: Socket | undefined;
  #up = false;
  /** Written, and to be counted when the next write is done: a callback for each costs as much as some calls. */
  #untoldBytes = 0;
  /** Told to go away, or reported dead: nothing but `closed` is heard any more. */
  #over = false;
  #told = false;

  constructor(options: TcpOptions, request: DialRequest, sink: LineSink) {
    this.#options = options;
    this.#request = request;
    this.#sink = sink;
    this.#resvPorts =
      options.resvport === true && request.localPort === undefined && !request.probe
        ? new ResvPorts()
        : undefined;
    const found = options.resolver.resolve();
    if (!(found instanceof Promise)) this.#start(found);
    else
      found.then(
        (endpoints) => this.#start(endpoints),
        (error) => this.#die(errnoOf(error)),
      );
  }

  send(pieces: readonly Uint8Array[], totalBytes: number, more = false): void {
    const socket = this.#socket;
    if (socket === undefined) return;
    if (more && pieces.length === 1) {
      this.#untoldBytes += totalBytes;
      socket.write(pieces[0]!);
      return;
    }
    const bytes = this.#untoldBytes + totalBytes;
    this.#untoldBytes = 0;
    const done = (error?: Error | null) => {
      if (!error && !this.#over) this.#sink.wrote(bytes);
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

  shutdown(): void {
    const socket = this.#leave();
    if (socket === undefined) return;
    if (!this.#up) {
      socket.destroy();
      return;
    }
    socket.end();
    // Reads on, into nothing, for the peer's FIN: closing with unread bytes would send an RST instead.
    const timer = setTimeout(() => socket.destroy(), this.#options.lingerMs ?? 1000).unref();
    socket.once("end", () => socket.destroySoon());
    socket.once("close", () => clearTimeout(timer));
  }

  abort(): void {
    const socket = this.#leave();
    if (socket === undefined) return;
    // Without the RST the old socket would sit on the port (FIN_WAIT, TIME_WAIT) and the next bind fail.
    if (this.#up) resetSocket(socket);
    else socket.destroy();
  }

  /** The socket to be closed, if there is one; from here on nothing but `closed` is heard. */
  #leave(): Socket | undefined {
    this.#over = true;
    const socket = this.#socket;
    if (socket === undefined || socket.closed) queueMicrotask(() => this.#gone());
    if (socket === undefined || socket.destroyed) return undefined;
    if (!this.#up && this.#endpoints.length > 1) this.#preferNext();
    return socket;
  }

  /** The address that just failed to answer is tried last next time. */
  #preferNext(): void {
    this.#options.resolver.prefer(this.#endpoints[this.#tried % this.#endpoints.length]!.address);
  }

  #start(endpoints: readonly Endpoint[]): void {
    if (this.#over) return;
    this.#endpoints = endpoints;
    this.#next();
  }

  #next(): void {
    const endpoint = this.#endpoints[this.#tried++];
    if (endpoint === undefined) this.#die("ENOTFOUND");
    else this.#connect(endpoint, this.#resvPorts?.next() ?? this.#request.localPort);
  }

  #connect(endpoint: Endpoint, localPort: number | undefined): void {
    // An explicit bind, also to port 0, gets a port of our own. One that connect() picks may be shared with
    // connections to elsewhere, and could not be bound again later.
    const anyAddress = endpoint.family === 6 ? "::" : "0.0.0.0";
    const localAddress = this.#options.localAddress ?? (this.#request.probe ? undefined : anyAddress);
    let socket: Socket;
    try {
      socket = connect({
        host: endpoint.address,
        port: endpoint.port,
        family: endpoint.family,
        noDelay: true,
        keepAlive: this.#options.keepAliveMs !== 0,
        keepAliveInitialDelay: this.#options.keepAliveMs ?? 60_000,
        // The core decides what a FIN means.
        allowHalfOpen: true,
        ...(localPort === undefined ? {} : { localPort }),
        ...(localAddress === undefined ? {} : { localAddress }),
        onread: { buffer: () => this.#room(), callback: (bytes, buffer) => this.#onRead(bytes, buffer) },
      });
    } catch (error) {
      queueMicrotask(() => this.#onFailed(error, endpoint, localPort));
      return;
    }
    this.#socket = socket;
    socket.once("connect", () => {
      this.#up = true;
      if (this.#over) return;
      if (this.#endpoints.length > 1) this.#options.resolver.prefer(endpoint.address);
      this.#sink.established(socket.localPort);
    });
    socket.on("error", (error) => this.#onError(error, endpoint, localPort));
    socket.once("end", () => {
      if (!this.#over) this.#sink.fin();
    });
    socket.once("close", () => {
      if (socket === this.#socket && this.#over) this.#gone();
    });
  }

  #room(): Uint8Array {
    const room = this.#over ? undefined : this.#sink.room();
    if (room !== undefined) return room;
    this.#slab ??= new Uint8Array(SLAB_BYTES);
    return this.#slab;
  }

  #onRead(bytes: number, buffer: Uint8Array): boolean {
    if (!this.#over) this.#sink.data(bytes === buffer.length ? buffer : buffer.subarray(0, bytes));
    return true;
  }

  #onError(error: NodeJS.ErrnoException, endpoint: Endpoint, localPort: number | undefined): void {
    if (this.#over) return;
    if (this.#up) this.#die(errnoOf(error));
    else this.#onFailed(error, endpoint, localPort);
  }

  #onFailed(error: unknown, endpoint: Endpoint, localPort: number | undefined): void {
    if (this.#over) return;
    let code = errnoOf(error);
    // A port whose old connection to this very server is in TIME_WAIT binds, and then fails to connect.
    if (
      localPort !== undefined &&
      code === "EADDRNOTAVAIL" &&
      (error as { syscall?: string }).syscall === "connect"
    ) {
      code = "EADDRINUSE";
    }
    if (code === "EADDRINUSE" && this.#resvPorts !== undefined) {
      const port = this.#resvPorts.next();
      if (port !== undefined) {
        this.#connect(endpoint, port);
        return;
      }
    }
    if (this.#tried < this.#endpoints.length) this.#next();
    else this.#die(code);
  }

  /** Reports the end. The socket, if any, is destroyed already: `closed` follows from its `close`. */
  #die(code: string): void {
    if (this.#over) return;
    this.#over = true;
    this.#sink.error(code);
    if (this.#socket === undefined || this.#socket.closed) this.#gone();
  }

  #gone(): void {
    if (this.#told) return;
    this.#told = true;
    this.#sink.closed();
  }
}
