// Node's client over an in-process network to a server that lies: each promise settles, with results of the type or a typed error.
import assert from "node:assert/strict";
import { clientOver, Inproc, QUICK } from "../../packages/unstuck/dist/node/mod.js";
import { RecordReader, RpcError, XprtError } from "../../packages/unstuck/dist/sunrpc/mod.js";
import { decode, encode, sample, viewOf } from "../../packages/unstuck/dist/xdr/mod.js";
import { lie } from "./client.mjs";
import { procedures } from "./corpus.mjs";
import { join } from "./mutate.mjs";

/** What an honest server would never let pass; the lies come at once. */
const DEADLINE_MS = 25;

export const driver = {
  name: "driver",
  cases: 40,
  async run(dice) {
    const kind = dice.chance(0.8) ? "stream" : "datagram";
    const net = new Inproc({ kind });
    net.faults.pieceBytes = dice.pick([1, 7, 1000, 1 << 20]);
    net.listen((end) => listen(end, kind, dice));
    const caller = clientOver(net.dialer(), {
      policy: { ...QUICK, softconn: false },
      auth: { flavor: "none" },
      maxRecordBytes: 1 << 18,
    });
    const made = Array.from({ length: 1 + dice.below(12) }, () => {
      const procedure = dice.pick(procedures);
      const args = sample(procedure.arg, dice.roll);
      return { procedure, promise: caller.call(procedure, args, { deadlineMs: DEADLINE_MS }) };
    });
    // An in-process network holds no process open, a socket would.
    const hold = setInterval(() => {}, 1000);
    const ends = await Promise.allSettled(made.map(({ promise }) => promise));
    ends.forEach(({ status, value, reason }, i) => {
      const { name, res } = made[i].procedure;
      if (status === "fulfilled") assert.doesNotThrow(() => decode(res, encode(res, value)), name);
      else assert.ok(reason instanceof RpcError || reason instanceof XprtError, `${name}: ${reason?.stack}`);
    });
    await caller.close();
    clearInterval(hold);
  },
};

function listen(end, kind, dice) {
  const reader = new RecordReader();
  end.onEvent = ({ type, bytes }) => {
    if (type === "fin") end.fin();
    if (type !== "data") return;
    if (dice.chance(0.02)) return end.reset();
    if (kind === "stream") reader.push(bytes);
    const next = () => {
      const record = reader.next();
      return record && viewOf(record);
    };
    for (let call = kind === "stream" ? next() : bytes; call; call = kind === "stream" ? next() : undefined) {
      const answer = lie(join(new Uint8Array(4), call), kind, dice);
      if (answer !== undefined) end.send(answer);
    }
  };
}
