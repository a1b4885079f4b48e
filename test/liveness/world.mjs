// Everything one run needs: the server, a proxy for each mount, the client's process.
import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { REPORT_OPTIONS } from "../../packages/unstuck/dist/cli/demo/run.js";
import { EXPORT, HOST, makeFolder, Server } from "./server.mjs";
import { TcpProxy } from "./tcp-proxy.mjs";
import { UdpProxy } from "./udp-proxy.mjs";

/** The longest that the client may take for an answer which should come at once. */
const ANSWER_MS = 60_000;

/** The mounts of a run: the options of the report of 2012, the same over two connections, and UDP. */
const MOUNTS = [
  { name: "tcp", options: REPORT_OPTIONS, proto: "tcp", largestBytes: 8 << 20 },
  { name: "nconnect=2", options: `${REPORT_OPTIONS},nconnect=2`, proto: "tcp", largestBytes: 8 << 20 },
  { name: "udp", options: "ro,proto=udp,hard,actimeo=0,rsize=8192", proto: "udp", largestBytes: 400_000 },
];

export class World {
  tcp = [];
  udp;
  server;
  client;
  #folder;
  #cleanups = [];

  /** Starts it all; what was started is ended again when something fails. */
  static async open({ seed, depth, random }) {
    const world = new World();
    try {
      await world.#open(seed, depth, random);
      return world;
    } catch (error) {
      await world.close();
      throw error;
    }
  }

  /** Ends every process and port, whatever still works. */
  async close() {
    for (const cleanup of this.#cleanups.splice(0).reverse()) await cleanup();
  }

  async #open(seed, depth, random) {
    this.#folder = await makeFolder(seed);
    this.#cleanups.push(() => this.#folder.remove());
    this.server = new Server(this.#folder);
    this.#cleanups.push(() => this.server.kill());
    await this.server.start();
    const mounts = [];
    for (const { name, options, proto, largestBytes } of MOUNTS) {
      const proxy = await this.#proxy(proto, random.fork(`proxy ${name}`));
      const ports = `port=${proxy.port},mountport=${proxy.port},connect_timeout=10`;
      mounts.push({
        name,
        source: `${HOST}:${EXPORT}`,
        options: `${options},${ports}`,
        largestBytes,
        port: this.server.port,
      });
    }
    this.server.isUdp = (port) => this.udp.serverSide.has(port);
    this.client = await Client.start();
    this.#cleanups.push(() => this.client.kill());
    const { truth } = this.#folder;
    await this.client.ask("start", { seed, depth, truth, mounts, host: HOST, export: EXPORT });
  }

  async #proxy(proto, random) {
    const serverPort = () => this.server.port;
    const proxy =
      proto === "udp"
        ? await UdpProxy.listen(HOST, serverPort, random)
        : await TcpProxy.listen(HOST, serverPort);
    if (proto === "udp") this.udp = proxy;
    else this.tcp.push(proxy);
    this.#cleanups.push(() => proxy.close());
    return proxy;
  }
}

/** The client's process, and what it is asked. */
class Client {
  #process;
  #ids = 0;
  #asked = new Map();
  /** Resolves with exit code and signal. */
  ended;

  static async start() {
    const client = new Client();
    client.#process = fork(fileURLToPath(new URL("client.mjs", import.meta.url)), {
      execArgv: ["--expose-gc"],
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    });
    client.ended = once(client.#process, "exit").then(([code, signal]) => {
      const error = new Error(`the client process ended: ${signal ?? `status ${code}`}`);
      for (const { reject } of client.#asked.values()) reject(error);
      client.#asked.clear();
      return { code, signal };
    });
    client.#process.on("message", (message) => client.#onMessage(message));
    const ended = await Promise.race([once(client.#process, "message"), client.ended]);
    if (!Array.isArray(ended)) throw new Error(`the client process did not start: status ${ended.code}`);
    return client;
  }

  /** One question; `ms`: the longest its answer may take. */
  ask(ask, given, ms = ANSWER_MS) {
    const id = ++this.#ids;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`the client does not answer "${ask}"`)), ms);
      const end = (settle) => (value) => {
        clearTimeout(timer);
        this.#asked.delete(id);
        settle(value);
      };
      this.#asked.set(id, { resolve: end(resolve), reject: end(reject) });
      this.#process.send({ id, ask, given }, (error) => error && this.#asked.get(id)?.reject(error));
    });
  }

  /** Takes the channel away, and says how the process ends then. */
  async leave() {
    if (this.#process.connected) this.#process.disconnect();
    return this.ended;
  }

  async kill() {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    this.#process.kill("SIGKILL");
    await this.ended;
  }

  #onMessage({ id, answer, error }) {
    const asked = this.#asked.get(id);
    if (error === undefined) asked?.resolve(answer);
    else asked?.reject(new Error(error));
  }
}
