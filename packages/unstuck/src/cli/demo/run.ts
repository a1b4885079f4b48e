import { EventEmitter } from "node:events";
import { performance } from "node:perf_hooks";
import { CliError } from "../exit.js";
import type { ServeEvent } from "../serve-event.js";
import type { WatchEvent } from "../watch/event.js";
import { epochMs } from "../watch/loop.js";
import { Child, type Ended } from "./child.js";
import type { DemoEvent, Phase, RunResult } from "./event.js";
import { FILE_NAME, makeFolder } from "./folder.js";
import { type Network, type NetworkChoice, openNetwork } from "./network.js";
import type { Plan } from "./plan.js";

/** The report's mount options, as it gives them. */
export const REPORT_OPTIONS =
  "ro,relatime,vers=3,rsize=131072,wsize=524288,namlen=255,acregmin=0,acregmax=0,acdirmin=0,acdirmax=0,hard,proto=tcp,timeo=600,retrans=2,sec=sys";

const EXPORT = "/export/test";
/** The longest that anything but the network may take to get ready. */
const START_MS = 15_000;

/** Plays the report's timeline once: a server, a client, an outage, and what became of the calls. */
export async function run(
  plan: Plan,
  choice: NetworkChoice,
  tell: (event: DemoEvent) => void,
  signal: AbortSignal,
): Promise<RunResult> {
  const cleanups: (() => Promise<unknown>)[] = [];
  try {
    return await new Run(plan, tell, signal, cleanups).play(choice);
  } finally {
    for (const cleanup of cleanups.reverse()) await cleanup().catch(() => {});
  }
}

class Run {
  readonly #plan: Plan;
  readonly #tell: (event: DemoEvent) => void;
  readonly #signal: AbortSignal;
  readonly #cleanups: (() => Promise<unknown>)[];
  /** Says `watch` and `serve` for each event, `failed` when a child ends unasked. */
  readonly #heard = new EventEmitter();
  readonly #executed = new Map<string, number>();
  readonly #watched: WatchEvent[] = [];

  constructor(
    plan: Plan,
    tell: (event: DemoEvent) => void,
    signal: AbortSignal,
    cleanups: (() => Promise<unknown>)[],
  ) {
    this.#plan = plan;
    this.#tell = tell;
    this.#signal = signal;
    this.#cleanups = cleanups;
    this.#heard.setMaxListeners(0);
  }

  async play(choice: NetworkChoice): Promise<RunResult> {
    const plan = this.#plan;
    const folder = await makeFolder();
    this.#cleanups.push(() => folder.remove());
    const { network, why } = await openNetwork(choice);
    this.#cleanups.push(() => network.close());
    this.#stage(`network: ${network.description}${why === undefined ? "" : ` (${why})`}`);

    const env = { XDG_STATE_HOME: folder.stateHome };
    const first = await this.#serve(network, folder.exported, env, ["--port", "0", "--mount-port", "0"]);
    const { host, options } = await network.mountOf(first.ports);
    this.#stage(
      `server: pid ${first.child.pid}, ${host}:${EXPORT}, NFS on port ${first.ports.nfs}, mountd on ${first.ports.mount}`,
    );

    const mountOptions = [REPORT_OPTIONS, ...options].join(",");
    this.#stage(`client: mount -o ${mountOptions} ${host}:${EXPORT}`);
    const watcher = this.#watch(network, `${host}:${EXPORT}/${FILE_NAME}`, mountOptions);
    await this.#until("watch", (e: WatchEvent) => e.type === "answer" && e.ok, START_MS, "the first answer");
    this.#phase("healthy");
    await this.#sleep(plan.healthyMs);

