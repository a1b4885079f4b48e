import type { DuplexEnd } from "./inproc.js";
import type { SvcDriver } from "./listen.js";
import type { SvcLine, SvcSink } from "./listen-line.js";

/** Serves one in-process connection: for `net.listen((end) => acceptInproc(driver, end))`. */
export function acceptInproc(driver: SvcDriver, end: DuplexEnd): void {
  const peer = { address: end.peer, port: 0, transport: "inproc" } as const;
  driver.accept(end.kind, peer, (sink) => new InprocSvcLine(end, sink));
}

class InprocSvcLine implements SvcLine {
  readonly #end: DuplexEnd;
  readonly #sink: SvcSink;
  #over = false;
  #paused = false;
  /** What came while paused; undefined stands for the peer's FIN. */
  #held: (Uint8Array | undefined)[] = [];

  constructor(end: DuplexEnd, sink: SvcSink) {
    this.#end = end;
    this.#sink = sink;
    end.onEvent = (event) => {
      if (this.#over) return;
      if (event.type === "writable") sink.wrote(event.bytes);
      else if (event.type === "reset") this.#die();
      else this.#hear(event.type === "data" ? event.bytes : undefined);
    };
  }

  send(pieces: readonly Uint8Array[], _totalBytes: number, release: (() => void) | undefined): void {
    for (const piece of pieces) this.#end.send(release === undefined ? piece : piece.slice());
    release?.();
  }

  sendTo(bytes: Uint8Array): void {
    this.#end.send(bytes);
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    // By a turn of its own: what is heard now would arrive inside the core's own effect.
    queueMicrotask(() => this.#release());
  }

  shutdown(): void {
    this.#over = true;
    this.#end.fin();
    queueMicrotask(() => this.#sink.closed());
  }

  abort(): void {
    this.#over = true;
    this.#end.reset();
    queueMicrotask(() => this.#sink.closed());
  }

  #hear(bytes: Uint8Array | undefined): void {
    if (this.#paused || this.#held.length > 0) this.#held.push(bytes);
    else if (bytes === undefined) this.#sink.fin();
    else this.#sink.data(bytes);
  }

  #release(): void {
    while (this.#held.length > 0 && !this.#paused && !this.#over) {
      const bytes = this.#held.shift();
      if (bytes === undefined) this.#sink.fin();
      else this.#sink.data(bytes);
    }
  }

  #die(): void {
    this.#over = true;
    this.#sink.error("ECONNRESET");
    this.#sink.closed();
  }
}
