import type { Property } from "../property.js";
import { TOKEN_BYTES, uint32 } from "../record.js";
import type { World } from "../world.js";

/** A call ends once: with its own reply, or for a reason that is there. */
export const settlesOnce: Property = {
  name: "settles-once",
  settle(w, { task, outcome }, number) {
    const call = w.calls[number];
    if (call === undefined) return `call ${number} was never made`;
    if (call.settled > 0) return `call ${number} settles again`;
    if (call.task !== task) return `call ${number} was task ${call.task} and settles as task ${task}`;
    if (outcome.type === "refused")
      return `the server refused nothing, call ${number} says ${outcome.stat.code}`;
    if (outcome.type === "accepted") {
      const { record } = outcome;
      const answered = uint32(record.bytes, record.end - TOKEN_BYTES);
      return answered === number ? undefined : `call ${number} settles with the reply of call ${answered}`;
    }
    if (outcome.sent === "never" && call.sends > 0) return `call ${number} was sent, and says it never was`;
    return wrongReason(w, outcome.code, number);
  },
  closed(w) {
    for (let i = 0; i < w.calls.length; i++) {
      if (w.calls[i]!.settled !== 1) return `call ${i} settled ${w.calls[i]!.settled} times`;
    }
    return undefined;
  },
};

function wrongReason(w: World, code: string, number: number): string | undefined {
  const call = w.calls[number]!;
  switch (code) {
    case "ECANCELED":
      return call.cancelled ? undefined : `call ${number} was not cancelled`;
    case "ETIMEDOUT":
      return w.now >= call.deadlineAt || call.plan.policy.mode === "softerr"
        ? undefined
        : `call ${number} timed out before its deadline`;
    case "EIO":
      return call.plan.policy.mode === "soft" ? undefined : `call ${number} is not soft`;
    default:
      return call.plan.policy.softconn || (code === "ECLOSED" && w.isClosed)
        ? undefined
        : `call ${number} ends with ${code}`;
  }
}
