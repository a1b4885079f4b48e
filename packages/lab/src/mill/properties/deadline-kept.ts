import type { Property } from "../property.js";

/** No call outlives its deadline, and no soft one its major timeout. */
export const deadlineKept: Property = {
  name: "deadline-kept",
  moved({ now, calls, unsettled }) {
    for (let i = 0; i < unsettled.length; i++) {
      const number = unsettled[i]!;
      const call = calls[number]!;
      if (now < call.endsBy) continue;
      return now >= call.deadlineAt
        ? `call ${number} outlives its deadline`
        : `call ${number} is ${call.plan.policy.mode} and outlives its major timeout`;
    }
    return undefined;
  },
};
