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

/** Of several addresses, one that never answered is left after so many writes. */
const SILENT_WRITES = 4;

class UdpLine implements Line {
  readonly #options: UdpOptions;
  readonly #request: DialRequest;
  readonly #sink: LineSink;
  readonly #resvPorts: ResvPorts | undefined;
  #endpoints: readonly Endpoint[] = [];
  #tried = 0;
  /** Connected: what is sent goes here. */
  #socket: Socket | undefined;
  /** On its way to be connected, and then to replace the other. */
  #candidate: Socket | undefined;
  /** Writes to the present address, which never answered; -Infinity: it did. */
  #unanswered = 0;
  /** Sockets that are not closed yet. */
  #unclosed = 0;
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
    if (!(found instanceof Promise)) this.#start(found);
    else
      found.then(
        (endpoints) => this.#start(endpoints),
        (error) => this.#die(errnoOf(error)),
      );
  }

  send(pieces: readonly Uint8Array[], totalBytes: number): void {
    const socket = this.#socket;
    if (socket === undefined) {
      queueMicrotask(() => {
        if (!this.#over) this.#sink.wrote(totalBytes);
      });
      return;
    }
    if (++this.#unanswered > SILENT_WRITES && this.#isOneOfMany) this.#next();
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
    this.#socket?.close();
    this.#candidate?.close();
    if (this.#unclosed === 0) queueMicrotask(() => this.#sink.closed());
  }

  #start(endpoints: readonly Endpoint[]): void {
    if (this.#over) return;
    this.#endpoints = endpoints;
    if (endpoints.length === 0) this.#die("ENOTFOUND");
    else this.#next();
  }

  /** There is another address, and it is not being tried already. */
  get #isOneOfMany(): boolean {
    return this.#endpoints.length > 1 && this.#candidate === undefined;
  }

  /** Tries the next address, after the last one the first again. */
  #next(): void {
    const endpoint = this.#endpoints[this.#tried++ % this.#endpoints.length]!;
    this.#open(endpoint, this.#resvPorts?.next() ?? this.#request.localPort);
  }

  #open(endpoint: Endpoint, localPort: number | undefined): void {
    const socket = createSocket({ type: endpoint.family === 6 ? "udp6" : "udp4" });
    this.#candidate = socket;
    this.#unclosed++;
    socket.on("error", (error) => {
      if (socket === this.#socket) this.#onError(errnoOf(error));
      else if (socket === this.#candidate) this.#onFailed(errnoOf(error), endpoint);
    });
    socket.once("close", () => {
      if (--this.#unclosed === 0 && this.#over) this.#sink.closed();
    });
    socket.on("message", (bytes) => {
      if (this.#over || socket !== this.#socket) return;
      this.#unanswered = Number.NEGATIVE_INFINITY;
      this.#sink.data(bytes);
    });
    socket.once("connect", () => {
      if (!this.#over) this.#onConnected(socket, endpoint);
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

  #onConnected(socket: Socket, endpoint: Endpoint): void {
    const left = this.#socket;
    this.#candidate = undefined;
    this.#socket = socket;
    this.#unanswered = 0;
    if (left === undefined) {
      this.#sink.established(socket.address().port);
      return;
    }
    this.#options.resolver.prefer(endpoint.address);
    // Not in this turn: a closed socket forgets to tell of what it was given to send.
    setImmediate(() => left.close());
  }

  /** No connected socket comes of this one. */
  #onFailed(code: string, endpoint: Endpoint): void {
    if (this.#over) return;
    this.#candidate?.close();
    this.#candidate = undefined;
    const port = code === "EADDRINUSE" ? this.#resvPorts?.next() : undefined;
    if (port !== undefined) this.#open(endpoint, port);
    else if (this.#socket !== undefined) this.#sink.error(code);
    else if (this.#tried < this.#endpoints.length) this.#next();
    else this.#die(code);
  }

  /** ICMP's answer to some datagram: the socket lives on, unless there are other addresses and nobody is at this one. */
  #onError(code: string): void {
    if (this.#over || (code === "ECONNREFUSED" && this.#candidate !== undefined)) return;
    const all = this.#tried % this.#endpoints.length === 0;
    if (code === "ECONNREFUSED" && this.#isOneOfMany) this.#next();
    if (code !== "ECONNREFUSED" || all) this.#sink.error(code);
  }

  #die(code: string): void {
    if (this.#over) return;
    this.#over = true;
    this.#sink.error(code);
    if (this.#unclosed === 0) this.#sink.closed();
  }
}
