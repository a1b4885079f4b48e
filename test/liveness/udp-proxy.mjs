// A UDP relay that loses, doubles and delays datagrams.
import { createSocket } from "node:dgram";
import { once } from "node:events";

const FINE = {
  /** Chances per datagram, in either direction. */
  drop: 0,
  duplicate: 0,
  /** Each datagram is late by up to so many ms, each by another: they overtake one another. */
  delayMs: 0,
};

export class UdpProxy {
  /** Where clients send to. */
  port = 0;
  weather = { ...FINE };
  /** The ports the server has seen: what it executed for them came over UDP. */
  serverSide = new Set();
  #socket;
  #host;
  #serverPort;
  #random;
  #flows = new Map();
  #timers = new Set();

  static async listen(host, serverPort, random) {
    const proxy = new UdpProxy();
    proxy.#host = host;
    proxy.#serverPort = serverPort;
    proxy.#random = random;
    proxy.#socket = createSocket("udp4");
    proxy.#socket.bind(0, host);
    await once(proxy.#socket, "listening");
    proxy.port = proxy.#socket.address().port;
    proxy.#socket.on("error", () => {});
    proxy.#socket.on("message", (bytes, from) => proxy.#onClient(bytes, from));
    return proxy;
  }

  set(change) {
    Object.assign(this.weather, change);
  }

  heal() {
    this.set(FINE);
  }

  close() {
    for (const timer of this.#timers) clearTimeout(timer);
    for (const flow of this.#flows.values()) flow.close();
    this.#socket.close();
  }

  #onClient(bytes, { address, port }) {
    const key = `${address} ${port}`;
    let flow = this.#flows.get(key);
    if (flow === undefined) {
      flow = createSocket("udp4");
      const mine = flow;
      this.#flows.set(key, flow);
      flow.on("error", () => {});
      flow.bind(0, this.#host, () => this.serverSide.add(mine.address().port));
      flow.on("message", (reply) => this.#carry(() => this.#socket.send(reply, port, address)));
    }
    this.#carry(() => flow.send(bytes, this.#serverPort(), this.#host));
  }

  #carry(send) {
    const { drop, duplicate, delayMs } = this.weather;
    if (this.#random.chance(drop)) return;
    const copies = this.#random.chance(duplicate) ? 2 : 1;
    for (let i = 0; i < copies; i++) {
      if (delayMs === 0) {
        send();
        continue;
      }
      const timer = setTimeout(
        () => {
          this.#timers.delete(timer);
          send();
        },
        this.#random.between(0, delayMs),
      );
      this.#timers.add(timer);
    }
  }
}
