import type { Clnt, ClntConfig, ClntEffect, ClntEvent, Machine } from "unstuck/sunrpc";
import * as Kind from "./choice.js";
import { ACTORS, choice, type Enabled, Offer } from "./choice.js";
import { digestOf } from "./digest.js";
import { CallFacts, XprtFacts } from "./facts.js";
import { Net } from "./net.js";
import { freeTask, nextMoment, offer } from "./offers.js";
import type { Effect, Property } from "./property.js";
import type { PropertySet } from "./property-set.js";
import { newRecord, TOKEN_BYTES, uint32 } from "./record.js";
import type { MillScenario } from "./scenario.js";
import * as Sock from "./socket.js";

/** The client core that is looked at: the product's own classes, or a copy of them that was broken on purpose. */
export interface CoreClasses {
  readonly Clnt: new (config: ClntConfig, now: number, machine: Machine) => Clnt;
  readonly Machine: new (config: ClntConfig, now: number) => Machine;
}

/** How a run ended: all calls came back and all is closed; a property failed; nothing can happen any more. */
export type Over = "goal" | "stuck" | { readonly broken: string; readonly why: string };

/** No run makes so many steps at one moment unless it runs in a circle. */
const MOST_STEPS_AT_ONCE = 300;

/**
 * Our own client core, unmodified, with a network, a server, a clock, callers and an operator around it. Everything
 * that may happen next is a named {@link Enabled}; {@link World.step} has one of them happen, and every property is
 * looked at. Nothing is left to chance: the same choices lead to the same world.
 */
export class World {
  readonly scenario: MillScenario;
  readonly machine: Machine;
  readonly core: Clnt;
  net: Net;
  now = 0;
  steps = 0;
  calls: CallFacts[] = [];
  xprts: XprtFacts[] = [];
  /** Deeds done so far, and when the last was. */
  deeds = 0;
  deedAt = 0;
  /** Early moves of the clock so far, moves since the last deed or call, and steps since the last move or deed. */
  early = 0;
  clockMoves = 0;
  stepsAtOnce = 0;
  /** Since when all has been well outside. */
  wellSince = 0;
  unsettled = 0;
  isClosed = false;
  over: Over | undefined;
  work: Enabled[] = [];
  readonly #properties: PropertySet;
  readonly #classes: CoreClasses;
  readonly #offered = new Offer();

  /** `machine` is for {@link fork}. */
  constructor(scenario: MillScenario, properties: PropertySet, classes: CoreClasses, machine?: Machine) {
    this.scenario = scenario;
    this.#classes = classes;
    this.#properties = properties;
    const { config } = scenario;
    this.machine = machine ?? new classes.Machine(config, 0);
    // The lab chooses the jitter: always the middle, so that equal moments stay equal.
    this.machine.random = half;
    this.core = new classes.Clnt(config, 0, this.machine);
    this.net = new Net(scenario);
    if (machine !== undefined) return;
    for (let i = 0; i < config.nconnect; i++) this.xprts.push(new XprtFacts());
    this.#offer();
  }

  /** What may happen next; good until the next step. */
  choices(): readonly Enabled[] {
    const { list, count } = this.#offered;
    return list.length === count ? list : list.slice(0, count);
  }

  /** How many {@link choices} there are: cheaper than making their list. */
  get count(): number {
    return this.#offered.count;
  }

  /** Has choice `index` of {@link choices} happen. */
  step(index: number): void {
    const what = this.#offered.list[index]!;
    this.steps++;
    this.stepsAtOnce++;
    try {
      this.#happen(what);
      this.#check(this.#properties.step);
      if (this.stepsAtOnce > MOST_STEPS_AT_ONCE) {
        this.fail("sleep-in-every-cycle", `${MOST_STEPS_AT_ONCE} steps at one moment`);
      }
    } catch (error) {
      this.fail("core-throws", String(error));
    }
    this.#offer();
  }

  /** What a schedule's explorer wants to know of all runs of this world. */
  get subject(): { readonly name: string; readonly fingerprint: string; readonly actors: typeof ACTORS } {
    return { name: this.scenario.name, fingerprint: "mill1", actors: ACTORS };
  }

  /** {@link digestOf}. */
  digest(): number {
    return digestOf(this);
  }

