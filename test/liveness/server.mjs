// `unstuck serve` as a process that can be killed, stopped and started again, and the folder it serves.
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Child } from "../../packages/unstuck/dist/cli/demo/child.js";
import { randomOf } from "./random.mjs";

export const HOST = "127.0.0.1";
export const EXPORT = "/export";

/** A folder to serve, and what a client must see in it. */
export async function makeFolder(seed) {
  const root = await mkdtemp(join(tmpdir(), "unstuck-liveness-"));
  const exported = join(root, "export");
  const random = randomOf(seed);
  const truth = { files: {}, listing: [] };
  const file = async (name, bytes) => {
    for (let i = 0; i < bytes.length; i++) bytes[i] = random.next() * 256;
    await writeFile(join(exported, name), bytes);
    truth.files[`/${name}`] = {
      size: bytes.length,
      sha256: createHash("sha256").update(bytes).digest("hex"),
    };
  };
  await mkdir(join(exported, "a", "b", "c"), { recursive: true });
  await mkdir(join(exported, "many"));
  await file("small.txt", Buffer.alloc(100));
  await file("middle.bin", Buffer.alloc(300_001));
  await file("large.bin", Buffer.alloc(4 << 20));
  await file("a/b/c/deep.txt", Buffer.alloc(1000));
  for (let i = 0; i < 700; i++)
    truth.listing.push(`entry ${String(i).padStart(4, "0")} ${"x".repeat(i % 60)}`);
  await Promise.all(truth.listing.map((name) => writeFile(join(exported, "many", name), "")));
  return {
    exported,
    stateHome: join(root, "state"),
    truth,
    remove: () => rm(root, { recursive: true, force: true }),
  };
}

/** A server over its lives. `port` stays. */
export class Server {
  port = 0;
  lives = 0;
  /** Starts that failed: somebody else's socket on our port, a build under way. */
  failedStarts = 0;
  /** Calls executed, NULL left out. */
  executed = 0;
  /** The same xid and procedure on the same connection within one life: a resend into a connection that lived. */
  twice = [];
  /** The same in one life, but on another connection: resent because the first one broke. */
  again = 0;
  onExecuted = () => {};
  /** Tells which ports of ours are UDP: there, resending is the protocol's own way. */
  isUdp = () => false;
  #folder;
  #child;
  #expected = true;
  #notices = [];
  #onConnection = new Map();
  #inLife = new Set();
  died;

  constructor(folder) {
    this.#folder = folder;
  }

  get pid() {
    return this.#child?.pid;
  }

  /** Resolves when it listens, on the port it had before. */
  async start() {
    for (let patience = 60; ; patience--) {
      const error = await this.#startOnce();
      if (error === undefined) return;
      this.failedStarts++;
      if (patience === 0 || this.port === 0) throw new Error(`the server does not start: ${error}`);
      await sleep(250);
    }
  }

  /** SIGKILL, and it is gone when this resolves. */
  async kill() {
    this.#expected = true;
    await this.#child?.stop("SIGKILL");
    this.#child = undefined;
  }

  stop() {
    this.#child?.kill("SIGSTOP");
  }

  cont() {
    this.#child?.kill("SIGCONT");
  }

  async #startOnce() {
    this.#onConnection.clear();
    this.#inLife.clear();
    const args = ["serve", this.#folder.exported, "--export", EXPORT, "--ro", "--json", "--trace"];
    let listening;
    const ready = new Promise((resolve) => {
      listening = resolve;
    });
    const child = new Child({
      prefix: [],
      args: [...args, "--host", HOST, "--port", String(this.port)],
      env: { XDG_STATE_HOME: this.#folder.stateHome },
      onEvent: (event) => {
        if (event.type === "listening") listening(event);
        else if (event.type === "executed") this.#onExecuted(event);
        else if (event.type === "notice") this.#onNotice(event.text);
      },
    });
    const first = await Promise.race([ready, child.ended]);
    if (first.type !== "listening") return first.stderr || `status ${first.code} ${first.signal ?? ""}`;
    this.port = first.nfsPort;
    this.lives++;
    this.#child = child;
    this.#expected = false;
    child.ended.then((ended) => {
      if (this.#child === child && !this.#expected)
        this.died = `the server ended by itself: ${ended.signal ?? ended.code} ${ended.stderr}`;
    });
    return undefined;
  }

  #onNotice(text) {
    if (this.#notices.length < 50) this.#notices.push(text);
  }

  get notices() {
    return this.#notices;
  }

  #onExecuted(event) {
    if (event.proc === 0) return;
    this.executed++;
    this.onExecuted(event);
    if (this.isUdp(event.port)) return;
    const call = `${event.xid} ${event.prog} ${event.proc}`;
    const place = `${event.port} ${call}`;
    const first = this.#onConnection.get(place);
    if (first !== undefined) {
      const { procedure, xid, port, at } = event;
      this.twice.push(
        `${procedure} xid ${xid.toString(16)} from port ${port} in life ${this.lives}, ${Math.round(at - first)} ms later`,
      );
    } else if (this.#inLife.has(call)) this.again++;
    this.#onConnection.set(place, event.at);
    this.#inLife.add(call);
  }
}

/** The suite runs what is compiled. */
export function requireBuild() {
  if (!existsSync(new URL("../../packages/unstuck/dist/node/mod.js", import.meta.url)))
    throw new Error("nothing is compiled yet: run `npm run build`");
}
