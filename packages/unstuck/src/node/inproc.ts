import type { Dialer, DialRequest, Line, LineSink } from "./line.js";

/** What one end of an in-process connection hears. */
export type DuplexEvent =
  | { readonly type: "data"; readonly bytes: Uint8Array }
  /** The other end has taken `bytes` more bytes. */
  | { readonly type: "writable"; readonly bytes: number }
  /** The other end will send no more. */
  | { readonly type: "fin" }
  /** The connection is dead: ECONNRESET. The last event. */
  | { readonly type: "reset" };

/** One end of a connection: what a socket would be. Events come by turns, never from inside a method of either end. */
export interface DuplexEnd {
  readonly kind: "stream" | "datagram";
  /** The other end, for people. */
  readonly peer: string;
  /** Takes the bytes; they must not change until `writable` covers them. */
  send(bytes: Uint8Array): void;
  /** Sends no more. */
  fin(): void;
  /** Ends both directions at once; nothing is heard any more. */
  reset(): void;
  /** Set by the owner before the first turn ends. */
  onEvent: (event: DuplexEvent) => void;
}

/** What the simulated network does to traffic. Change it at any time. */
export interface Faults {
  /** Bytes to the server (connects included) wait, as under a blackhole route; datagrams are lost. */
  holdToServer: boolean;
  /** The same the other way. */
  holdToClient: boolean;
  /** Turns that everything takes. Default 1. */
  delayTurns: number;
  /** Streams arrive in pieces of at most so many bytes. Default: as sent. */
  pieceBytes: number;
  /** Connects fail with this errno; undefined: they don't. */
  refuse: string | undefined;
}

export interface InprocOptions {
  readonly kind?: "stream" | "datagram";
  /** Turns happen only when `turn()` is called: for tests that want every step. Default false: by themselves. */
  readonly manual?: boolean;
}

interface Parcel {
  readonly due: number;
  readonly toServer: boolean;
  /** A connect, FIN or RST as much as bytes: streams keep their order. */
  readonly deliver: () => void;
}

/** A network in this process with one server on it: for tests, and for embedding a server beside its client. No sockets. */
export class Inproc {
  readonly faults: Faults = {
    holdToServer: false,
    holdToClient: false,
    delayTurns: 1,
    pieceBytes: Number.POSITIVE_INFINITY,
    refuse: undefined,
  };
  readonly kind: "stream" | "datagram";
  readonly #manual: boolean;
  #accept: ((end: DuplexEnd) => void) | undefined;
  #parcels: Parcel[] = [];
  #turn = 0;
  #scheduled = false;
  #lastPort = 49151;
  readonly #ends = new Set<InprocEnd>();

  constructor(options: InprocOptions = {}) {
    this.kind = options.kind ?? "stream";
    this.#manual = options.manual ?? false;
  }

  /** The server: `accept` gets its end of every connection. */
  listen(accept: (end: DuplexEnd) => void): void {
    this.#accept = accept;
  }

