// Several calls in flight on one mount at all times, and a ledger of how each of them settled.
import { setTimeout as sleep } from "node:timers/promises";
import { operationsOn, WrongData } from "./operations.mjs";

/** What one mount was asked, and what came of it. Times are performance.now() of this process. */
export class Load {
  started = 0;
  answered = 0;
  /** Ended as they were told to: by their signal, by their deadline. */
  givenUp = 0;
  /** Hard calls that failed, wrong data, calls that did not end in their time: each a sentence. */
  faults = [];
  answeredAt = 0;
  name;
  mount;
  #next;
  #random;
  #inFlight = new Set();
  #running = false;
  #idle;

  constructor(name, how) {
    this.name = name;
    this.mount = how.mount;
    this.#random = how.random.fork("pace");
    this.#next = operationsOn(how);
  }

  /** Keeps `depth` operations going. */
  start(depth) {
    this.#running = true;
    this.#idle = Promise.all(Array.from({ length: depth }, () => this.#work()));
  }

  /** Starts nothing more; resolves when everything has settled. */
  async pause() {
    this.#running = false;
    await this.#idle;
  }

  /** Hard calls that have not settled yet. */
  hard() {
    return [...this.#inFlight].filter((call) => call.withinMs === undefined);
  }

  /** Notes the calls that promised an end and have none. */
  checkPromises() {
    const now = performance.now();
    for (const call of this.#inFlight) {
      if (call.withinMs === undefined || call.overdue || now < call.startedAt + call.withinMs) continue;
      call.overdue = true;
      this.fault(`${call.name}: not settled ${Math.round(now - call.startedAt)} ms after its start`);
    }
  }

  fault(text) {
    if (this.faults.length < 100) this.faults.push(`${this.name}: ${text}`);
  }

  async #work() {
    while (this.#running) {
      await this.#one();
      await sleep(this.#random.between(2, 60));
    }
  }

  async #one() {
    const operation = this.#next();
    let settled;
    const call = {
      ...operation,
      startedAt: performance.now(),
      settled: new Promise((resolve) => {
        settled = resolve;
      }),
    };
    this.started++;
    this.#inFlight.add(call);
    try {
      await operation.run();
      this.answered++;
      this.answeredAt = performance.now();
    } catch (error) {
      if (operation.mayFail?.(error) === true) this.givenUp++;
      else if (error instanceof WrongData) this.fault(`WRONG DATA: ${error.message}`);
      else this.fault(`LOST: ${operation.name}: ${error?.code ?? error?.name}: ${error?.message}`);
    }
    this.#inFlight.delete(call);
    settled();
  }
}
