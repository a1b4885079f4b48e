import { connect, createServer, type Server, type Socket } from "node:net";
import { resetSocket } from "../../node/mod.js";

/** One relayed connection: the client's socket, and the server's once it is open. */
interface Pair {
  readonly client: Socket;
  server: Socket | undefined;
}

/**
 * A TCP relay that can lose one direction: while blackholed, nothing that a client sends (bytes, FIN, new
 * connections) reaches the server, but everything the server sends (bytes, FIN, RST) still reaches the client.
 *
 * As a packet blackhole does, it loses nothing for good: TCP would send the bytes again after the heal, so they
 * are held, and passed on at the heal if the server's end of that connection still exists. What a relay cannot do:
 * its kernel completes the handshake of a new connection, where a blackhole would leave the SYN unanswered.
 */
export class FaultProxy {
  /** Where clients connect. */
  readonly port: number;
  readonly #listener: Server;
  readonly #host: string;
  readonly #serverPort: () => number;
  readonly #pairs = new Set<Pair>();
  #blackholed = false;

  private constructor(listener: Server, port: number, host: string, serverPort: () => number) {
    this.#listener = listener;
    this.port = port;
    this.#host = host;
    this.#serverPort = serverPort;
  }

  /** Listens on a free port of `host` and relays to `serverPort()` of the same host, asked for each connection. */
  static async listen(host: string, serverPort: () => number): Promise<FaultProxy> {
    const listener = createServer({ allowHalfOpen: true, pauseOnConnect: true, noDelay: true });
    await new Promise<void>((resolve, reject) => {
      listener.once("error", reject);
      listener.listen(0, host, resolve);
    });
    const address = listener.address();
    if (address === null || typeof address === "string")
      throw new Error("the fault proxy has no TCP address");
    const proxy = new FaultProxy(listener, address.port, host, serverPort);
    listener.on("connection", (socket) => proxy.#onConnection(socket));
    listener.on("error", () => {}); // a failed accept: the client sees it and tries again
    return proxy;
  }

  get blackholed(): boolean {
    return this.#blackholed;
  }

  /** Connections open on the client's side, the unanswered ones included. */
  get connections(): number {
    return this.#pairs.size;
  }

  /** Client to server: lost from now on. Server to client: not. */
  blackhole(): void {
    this.#blackholed = true;
    for (const pair of this.#pairs) pair.client.pause();
  }

  /** Both directions work again; what was held goes out, in order. */
  heal(): void {
    this.#blackholed = false;
    for (const pair of this.#pairs) {
      if (pair.server === undefined) this.#reach(pair);
      else pair.client.resume();
    }
  }

  /** Ends every connection and stops listening. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#listener.close(() => resolve()));
    for (const pair of this.#pairs) {
      pair.client.destroy();
      pair.server?.destroy();
    }
    await closed;
  }

  #onConnection(client: Socket): void {
    const pair: Pair = { client, server: undefined };
    this.#pairs.add(pair);
    client.on("error", () => {}); // "close" follows, and says all that matters here
    client.on("close", () => {
      this.#pairs.delete(pair);
      // A dead client's RST or FIN is lost in the blackhole too: the server's end stays as it is.
      if (this.#blackholed) pair.server?.unref();
      else if (pair.server !== undefined) resetSocket(pair.server);
    });
    if (!this.#blackholed) this.#reach(pair);
  }

  /** Opens the server's side of `pair` and joins the two. */
  #reach(pair: Pair): void {
    const { client } = pair;
    const server = connect({
      host: this.#host,
      port: this.#serverPort(),
      allowHalfOpen: true,
      noDelay: true,
    });
    pair.server = server;
    server.on("error", () => resetSocket(client)); // refused or reset by the server: the client hears it
    server.on("end", () => client.end());
    server.on("data", (bytes: Buffer) => {
      if (!client.write(bytes)) server.pause();
    });
    server.on("drain", () => {
      if (!this.#blackholed) client.resume();
    });
    client.on("drain", () => server.resume());
    client.on("data", (bytes: Buffer) => {
      if (!server.destroyed && !server.write(bytes)) client.pause();
    });
    client.on("end", () => server.end());
    if (!this.#blackholed) client.resume();
  }
}
