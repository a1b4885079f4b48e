import { createSocket, type Socket } from "node:dgram";
import { type Dialer, type DialRequest, errnoOf, type Line, type LineSink } from "./line.js";
import type { Endpoint, Resolver } from "./resolve.js";
import { ResvPorts } from "./resvport.js";

export interface UdpOptions {
  readonly resolver: Resolver;
  /** The server, for people. */
  readonly peer: string;
  readonly localAddress?: string | undefined;
  /** Bind source ports below 1024. Default false. */
  readonly resvport?: boolean | undefined;
}

/** The most that fits a UDP datagram over IPv4; a longer one is EMSGSIZE. */
export const MAX_DATAGRAM_BYTES = 65507;

/** Opens connected UDP sockets: the OS filters other senders out, and tells of ICMP's "port unreachable". */
export function udpDialer(options: UdpOptions): Dialer {
  return {
    kind: "datagram",
    peer: options.peer,
    dial: (request, sink) => new UdpLine(options, request, sink),
  };
}

class UdpLine implements Line {
  readonly #options: UdpOptions;
  readonly #request: DialRequest;
  readonly #sink: LineSink;
  readonly #resvPorts: ResvPorts | undefined;
  #endpoints: readonly Endpoint[] = [];
  #tried = 0;
  #socket: Socket | undefined;
  #up = false;
  #told = false;
  #over = false;

  constructor(options: UdpOptions, request: DialRequest, sink: LineSink) {
    this.#options = options;
    this.#request = request;
    this.#sink = sink;
    this.#resvPorts =
      options.resvport === true && request.localPort === undefined && !request.probe
        ? new ResvPorts()
        : undefined;
    const found = options.resolver.resolve();
    if (!(found instanceof Promise)) this.#open(found);
    else
      found.then(
        (endpoints) => this.#open(endpoints),
        (error) => this.#die(errnoOf(error)),
      );
  }

  send(pieces: readonly Uint8Array[], totalBytes: number): void {
    const socket = this.#socket;
    // Between two addresses datagrams are lost.
    if (socket === undefined || !this.#up) {
      queueMicrotask(() => {
        if (!this.#over) this.#sink.wrote(totalBytes);
      });
      return;
    }
    for (const piece of pieces) {
      socket.send(piece, (error) => {
        if (this.#over) return;
        // Gone or refused, the send buffer has room for it again; whether to send once more is the core's business.
        this.#sink.wrote(piece.length);
        if (error) socket.emit("error", error);
      });
    }
  }

  shutdown(): void {
    this.#leave();
  }

  abort(): void {
    this.#leave();
  }

  #leave(): void {
    if (this.#over) return;
    this.#over = true;
    if (this.#socket === undefined) queueMicrotask(() => this.#sink.closed());
    else this.#socket.close();
  }

  #open(endpoints: readonly Endpoint[]): void {
    if (this.#over) return;
    this.#endpoints = endpoints;
    const endpoint = endpoints[this.#tried++];
    if (endpoint === undefined) this.#die("ENOTFOUND");
    else this.#bind(endpoint, this.#resvPorts?.next() ?? this.#request.localPort);
  }

  #bind(endpoint: Endpoint, localPort: number | undefined): void {
    const socket = createSocket({ type: endpoint.family === 6 ? "udp6" : "udp4" });
    this.#socket = socket;
    socket.on("error", (error) => {
      if (socket === this.#socket) this.#onError(error, endpoint);
    });
    socket.once("close", () => {
      if (socket === this.#socket) this.#sink.closed();
    });
    socket.on("message", (bytes) => {
      if (!this.#over && socket === this.#socket) this.#sink.data(bytes);
    });
    socket.once("connect", () => {
      this.#up = true;
      if (!this.#over && !this.#told) this.#sink.established(socket.address().port);
      this.#told = true;
    });
    socket.bind(
      {
        port: localPort ?? 0,
        exclusive: true,
        ...(this.#options.localAddress === undefined ? {} : { address: this.#options.localAddress }),
      },
      () => {
        if (!this.#over) socket.connect(endpoint.port, endpoint.address);
      },
    );
  }

  #onError(error: NodeJS.ErrnoException, endpoint: Endpoint): void {
    if (this.#over) return;
    const code = errnoOf(error);
    if (this.#up) {
      if (code === "ECONNREFUSED" && this.#tried < this.#endpoints.length) this.#switch();
      // ICMP's answer to some datagram: the socket lives on.
      else this.#sink.error(code);
      return;
    }
    const port = code === "EADDRINUSE" ? this.#resvPorts?.next() : undefined;
    if (port === undefined) this.#die(code);
    else this.#rebind(endpoint, port);
  }

  /** Nobody is at this address of several: the next one. What was sent is lost, as datagrams may be. */
  #switch(): void {
    const endpoint = this.#endpoints[this.#tried++]!;
    this.#options.resolver.prefer(endpoint.address);
    this.#rebind(endpoint, this.#resvPorts?.next());
  }

  #rebind(endpoint: Endpoint, port: number | undefined): void {
    const left = this.#socket;
    this.#socket = undefined;
    this.#up = false;
    left?.close();
    this.#bind(endpoint, port);
  }

  #die(code: string): void {
    if (this.#over) return;
    this.#over = true;
    this.#sink.error(code);
    if (this.#socket === undefined) this.#sink.closed();
    else this.#socket.close();
  }
}
