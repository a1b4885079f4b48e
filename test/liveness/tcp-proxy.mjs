// A TCP relay with weather: what can happen to a connection between a client and a server, on demand.
import { connect, createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { resetSocket } from "../../packages/unstuck/dist/node/mod.js";

/** Bytes one lane holds before it stops reading: a router's queue, not a disk. */
const LANE_BYTES = 1 << 20;

const FINE = {
  /** Nothing passes in this direction (bytes, FIN, RST); as with TCP it comes later, if both ends still live then. */
  toServer: "pass",
  toClient: "pass",
  /** Each byte is so late, ms. */
  delayMs: 0,
  /** What becomes of new connections: `relay`, `close` (FIN at once), `reset` (RST at once). */
  accept: "relay",
  /** After so many more bytes from the server (asked for each connection) the connection is reset. */
  cutAfter: undefined,
  /** Chunks travel in crumbs of a byte or a few. */
  crumbs: false,
};

export class TcpProxy {
  /** Where clients connect. */
  port = 0;
  /** Connections taken so far. */
  accepted = 0;
  weather = { ...FINE };
  pairs = new Set();
  #listener;
  #host;
  #serverPort;

  /** Listens on a free port of `host`, and relays to `serverPort()` of the same host, asked for each connection. */
  static async listen(host, serverPort) {
    const proxy = new TcpProxy();
    proxy.#host = host;
    proxy.#serverPort = serverPort;
    await proxy.#listen();
    return proxy;
  }

  /** Changes the weather for old and new connections alike. */
  set(change) {
    const { cutAfter } = change;
    Object.assign(this.weather, change);
    for (const pair of this.pairs) {
      if (cutAfter !== undefined) pair.cutIn(cutAfter());
      pair.pump();
    }
  }

  /** Fine weather. Connections that are there already stay deaf and dumb for `numbMs` more, as TCP in its back-off does. */
  async heal(numbMs = 0) {
    if (numbMs > 0) for (const pair of this.pairs) pair.numb(numbMs);
    this.set({ ...FINE });
    for (const pair of this.pairs) pair.cutIn(undefined);
    if (!this.#listener.listening) await this.#listen();
  }

  /** Silence on the connections that exist; new ones are as the weather says. */
  numb(ms) {
    for (const pair of this.pairs) pair.numb(ms);
  }

  /** Every connection is reset, on both sides. */
  reset() {
    for (const pair of this.pairs) pair.reset();
  }

  /** The client sees the server's FIN on every connection. */
  fin() {
    for (const pair of this.pairs) pair.fin();
  }

  /** Nothing listens any more: connecting is refused, and what was connected is reset. */
  async refuse() {
    const closed = new Promise((done) => this.#listener.close(done));
    this.reset();
    await closed;
  }

  async close() {
    if (this.#listener.listening) await this.refuse();
    else this.reset();
  }

  async #listen() {
    for (let patience = 100; ; patience--) {
      const listener = createServer({ allowHalfOpen: true, pauseOnConnect: true, noDelay: true });
      listener.on("connection", (socket) => this.#onConnection(socket));
      try {
        await new Promise((resolve, reject) => {
          listener.once("error", reject);
          listener.listen(this.port, this.#host, resolve);
        });
        listener.on("error", () => {}); // a failed accept: the client sees it
        this.#listener = listener;
        this.port = listener.address().port;
        return;
      } catch (error) {
        // Coming back to our own port: somebody's passing socket may sit on it for a moment.
        if (error.code !== "EADDRINUSE" || this.port === 0 || patience === 0) throw error;
        await sleep(50);
      }
    }
  }

  #onConnection(client) {
    this.accepted++;
    client.on("error", () => {});
    if (this.weather.accept === "close") {
      client.end();
      client.resume();
      client.once("end", () => client.destroy());
      return;
    }
    if (this.weather.accept === "reset") {
      resetSocket(client);
      return;
    }
    const pair = new Pair(this, client, () =>
      connect({ host: this.#host, port: this.#serverPort(), allowHalfOpen: true, noDelay: true }),
    );
    this.pairs.add(pair);
    pair.pump();
  }
}

/** One relayed connection. */
class Pair {
  #proxy;
  #reach;
  #client;
  #server;
  #up;
  #down;
  #numbUntil = 0;
  #cutIn;
  /** An end is dead, and the other does not know yet. */
  #dead = false;
  #timers = new Set();

  constructor(proxy, client, reach) {
    this.#proxy = proxy;
    this.#client = client;
    this.#reach = reach;
    this.#cutIn = proxy.weather.cutAfter?.();
    client.on("close", () => this.#onClientGone());
  }

  /** Lets everything go that may go now. */
  pump() {
    if (this.#server === undefined) {
      if (this.#holds("toServer")) return;
      this.#join();
    }
    if (this.#dead && !this.#holds("toServer") && !this.#holds("toClient")) return this.reset();
    this.#up.pump();
    this.#down?.pump();
  }

  numb(ms) {
    this.#numbUntil = Math.max(this.#numbUntil, performance.now() + ms);
    this.later(ms);
  }

  cutIn(bytes) {
    this.#cutIn = bytes;
  }

  later(ms) {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      // Timers may be early by what the turn had lasted when they were set.
      const left = this.#numbUntil - performance.now();
      if (left > 0) this.later(left);
      else this.pump();
    }, ms);
    this.#timers.add(timer);
  }

  fin() {
    this.#client.end();
  }

  reset() {
    this.#proxy.pairs.delete(this);
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    resetSocket(this.#client);
    if (this.#server !== undefined) resetSocket(this.#server);
  }

  #holds(direction) {
    return this.#proxy.weather[direction] === "hold" || performance.now() < this.#numbUntil;
  }

  #join() {
    const client = this.#client;
    const server = this.#reach();
    this.#server = server;
    this.#up = new Lane(this, client, server, () => this.#holds("toServer"), this.#proxy);
    this.#down = new Lane(this, server, client, () => this.#holds("toClient"), this.#proxy);
    this.#down.allow = (bytes) => this.#allow(bytes);
    server.on("error", () => {});
    server.on("close", () => {
      if (this.#client.destroyed) return;
      if (this.#holds("toClient")) this.#dead = true;
      else if (!this.#down.ended) this.reset();
      else this.#client.end();
    });
  }

  /** How many of these bytes the server may still say before the connection is cut. */
  #allow(bytes) {
    if (this.#cutIn === undefined) return bytes;
    if (bytes.length < this.#cutIn) {
      this.#cutIn -= bytes.length;
      return bytes;
    }
    const head = bytes.subarray(0, this.#cutIn);
    this.#cutIn = 0;
    // After the write, or the RST would overtake it.
    this.#client.write(head, () => this.reset());
    return undefined;
  }

  #onClientGone() {
    // A dead client's FIN or RST is lost in the hole, too: the server's end stays as it is.
    if (this.#holds("toServer") && this.#server !== undefined && !this.#server.destroyed) this.#dead = true;
    else this.reset();
  }
}

/** One direction of one connection: first in, first out, at the weather's pace. */
class Lane {
  allow = (bytes) => bytes;
  ended = false;
  #pair;
  #from;
  #to;
  #held;
  #proxy;
  #queue = [];
  #bytes = 0;

  constructor(pair, from, to, held, proxy) {
    this.#pair = pair;
    this.#from = from;
    this.#to = to;
    this.#held = held;
    this.#proxy = proxy;
    from.on("data", (bytes) => this.#push(bytes));
    from.on("end", () => this.#push(undefined));
    to.on("drain", () => this.pump());
    from.resume();
  }

  pump() {
    const now = performance.now();
    while (this.#queue.length > 0 && !this.#held() && !this.#to.writableNeedDrain) {
      const { bytes, due } = this.#queue[0];
      if (due > now) {
        this.#pair.later(due - now);
        break;
      }
      this.#queue.shift();
      if (bytes === undefined) {
        this.ended = true;
        this.#to.end();
        continue;
      }
      this.#bytes -= bytes.length;
      const allowed = this.allow(bytes);
      if (allowed === undefined) return;
      if (!this.#to.destroyed) this.#write(allowed);
    }
    if (this.#held() || this.#bytes > LANE_BYTES) this.#from.pause();
    else this.#from.resume();
  }

  #push(bytes) {
    this.#bytes += bytes?.length ?? 0;
    this.#queue.push({ bytes, due: performance.now() + this.#proxy.weather.delayMs });
    this.pump();
  }

  #write(bytes) {
    if (!this.#proxy.weather.crumbs) {
      this.#to.write(bytes);
      return;
    }
    // The heads, where marks and headers are, byte by byte; the rest in two halves: the CPU is for others, too.
    const crumbs = Math.min(bytes.length, 64);
    for (let i = 0; i < crumbs; i++) this.#to.write(bytes.subarray(i, i + 1));
    const half = (crumbs + bytes.length) >> 1;
    if (half > crumbs) this.#to.write(bytes.subarray(crumbs, half));
    if (bytes.length > half) this.#to.write(bytes.subarray(Math.max(half, crumbs)));
  }
}