    this.#phase("blackhole");
    this.#act(network.blackholeText);
    const outageStart = performance.now();
    await network.blackhole();
    await this.#until(
      "watch",
      (e: WatchEvent) => e.type === "waiting" && e.calls.length > 0,
      START_MS,
      "a stat that waits",
    );
    await this.#sleep(plan.strickenMs);

    this.#phase("server down");
    this.#act(`server# kill -9 ${first.child.pid}`);
    first.expected = true;
    await first.child.stop("SIGKILL");
    await this.#sleep(plan.downMs);
    const { nfs, mount } = first.ports;
    const second = await this.#serve(network, folder.exported, env, [
      "--port",
      String(nfs),
      "--mount-port",
      String(mount),
    ]);
    this.#phase("server back");
    this.#act(`server# unstuck serve … (pid ${second.child.pid})`);
    await this.#sleep(Math.max(plan.backMs, plan.outageMs - (performance.now() - outageStart)));

    this.#act(network.healText);
    const healAt = epochMs();
    const outageMs = performance.now() - outageStart;
    await network.heal();
    this.#phase("healed", healAt);
    const recovered = await this.#recovery(healAt);
    if (recovered !== undefined) await this.#answersAfter(recovered.n, plan.after);

    watcher.expected = true;
    const summary = this.#until(
      "watch",
      (e: WatchEvent) => e.type === "summary",
      5000,
      "the client's summary",
    );
    await Promise.all([watcher.child.stop("SIGINT", 5000), summary]);
    second.expected = true;
    await second.child.stop("SIGTERM");
    return this.#result(network, healAt, outageMs, recovered?.at);
  }

  async #serve(network: Network, folder: string, env: NodeJS.ProcessEnv, ports: string[]): Promise<Life> {
    const args = ["serve", folder, "--export", EXPORT, "--ro", "--json", "--trace", ...network.serveOptions];
    const life: Life = { child: undefined as never, expected: false, ports: { nfs: 0, mount: 0 } };
    const onEvent = (event: unknown): void => {
      const e = event as ServeEvent;
      // NULL calls, probes among them, do nothing that could be done twice.
      if (e.type === "executed" && e.proc !== 0) {
        const key = `${e.client} ${e.xid} ${e.prog} ${e.proc}`;
        this.#executed.set(key, (this.#executed.get(key) ?? 0) + 1);
      }
      this.#heard.emit("serve", e);
    };
    const listening = this.#until("serve", (e: ServeEvent) => e.type === "listening", START_MS, "the server");
    // In namespaces the report's own ports are free, and rpcbind finds them.
    const given = network.method === "netns" ? [] : ports;
    life.child = new Child({ prefix: network.serverPrefix, args: [...args, ...given], env, onEvent });
    this.#guard(life, "the server");
    const ready = (await listening) as Extract<ServeEvent, { type: "listening" }>;
    life.ports = { nfs: ready.nfsPort, mount: ready.mountPort };
    return life;
  }

  #watch(network: Network, source: string, options: string): Life {
    const args = [
      "watch",
      source,
      String(this.#plan.intervalMs / 1000),
      "-o",
      options,
      "--json",
      "--tick",
      "0.1",
    ];
    const onEvent = (event: unknown): void => {
      const e = event as WatchEvent;
      this.#watched.push(e);
      this.#tell({ type: "watch", event: e });
      this.#heard.emit("watch", e);
    };
    const child = new Child({ prefix: network.clientPrefix, args, onEvent });
    const life: Life = { child, expected: false, ports: { nfs: 0, mount: 0 } };
    this.#guard(life, "the client");
    return life;
  }

  /** Ends the child with the run, and the run with the child. */
  #guard(life: Life, who: string): void {
    this.#cleanups.push(() => {
      life.expected = true;
      return life.child.stop("SIGKILL");
    });
    life.child.ended.then((ended: Ended) => {
      if (life.expected) return;
      const how = ended.signal ?? `status ${ended.code}`;
      this.#heard.emit(
        "failed",
        new CliError(`${who} ended unasked (${how})${ended.stderr && `: ${ended.stderr}`}`),
      );
    });
  }

  /** The first answer after the heal; undefined when the plan's patience ends first. */
  async #recovery(healAt: number): Promise<Extract<WatchEvent, { type: "answer" }> | undefined> {
    const isAnswer = (e: WatchEvent): boolean => e.type === "answer" && e.at > healAt;
    const already = this.#watched.find(isAnswer);
    try {
      const event = already ?? (await this.#until("watch", isAnswer, this.#plan.patienceMs, "an answer"));
      return event as Extract<WatchEvent, { type: "answer" }>;
    } catch (error) {
      if (error instanceof TooLong) return undefined;
      throw error;
    }
  }

  async #answersAfter(n: number, count: number): Promise<void> {
    const isLast = (e: WatchEvent): boolean => (e.type === "answer" || e.type === "lost") && e.n >= n + count;
    if (this.#watched.some(isLast)) return;
    await this.#until(
      "watch",
      isLast,
      this.#plan.patienceMs + count * this.#plan.intervalMs,
      "the stats after the recovery",
    );
  }

  #result(network: Network, healAt: number, outageMs: number, answeredAt: number | undefined): RunResult {
    const tally = this.#watched.find((e) => e.type === "summary");
    if (tally?.type !== "summary") throw new CliError("the client gave no summary");
    const counts = [...this.#executed.values()];
    const waits = this.#watched.filter((e) => e.type === "waiting").flatMap((e) => e.calls.slice(0, 1));
    const answers = this.#watched.filter((e) => e.type === "answer");
    const portOf = (e: (typeof answers)[number] | undefined): number | undefined =>
      e?.connections[0]?.localPort;
    return {
      method: network.method,
      seed: this.#plan.seed,
      outageMs,
      calls: tally.calls,
      answered: tally.answered,
      lost: tally.lost + tally.errors + tally.unfinished,
      duplicates: counts.reduce((sum, n) => sum + n - 1, 0),
      executed: counts.reduce((sum, n) => sum + n, 0),
      healToAnswerMs: answeredAt === undefined ? undefined : answeredAt - healAt,
      worstMs: tally.worstMs,
      xidKept: waits.length === 0 ? undefined : new Set(waits.map((call) => call.xid)).size === 1,
      sourcePort: {
        before: portOf(answers.findLast((e) => e.at < healAt)),
        after: portOf(answers.find((e) => e.at > healAt)),
      },
    };
  }

  #stage(text: string): void {
    this.#tell({ type: "stage", at: epochMs(), text });
  }

  #phase(phase: Phase, at = epochMs()): void {
    this.#tell({ type: "phase", at, phase });
  }

  #act(text: string): void {
    this.#tell({ type: "act", at: epochMs(), text });
  }

  /** The next event that fits; rejects when it takes too long, a child fails or the user has enough. */
  async #until<E>(
    source: "watch" | "serve",
    fits: (event: E) => boolean,
    ms: number,
    what: string,
  ): Promise<E> {
    const { signal } = this.#signal === undefined ? { signal: undefined } : { signal: this.#signal };
    return new Promise<E>((resolve, reject) => {
      const end = (settle: () => void): void => {
        clearTimeout(timer);
        this.#heard.off(source, onEvent);
        this.#heard.off("failed", onFailed);
        signal?.removeEventListener("abort", onAbort);
        settle();
      };
      const onEvent = (event: E): void => {
        if (fits(event)) end(() => resolve(event));
      };
      const onFailed = (error: Error): void => end(() => reject(error));
      const onAbort = (): void => end(() => reject(signal?.reason));
      const timer = setTimeout(
        () => end(() => reject(new TooLong(`${what} did not come within ${ms / 1000} s`))),
        ms,
      );
      this.#heard.on(source, onEvent);
      this.#heard.on("failed", onFailed);
      if (signal?.aborted) return onAbort();
      signal?.addEventListener("abort", onAbort);
    });
  }

  async #sleep(ms: number): Promise<void> {
    await this.#until("watch", () => false, ms, "").catch((error: unknown) => {
      if (!(error instanceof TooLong)) throw error;
    });
  }
}

interface Life {
  child: Child;
  /** Its end is our doing. */
  expected: boolean;
  ports: { nfs: number; mount: number };
}

class TooLong extends CliError {}