  /** The server is gone: connects are refused, open connections reset, as when its process is killed. */
  kill(): void {
    this.#accept = undefined;
    for (const end of [...this.#ends]) if (end.server) end.reset();
  }

  /** Both ends of every connection hear a reset: a middlebox dropped its table. */
  cut(): void {
    for (const end of [...this.#ends]) {
      if (!end.alive) continue;
      end.alive = false;
      this.post(end.server, () => end.onEvent({ type: "reset" }));
    }
    this.#ends.clear();
  }

  /** Opens a connection: two ends, the server's for {@link listen}. Undefined when nobody listens. */
  connect(localPort: number): DuplexEnd | undefined {
    const accept = this.#accept;
    if (accept === undefined) return undefined;
    const client = new InprocEnd(this, false, "inproc");
    const server = new InprocEnd(this, true, `inproc:${localPort}`);
    client.other = server;
    server.other = client;
    this.#ends.add(client).add(server);
    accept(server);
    return client;
  }

  /** For a client: `new RpcClient({ dialer: net.dialer(), … })`. */
  dialer(): Dialer {
    return {
      kind: this.kind,
      peer: "inproc",
      dial: (request, sink) => new InprocLine(this, request, sink, request.localPort ?? ++this.#lastPort),
    };
  }

  /** Delivers what is due. False when nothing is under way (what is held does not count). */
  turn(): boolean {
    this.#turn++;
    const held: Parcel[] = [];
    const due: Parcel[] = [];
    for (const parcel of this.#parcels) {
      const hold = parcel.toServer ? this.faults.holdToServer : this.faults.holdToClient;
      if (!hold && parcel.due <= this.#turn) due.push(parcel);
      else if (!hold || this.kind === "stream") held.push(parcel);
    }
    this.#parcels = held;
    for (const parcel of due) parcel.deliver();
    return this.#parcels.some((p) => !(p.toServer ? this.faults.holdToServer : this.faults.holdToClient));
  }

  /** Lets what was held go on. */
  heal(): void {
    this.faults.holdToServer = false;
    this.faults.holdToClient = false;
    this.#schedule();
  }

  post(toServer: boolean, deliver: () => void): void {
    this.#parcels.push({ due: this.#turn + this.faults.delayTurns, toServer, deliver });
    this.#schedule();
  }

  drop(end: InprocEnd): void {
    this.#ends.delete(end);
  }

  #schedule(): void {
    if (this.#manual || this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      if (this.turn()) this.#schedule();
    });
  }
}

class InprocEnd implements DuplexEnd {
  readonly kind: "stream" | "datagram";
  readonly peer: string;
  readonly server: boolean;
  readonly #net: Inproc;
  other!: InprocEnd;
  alive = true;
  #finished = false;
  onEvent: (event: DuplexEvent) => void = () => {};

  constructor(net: Inproc, server: boolean, peer: string) {
    this.#net = net;
    this.kind = net.kind;
    this.server = server;
    this.peer = peer;
  }

  send(bytes: Uint8Array): void {
    if (!this.alive || this.#finished) return;
    const step = this.kind === "stream" ? this.#net.faults.pieceBytes : Number.POSITIVE_INFINITY;
    for (let at = 0; at < bytes.length || at === 0; at += step) {
      const piece = step >= bytes.length ? bytes : bytes.subarray(at, at + step);
      this.#net.post(!this.server, () => {
        this.other.hear({ type: "data", bytes: piece });
        // A turn of its own would be truer, but the bytes are free from here on.
        this.hear({ type: "writable", bytes: piece.length });
      });
    }
  }

  fin(): void {
    if (!this.alive || this.#finished) return;
    this.#finished = true;
    this.#net.post(!this.server, () => this.other.hear({ type: "fin" }));
  }

  reset(): void {
    if (!this.alive) return;
    this.alive = false;
    this.#net.drop(this);
    this.#net.post(!this.server, () => {
      this.other.hear({ type: "reset" });
      this.other.alive = false;
      this.#net.drop(this.other);
    });
  }

  hear(event: DuplexEvent): void {
    if (this.alive) this.onEvent(event);
  }
}

/** The client's end as a line of the client driver. */
class InprocLine implements Line {
  readonly #net: Inproc;
  readonly #sink: LineSink;
  #end: DuplexEnd | undefined;
  #over = false;

  constructor(net: Inproc, _request: DialRequest, sink: LineSink, localPort: number) {
    this.#net = net;
    this.#sink = sink;
    if (net.kind === "datagram") {
      // A connected UDP socket exists without asking anybody.
      queueMicrotask(() => this.#open(localPort, true));
      return;
    }
    // SYN and SYN-ACK.
    net.post(true, () => {
      const { refuse } = net.faults;
      if (refuse !== undefined) net.post(false, () => this.#die(refuse));
      else if (!this.#over) this.#open(localPort, false);
    });
  }

  #open(localPort: number, at: boolean): void {
    if (this.#over) return;
    const end = this.#net.connect(localPort);
    if (end === undefined && !at) {
      this.#net.post(false, () => this.#die("ECONNREFUSED"));
      return;
    }
    this.#end = end;
    if (end !== undefined) end.onEvent = (event) => this.#onEvent(event);
    const established = () => {
      if (!this.#over) this.#sink.established(localPort);
    };
    if (at) established();
    else this.#net.post(false, established);
  }

  send(pieces: readonly Uint8Array[], totalBytes: number): void {
    if (this.#end === undefined) {
      // A datagram to a server that is not there: ICMP says so.
      this.#net.post(false, () => {
        if (this.#over) return;
        this.#sink.wrote(totalBytes);
        this.#sink.error("ECONNREFUSED");
      });
      return;
    }
    for (const piece of pieces) this.#end.send(piece);
  }

  shutdown(): void {
    if (this.#over) return;
    this.#end?.fin();
    this.#leave();
  }

  abort(): void {
    if (this.#over) return;
    this.#end?.reset();
    this.#leave();
  }

  #onEvent(event: DuplexEvent): void {
    if (this.#over) return;
    switch (event.type) {
      case "data":
        this.#receive(event.bytes);
        return;
      case "writable":
        this.#sink.wrote(event.bytes);
        return;
      case "fin":
        this.#sink.fin();
        return;
      case "reset":
        this.#die("ECONNRESET");
    }
  }

  #receive(bytes: Uint8Array): void {
    if (this.#net.kind === "datagram") {
      this.#sink.data(bytes);
      return;
    }
    // As a socket would: into the room that the core offers.
    for (let at = 0; at < bytes.length && !this.#over; ) {
      const room = this.#sink.room() ?? new Uint8Array(bytes.length - at);
      const n = Math.min(room.length, bytes.length - at);
      room.set(bytes.subarray(at, at + n));
      at += n;
      this.#sink.data(room.subarray(0, n));
    }
  }

  #leave(): void {
    this.#over = true;
    queueMicrotask(() => this.#sink.closed());
  }

  #die(code: string): void {
    if (this.#over) return;
    this.#over = true;
    this.#sink.error(code);
    this.#sink.closed();
  }
}
