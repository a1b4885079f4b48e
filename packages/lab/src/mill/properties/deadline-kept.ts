import type { Property } from "../property.js";

/** No call outlives its deadline, and no soft one its major timeout. */
export const deadlineKept: Property = {
  name: "deadline-kept",
  moved(w) {
    for (let i = 0; i < w.calls.length; i++) {
      const call = w.calls[i]!;
      if (call.settled > 0) continue;
      if (w.now >= call.deadlineAt) return `call ${i} outlives its deadline`;
      if (call.isHard) continue;
      const { mode, timeoMs, retrans } = call.plan.policy;
      if (w.now >= call.startedAt + timeoMs * (retrans + 1)) {
        return `call ${i} is ${mode} and outlives its major timeout`;
      }
    }
    return undefined;
  },
};
