/** A client core, a virtual clock and a small network: what the core's tests stand on. */
import assert from "node:assert/strict";
import { spanOf, viewOf } from "../../xdr/mod.js";
import {
  authNone,
  type CallPolicy,
  CLNT_DEFAULTS,
  Clnt,
  type ClntConfig,
  type ClntEffect,
  type ClntEvent,
  callTemplate,
  callXid,
  type Notice,
  type Outcome,
  sealCall,
  type Work,
} from "../mod.js";

export const HARD: CallPolicy = {
  mode: "hard",
  timeoMs: 60_000,
  retrans: 2,
  backoff: "linear",
  maxTimeoMs: 600_000,
  softconn: false,
};
export const SOFT: CallPolicy = { ...HARD, mode: "soft", timeoMs: 2_000 };

interface Socket {
  readonly cookie: number;
  readonly probe: boolean;
  readonly localPort: number;
  state: "connecting" | "up" | "dead";
  /** The server knows this connection. */
  accepted: boolean;
  /** Bytes that met a hole, to be sent again by TCP at `rtoAt`, then ever later. */
  lost: Uint8Array[];
  rtoMs: number;
}

export type Weather = "fine" | "blackhole" | "unreachable" | "refused";

/** Everything is deterministic; time moves only in {@link Sim.run}. */
export class Sim {
  readonly config: ClntConfig;
  core: Clnt;
  now = 0;
  weather: Weather = "fine";
  /** What the server does with a call record; undefined: nothing. */
  serve: (record: Uint8Array) => Uint8Array | undefined = reply;
  /** Connections are closed by the server as soon as they are made. */
  slam = false;
  rttMs = 0.2;
  takenPorts = new Set<number>();
  readonly sockets = new Map<number, Socket>();
  readonly settled = new Map<number, { at: number; outcome: Outcome }>();
  readonly notices: Notice[] = [];
  readonly effects: ClntEffect[] = [];
  /** xids of the calls that the server executed, pings left out. */
  readonly executed: number[] = [];
  readonly steps = { count: 0, connects: 0, probes: 0 };
  /** Chooses which of n runnable works runs next. */
  pick: (n: number) => number = () => 0;
  /** Whether runnable work runs before what the network has at the same moment. */
  eager: () => boolean = () => true;
  #runnable: Work[] = [];
  #events: { at: number; act: () => void }[] = [];
  #nextTask = 0;
  #nextPort = 40_000;

  constructor(config: Partial<ClntConfig> = {}) {
    this.config = { ...CLNT_DEFAULTS, server: "server:2049", seed: 42, ...config };
    this.core = new Clnt(this.config, this.now);
  }

  call(policy: CallPolicy = HARD, deadlineMs?: number): number {
    const task = this.#nextTask++;
    const record = callTemplate(100003, 3, 1, authNone());
    sealCall(record);
    const deadline = deadlineMs === undefined ? undefined : this.now + deadlineMs;
    this.post({ type: "call", task, tag: undefined, record: spanOf(record), policy, deadline });
    return task;
  }

  post(event: ClntEvent): void {
    this.steps.count++;
    for (const effect of this.core.step(this.now, event)) this.#perform(effect);
  }

  at(ms: number, act: () => void): void {
    this.#events.push({ at: this.now + ms, act });
  }

  /** Lets `ms` milliseconds pass: runnable work first, then whatever is due next. */
  run(ms: number, until: () => boolean = () => false): void {
    const end = this.now + ms;
    for (;;) {
      if (until()) return;
      const racing = this.#events.some((e) => e.at <= this.now);
      if (this.#runnable.length > 0 && (!racing || this.eager())) {
        const [work] = this.#runnable.splice(this.pick(this.#runnable.length), 1);
        this.post({ type: "run", work: work! });
        continue;
      }
      let next: { at: number; act: () => void } | undefined;
      for (const event of this.#events) if (next === undefined || event.at < next.at) next = event;
      const deadline = this.core.deadline ?? Number.POSITIVE_INFINITY;
      const at = Math.min(deadline, next?.at ?? Number.POSITIVE_INFINITY);
      if (at > end) break;
      this.now = Math.max(this.now, at);
      if (next !== undefined && next.at <= deadline) {
        this.#events.splice(this.#events.indexOf(next), 1);
        next.act();
      } else this.post({ type: "deadline" });
    }
    this.now = end;
  }

  /** The server process ends: its connections are reset, if the reset gets through. */
  restartServer(): void {
    for (const socket of this.sockets.values()) {
      socket.accepted = false;
      if (this.weather === "fine" && socket.state === "up") this.#die(socket, "ECONNRESET");
    }
  }

  /** The server closes all connections in good order. */
  finAll(): void {
    for (const s of this.sockets.values())
      if (s.state === "up") this.#later(s, { type: "fin", cookie: s.cookie });
  }

  /** Every connection is reset, whatever the weather. */
  resetAll(): void {
    for (const s of this.live()) this.#die(s, "ECONNRESET", 0);
  }

  live(): Socket[] {
    return [...this.sockets.values()].filter((s) => s.state !== "dead");
  }

  outcome(task: number): Outcome | undefined {
    return this.settled.get(task)?.outcome;
  }

  #perform(effect: ClntEffect): void {
    this.effects.push(effect);
    switch (effect.type) {
      case "connect":
        return this.#connect(effect);
      case "send":
        return this.#send(effect.cookie, viewOf(effect.record));
      case "shutdown":
      case "abort": {
        const socket = this.sockets.get(effect.cookie);
        assert(socket !== undefined && socket.state !== "dead", `${effect.type} of a live socket only`);
        socket.state = "dead";
        socket.accepted = false;
        return;
      }
      case "schedule":
        this.#runnable.push(effect.work);
        return;
      case "settle":
        assert(!this.settled.has(effect.task), `task ${effect.task} settles once`);
        this.settled.set(effect.task, { at: this.now, outcome: effect.outcome });
        return;
      case "notice":
        this.notices.push(effect.notice);
    }
  }