  /** An independent copy in the same state. */
  fork(): World {
    const copy = new World(this.scenario, this.#properties, this.#classes, this.machine.clone());
    copy.net = this.net.clone();
    copy.now = this.now;
    copy.steps = this.steps;
    copy.calls = this.calls.map((call) => call.clone());
    copy.xprts = this.xprts.map((x) => x.clone());
    copy.deeds = this.deeds;
    copy.deedAt = this.deedAt;
    copy.early = this.early;
    copy.clockMoves = this.clockMoves;
    copy.stepsAtOnce = this.stepsAtOnce;
    copy.wellSince = this.wellSince;
    copy.unsettled = this.unsettled;
    copy.isClosed = this.isClosed;
    copy.over = this.over;
    copy.work = this.work.slice();
    copy.#offer();
    return copy;
  }

  fail(broken: string, why: string): void {
    this.over ??= { broken, why };
  }

  /** All deeds are done: nothing outside is broken any more. */
  get isWell(): boolean {
    return this.deeds === this.scenario.operator.length;
  }

  #offer(): void {
    this.#offered.count = 0;
    if (this.over !== undefined) return;
    offer(this, this.#offered);
    if (this.#offered.count === 0) this.over = "stuck";
  }

  #happen({ kind, arg }: Enabled): void {
    switch (kind) {
      case Kind.CALL:
        return this.#call(arg);
      case Kind.CANCEL:
        this.#somebodyActed();
        this.calls[arg]!.cancelled = true;
        return this.post({ type: "cancel", task: this.calls[arg]!.task });
      case Kind.CLOSE:
        return this.#close();
      case Kind.DEADLINE:
        return this.#moveClock();
      case Kind.DEED:
        this.#somebodyActed();
        this.deeds++;
        this.deedAt = this.now;
        this.wellSince = this.now;
        return this.net.deed(this.scenario.operator[arg]!, this.now);
      case Kind.TASK:
      case Kind.CONNECT:
      case Kind.DISCONNECT:
        return this.#run(kind, arg);
      default:
        return this.net.happen(this, kind, arg);
    }
  }

  #call(number: number): void {
    const plan = this.scenario.calls[number]!;
    const task = freeTask(this);
    const call = new CallFacts(plan, task, this.now);
    this.calls.push(call);
    this.unsettled++;
    this.wellSince = this.now;
    this.#somebodyActed();
    const deadline = plan.deadlineMs === undefined ? undefined : this.now + plan.deadlineMs;
    this.post({ type: "call", task, tag: number, record: newRecord(number), policy: plan.policy, deadline });
  }

  #close(): void {
    this.isClosed = true;
    this.post({ type: "close" });
    // What was in the run queue still runs, and finds nothing to do.
    while (this.work.length > 0 && this.over === undefined) {
      const { kind, arg } = this.work[0]!;
      this.#run(kind, arg);
    }
    this.#check(this.#properties.closed);
    this.over ??= "goal";
  }

  #moveClock(): void {
    this.clockMoves++;
    this.stepsAtOnce = 0;
    const { deadline } = this.core;
    const now = Math.max(this.now, nextMoment(this, this.#offered));
    if (now > this.now) for (const x of this.xprts) x.connects = 0;
    this.now = now;
    if (this.#offered.busy) {
      this.early++;
      this.wellSince = now;
    }
    if (deadline !== undefined && deadline <= now) this.post({ type: "deadline" });
    this.#check(this.#properties.moved);
  }

  #run(kind: number, arg: number): void {
    const at = this.work.indexOf(choice(kind, arg));
    if (at === 0) this.work.shift();
    else this.work.splice(at, 1);
    if (kind === Kind.TASK) this.post({ type: "run", work: { kind: "task", task: arg } });
    else if (kind === Kind.CONNECT) this.post({ type: "run", work: { kind: "connect", xprt: arg } });
    else {
      const work = { kind: "disconnect", xprt: this.net.xprtOf(arg), cookie: arg } as const;
      this.post({ type: "run", work });
    }
  }

  #somebodyActed(): void {
    this.clockMoves = 0;
    this.stepsAtOnce = 0;
    for (const x of this.xprts) x.connects = 0;
  }

  /** Steps the core, and does what it wants done. */
  post(event: ClntEvent): void {
    const effects = this.core.step(this.now, event);
    for (let i = 0; i < effects.length && (this.over === undefined || this.over === "goal"); i++) {
      this.#perform(effects[i]!);
    }
  }

  #perform(effect: ClntEffect): void {
    switch (effect.type) {
      case "connect":
        for (const p of this.#properties.connect) this.#say(p, p.connect!(this, effect));
        return this.net.connect(this, effect);
      case "send":
        return this.#send(effect);
      case "shutdown":
      case "abort":
        for (const p of this.#properties.drop) this.#say(p, p.drop!(this, effect));
        return this.net.drop(this, effect.cookie);
      case "schedule": {
        const { work } = effect;
        if (work.kind === "task") this.work.push(choice(Kind.TASK, work.task));
        else if (work.kind === "connect") this.work.push(choice(Kind.CONNECT, work.xprt));
        else this.work.push(choice(Kind.DISCONNECT, work.cookie));
        return;
      }
      case "settle":
        return this.#settle(effect);
      case "notice":
        return;
    }
  }

  #send(effect: Effect<"send">): void {
    const { bytes, start, end } = effect.record;
    const xid = uint32(bytes, start + 4);
    const call = uint32(bytes, start + 24) === 0 ? Sock.PING : uint32(bytes, end - TOKEN_BYTES);
    for (const p of this.#properties.send) this.#say(p, p.send!(this, effect, call, xid));
    if (call !== Sock.PING) {
      const facts = this.calls[call]!;
      if (facts.sends++ === 0) facts.xid = xid;
      facts.sentAt = this.now;
    }
    this.net.send(this, effect.cookie, xid, call, end - start);
  }

  #settle(effect: Effect<"settle">): void {
    const number = effect.tag as number;
    for (const p of this.#properties.settle) this.#say(p, p.settle!(this, effect, number));
    if (this.calls[number]!.settled++ === 0) this.unsettled--;
  }

  #check(properties: readonly Property[]): void {
    for (let i = 0; i < properties.length; i++) {
      const p = properties[i]!;
      this.#say(p, (p.step ?? p.moved ?? p.closed)!(this));
    }
  }

  #say(p: Property, why: string | undefined): void {
    if (why !== undefined) this.fail(p.name, why);
  }
}

function half(): number {
  return 0.5;
}
