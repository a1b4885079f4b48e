import assert from "node:assert/strict";
import { test } from "node:test";
import { conform } from "./match.js";
import { logOf } from "./recorded.fixture.js";
import { type Moves, modelOfMoves } from "./run-model.js";

const [TIMEOUT, WAKE, DONE, RESUMES] = [
  "    15 timeout",
  "    15 __rpc_wake_up_task (now 1)",
  "       __rpc_wake_up_task done",
  "    15 sync task resuming",
] as const;
const SIGNAL = "    15 got signal";

/** A task sleeps; a timer wakes it, three lines in one move; it resumes. A signal may come before it does. */
interface Sleeper {
  readonly is: "asleep" | "woken" | "awake";
  readonly signalled: boolean;
}

let asked = 0;
const SLEEPER: Moves<Sleeper> = {
  key: ({ is, signalled }) => `${is} ${signalled}`,
  moves: ({ is, signalled }) => {
    asked++;
    const woken = {
      name: "timer",
      world: { is: "woken", signalled },
      printed: logOf([TIMEOUT, WAKE, DONE]),
    } as const;
    const signal = { name: "signal", world: { is, signalled: true }, printed: logOf([SIGNAL]) } as const;
    const resumes = { name: "resume", world: { is: "awake", signalled }, printed: logOf([RESUMES]) } as const;
    if (is === "asleep") return signalled ? [woken] : [woken, signal];
    if (is === "woken") return signalled ? [resumes] : [resumes, signal];
    return [{ name: "sleep", world: { is: "asleep", signalled }, printed: [] }];
  },
};

const ASLEEP: Sleeper = { is: "asleep", signalled: false };

test("a move that prints several lines is followed line by line", () => {
  asked = 0;
  const log = logOf([TIMEOUT, WAKE, DONE, SIGNAL, RESUMES, TIMEOUT, WAKE, DONE, RESUMES]);
  const result = conform(modelOfMoves(SLEEPER, ASLEEP), log);
  assert.deepEqual(result, { outcome: "followed", followed: 9, skipped: 0 });
  assert.ok(asked <= 8, `moves was asked ${asked} times`);
});

test("nothing comes between the lines of a move", () => {
  const result = conform(modelOfMoves(SLEEPER, ASLEEP), logOf([TIMEOUT, WAKE, SIGNAL, DONE]));
  assert.ok(result.outcome === "refused");
  assert.deepEqual([result.followed, result.at?.line], [2, 3]);
  assert.deepEqual(
    result.instead.map(({ name, line }) => [name, line.text]),
    [["timer", "__rpc_wake_up_task done"]],
  );
});

test("a world may be taken up in the middle of a move", () => {
  const model = modelOfMoves<Sleeper>(SLEEPER, { is: "woken", signalled: false }, logOf([DONE]));
  assert.equal(conform(model, logOf([DONE, RESUMES])).outcome, "followed");
  assert.equal(conform(model, logOf([RESUMES])).outcome, "refused");
});
