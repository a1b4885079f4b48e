import type { Clnt, ClntEffect, ClntEvent, Machine } from "unstuck/sunrpc";
import * as Kind from "./choice.js";
import { ACTORS, argOf, choiceOf, codeOf, type Enabled, kindOf, Offer } from "./choice.js";
import type { CoreClasses } from "./core.js";
import { doDeed } from "./deeds.js";
import { digestOf } from "./digest.js";
import * as Event from "./event.js";
import { CallFacts, XprtFacts } from "./facts.js";
import { Net } from "./net.js";
import { freeTask, offer } from "./offers.js";
import type { Effect } from "./property.js";
import type { PropertySet } from "./property-set.js";
import { RealServer } from "./real-server.js";
import { MARK_BYTES, newRecord, TOKEN_BYTES, uint32 } from "./record.js";
import { type Deed, inOneShape, type MillScenario } from "./scenario.js";
import * as Sock from "./socket.js";

/** How a run ended: all calls came back and all is closed; a property failed; nothing can happen any more. */
export type Over = "goal" | "stuck" | { readonly broken: string; readonly why: string };

/** Where a call has its procedure, counted from its xid. */
const PROC_AT = 20;

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
  /** All deeds are done: nothing outside is broken any more. */
  isWell: boolean;
  /** Numbers of the calls that have not settled, in order. */
  unsettled: number[] = [];
  /** Of those whose caller may lose interest: the codes of these choices. */
  cancellable: number[] = [];
  isClosed = false;
  over: Over | undefined;
  /** The run queue: codes of choices, oldest first. */
  work: number[] = [];
  readonly #properties: PropertySet;
  readonly #classes: CoreClasses;
  readonly #offered = new Offer();

  /** `machine` is for {@link fork}. */
  constructor(scenario: MillScenario, properties: PropertySet, classes: CoreClasses, machine?: Machine) {
    this.scenario = machine === undefined ? inOneShape(scenario) : scenario;
    this.#classes = classes;
    this.#properties = properties;
    const { config } = this.scenario;
    this.machine = machine ?? new classes.Machine(config, 0);
    // The lab chooses the jitter: always the middle, so that equal moments stay equal.
    this.machine.random = half;
    this.core = new classes.Clnt(config, 0, this.machine);
    const real = machine === undefined && scenario.server === "svc";
    this.net = new Net(this.scenario, real ? new RealServer(classes) : undefined);
    this.isWell = scenario.operator.length === 0;
    if (machine !== undefined) return;
    for (let i = 0; i < config.nconnect; i++) this.xprts.push(new XprtFacts());
    this.#offer();
  }

  /** What may happen next. */
  choices(): readonly Enabled[] {
    const { codes, count } = this.#offered;
    return Array.from({ length: count }, (_, i) => choiceOf(codes[i]!));
  }

  /** How many {@link choices} there are, and the code of each: cheaper than making their list. */
  get count(): number {
    return this.#offered.count;
  }

  codeAt(index: number): number {
    return this.#offered.codes[index]!;
  }

  /** Has choice `index` of {@link choices} happen. */
  step(index: number): void {
    const code = this.#offered.codes[index]!;
    this.steps++;
    this.stepsAtOnce++;
    try {
      this.#happen(code);
      this.#properties.step(this);
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
    copy.isWell = this.isWell;
    copy.unsettled = this.unsettled.slice();
    copy.cancellable = this.cancellable.slice();
    copy.isClosed = this.isClosed;
    copy.over = this.over;
    copy.work = this.work.slice();
    copy.#offer();
    return copy;
  }

  fail(broken: string, why: string): void {
    this.over ??= { broken, why };
  }

  #offer(): void {
    this.#offered.count = 0;
    if (this.over !== undefined) return;
    offer(this, this.#offered);
    if (this.#offered.count === 0) this.over = "stuck";
  }

  #happen(code: number): void {
    const kind = kindOf(code);
    const arg = argOf(code);
    switch (kind) {
      case Kind.CALL:
        return this.#call(arg);
      case Kind.CANCEL:
        this.#somebodyActed();
        this.calls[arg]!.cancelled = true;
        return this.post(Event.cancel(this.calls[arg]!.task));
      case Kind.CLOSE:
        return this.#close();
      case Kind.DEADLINE:
        return this.#moveClock();
      case Kind.DEED:
        return this.#deed(this.scenario.operator[arg]!);
      case Kind.TASK:
      case Kind.CONNECT:
      case Kind.DISCONNECT:
        return this.#run(code);
      default:
        return this.net.happen(this, kind, arg);
    }
  }

  #deed(deed: Deed): void {
    this.#somebodyActed();
    this.deeds++;
    this.deedAt = this.now;
    this.wellSince = this.now;
    this.isWell = this.deeds === this.scenario.operator.length;
    doDeed(this, deed);
  }

  #call(number: number): void {
    const { now } = this;
    const plan = this.scenario.calls[number]!;
    const task = freeTask(this);
    this.calls.push(new CallFacts(plan, task, now));
    this.unsettled.push(number);
    if (plan.mayCancel === true) this.cancellable.push(codeOf(Kind.CANCEL, number));
    this.wellSince = now;
    this.#somebodyActed();
    const deadline = plan.deadlineMs === undefined ? undefined : now + plan.deadlineMs;
    this.post(Event.call(task, number, newRecord(number), plan.policy, deadline));
  }

  #close(): void {
    this.isClosed = true;
    this.post(Event.close());
    // What was in the run queue still runs, and finds nothing to do.
    while (this.work.length > 0 && this.over === undefined) this.#run(this.work[0]!);
    this.#properties.closed(this);
    this.over ??= "goal";
  }

  #moveClock(): void {
    this.clockMoves++;
    this.stepsAtOnce = 0;
    const { busy, nextMoment } = this.#offered;
    const { timerAt } = this.machine;
    if (nextMoment > this.now) {
      this.now = nextMoment;
      for (let i = 0; i < this.xprts.length; i++) this.xprts[i]!.connects = 0;
    }
    if (busy) {
      this.early++;
      this.wellSince = this.now;
    }
    if (timerAt <= this.now) this.post(Event.deadline());
    this.net.server?.tick(this);
    this.#properties.moved(this);
  }

  #run(code: number): void {
    takeOut(this.work, code);
    const xprt = kindOf(code) === Kind.DISCONNECT ? this.net.xprtOf(argOf(code)) : 0;
    this.post(Event.run(code, xprt));
  }

  #somebodyActed(): void {
    this.clockMoves = 0;
    this.stepsAtOnce = 0;
    for (let i = 0; i < this.xprts.length; i++) this.xprts[i]!.connects = 0;
  }

  /** The server has begun to execute a call that came from source port `port`. */
  ran(number: number, port: number): void {
    this.#properties.run(this, number, port);
    const call = this.calls[number];
    if (call === undefined) return;
    call.runs++;
    call.ranFrom = port;
  }

  /** Steps the core, and does what it wants done. */
  post(event: ClntEvent): void {
    const effects = this.core.step(this.now, event);
    for (let i = 0; i < effects.length && (this.over === undefined || this.over === "goal"); i++) {
      this.#perform(effects[i]!);
    }
  }

  /** The most frequent effects first: a switch over words asks one after the other. */
  #perform(effect: ClntEffect): void {
    switch (effect.type) {
      case "notice":
        return;
      case "schedule": {
        const { work } = effect;
        if (work.kind === "task") this.work.push(codeOf(Kind.TASK, work.task));
        else if (work.kind === "connect") this.work.push(codeOf(Kind.CONNECT, work.xprt));
        else this.work.push(codeOf(Kind.DISCONNECT, work.cookie));
        return;
      }
      case "connect":
        this.#properties.connect(this, effect);
        return this.net.connect(this, effect);
      case "send":
        return this.#send(effect);
      case "settle":
        return this.#settle(effect);
      case "shutdown":
      case "abort":
        this.#properties.drop(this, effect);
        return this.net.drop(this, effect.cookie);
    }
  }

  #send(effect: Effect<"send">): void {
    const { cookie, record } = effect;
    const { bytes, start, end } = record;
    const xidAt = this.net.isDatagram ? start : start + MARK_BYTES;
    const xid = uint32(bytes, xidAt);
    const call = uint32(bytes, xidAt + PROC_AT) === 0 ? Sock.PING : uint32(bytes, end - TOKEN_BYTES);
    this.#properties.send(this, effect, call, xid);
    if (call !== Sock.PING) {
      const facts = this.calls[call]!;
      if (facts.sends++ === 0) facts.xid = xid;
      facts.sentOn = cookie;
      facts.sentAt = this.now;
    }
    this.net.send(this, cookie, xid, call, end - start);
  }

  #settle(effect: Effect<"settle">): void {
    const number = effect.tag as number;
    this.#properties.settle(this, effect, number);
    const call = this.calls[number]!;
    if (call.settled++ > 0) return;
    takeOut(this.unsettled, number);
    if (call.plan.mayCancel === true) takeOut(this.cancellable, codeOf(Kind.CANCEL, number));
  }
}

/** Without the array that `splice` makes. */
function takeOut(list: number[], one: number): void {
  for (let at = list.indexOf(one) + 1; at < list.length; at++) list[at - 1] = list[at]!;
  list.pop();
}

function half(): number {
  return 0.5;
}
