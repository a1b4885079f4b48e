// The client core and a server that lies: every call settles, or waits for its next try; nothing spins.
import assert from "node:assert/strict";
import { HARD, reply as honest, Sim, SOFT } from "../../packages/unstuck/dist/sunrpc/clnt/sim.fixture.js";
import { decode, XdrError } from "../../packages/unstuck/dist/xdr/mod.js";
import { known, messages, procedures, replies } from "./corpus.mjs";
import { join, mutate, record } from "./mutate.mjs";

const LIES_MS = 30_000;
/** Events a second of lies may cost: retries are paced. The worst seen is 32. */
const STEPS_PER_S = 200;

export const client = {
  name: "client",
  cases: 150,
  run(dice) {
    const kind = dice.chance(0.8) ? "stream" : "datagram";
    const sim = new Sim({
      kind,
      seed: dice.below(2 ** 32),
      nconnect: 1 + dice.below(2),
      maxRecordBytes: 1 << 18,
    });
    const liar = 0.2 + 0.8 * dice.roll();
    sim.serve = (call) => (dice.chance(liar) ? lie(call, kind, dice) : answer(honest(call), kind));
    sim.slam = dice.chance(0.05);

    const hard = Array.from({ length: 1 + dice.below(10) }, () => sim.call(HARD));
    const soft = Array.from({ length: dice.below(10) }, () => sim.call(SOFT));
    const timed = Array.from({ length: dice.below(5) }, () => sim.call(HARD, 1 + dice.below(5_000)));
    const before = memory();
    sim.run(LIES_MS);
    assert.ok(
      sim.steps.count < (STEPS_PER_S * LIES_MS) / 1000,
      `${sim.steps.count} events in ${LIES_MS} ms of lies`,
    );
    const grown = memory() - before;
    assert.ok(grown < 64 << 20, `${grown} bytes more after ${LIES_MS} ms of lies`);
    for (const task of timed)
      assert.ok(sim.outcome(task) !== undefined, "a deadline passed and the call did not settle");

    sim.serve = (call) => answer(honest(call), kind);
    sim.slam = false;
    sim.run(600_000, () => sim.settled.size === hard.length + soft.length + timed.length);
    for (const task of [...hard, ...soft])
      assert.ok(sim.outcome(task) !== undefined, "a call did not settle when the server became honest");
    assert.deepEqual(sim.core.snapshot(sim.now).calls, [], "a call that settled is still in flight");
    for (const task of hard) {
      const { type, code } = sim.outcome(task);
      // After several replies without sense, even to a hard call.
      assert.ok(type !== "unanswered" || code === "EPROTO", `a hard call was given up: ${code}`);
    }
    for (const { outcome } of sim.settled.values()) checkResults(outcome, dice);
  },
};

/** Something instead of the reply, for the right call now and then: a record of a stream, or a datagram. */
export function lie(call, kind, dice) {
  const golden = dice.chance(0.7) ? dice.pick(replies) : dice.pick(messages);
  let message = dice.chance(0.3) ? golden.slice() : mutate(golden, dice, messages);
  if (message.length >= 4 && dice.chance(0.7)) message.set(call.subarray(4, 8));
  if (kind === "datagram") return message;
  message = record(message, dice);
  if (dice.chance(0.2)) message = join(message, message);
  if (dice.chance(0.2)) message = join(message, honest(call), honest(call));
  if (dice.chance(0.2)) message = mutate(message, dice, messages);
  return dice.chance(0.05) ? undefined : message;
}

function answer(reply, kind) {
  return kind === "stream" ? reply : reply.subarray(4);
}

/** What the driver does next: results decode, or it is the typed error of a bad reply. */
function checkResults(outcome, dice) {
  if (outcome.type !== "accepted") return;
  const { res } = dice.chance(0.5) ? dice.pick(procedures) : dice.pick(known).procedure;
  try {
    decode(res, outcome.record.bytes.subarray(0, outcome.record.end), {
      start: outcome.start,
      trailing: true,
    });
  } catch (error) {
    assert.ok(error instanceof XdrError, String(error?.stack));
  }
}

function memory() {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