  #connect(effect: ClntEffect & { type: "connect" }): void {
    assert(!this.sockets.has(effect.cookie), "a cookie names one socket");
    const others = this.live().filter((s) => s.probe === effect.probe);
    assert(others.length < this.config.nconnect, "one socket per transport");
    if (effect.probe) this.steps.probes++;
    else this.steps.connects++;
    const localPort = effect.localPort ?? this.#nextPort++;
    const socket: Socket = {
      cookie: effect.cookie,
      probe: effect.probe,
      localPort,
      state: "connecting",
      accepted: false,
      lost: [],
      rtoMs: 200,
    };
    this.sockets.set(effect.cookie, socket);
    if (this.takenPorts.has(localPort)) return this.#die(socket, "EADDRINUSE", 0);
    if (this.weather === "unreachable") return this.#die(socket, "EINVAL", 0);
    if (this.weather === "refused") return this.#die(socket, "ECONNREFUSED");
    if (this.weather === "blackhole") return;
    this.at(this.rttMs, () => {
      if (socket.state !== "connecting") return;
      socket.state = "up";
      socket.accepted = true;
      this.post({ type: "established", cookie: socket.cookie, localPort });
      if (this.slam) this.#later(socket, { type: "fin", cookie: socket.cookie });
    });
  }

  #send(cookie: number, bytes: Uint8Array): void {
    const socket = this.sockets.get(cookie);
    assert(socket?.state === "up", "sends go to a connected socket");
    this.#later(socket, { type: "writable", cookie, bytes: bytes.length }, 0);
    // The server below reads records with their mark, which a datagram has not.
    socket.lost.push(this.config.kind === "stream" ? bytes : new Uint8Array([0, 0, 0, 0, ...bytes]));
    this.#transmit(socket);
  }

  /** TCP: what met a hole is tried again, each time after twice as long. */
  #transmit(socket: Socket): void {
    if (socket.state !== "up" || socket.lost.length === 0) return;
    if (this.weather !== "fine") {
      this.at(socket.rtoMs, () => this.#transmit(socket));
      socket.rtoMs = Math.min(socket.rtoMs * 2, 120_000);
      return;
    }
    const sent = socket.lost;
    socket.lost = [];
    socket.rtoMs = 200;
    if (!socket.accepted) return this.#die(socket, "ECONNRESET");
    for (const record of sent) {
      const answer = this.serve(record);
      if (answer === undefined) continue;
      if (callXid(record) >>> 0 !== 0 && record[27] !== 0) this.executed.push(callXid(record));
      this.#later(socket, { type: "data", cookie: socket.cookie, bytes: answer });
    }
  }

  #die(socket: Socket, code: string, afterMs = this.rttMs): void {
    this.at(afterMs, () => {
      if (socket.state === "dead") return;
      socket.state = "dead";
      this.post({ type: "error", cookie: socket.cookie, code });
    });
  }

  #later(socket: Socket, event: ClntEvent, afterMs = this.rttMs): void {
    this.at(afterMs, () => {
      if (socket.state === "up") this.post(event);
    });
  }
}

/** An accepted reply without results, its mark first. */
export function reply(call: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(28);
  bytes.set([0x80, 0, 0, 24]);
  bytes.set(call.subarray(4, 8), 4);
  bytes[11] = 1;
  return bytes;
}
