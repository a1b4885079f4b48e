import type { Property } from "../property.js";

/** All is well outside for so long, and a hard call still has no reply. */
export const answerAfterHeal: Property = {
  name: "answer-after-heal",
  moved(w) {
    if (!w.isWell || w.unsettled === 0) return undefined;
    const ms = w.now - w.wellSince;
    if (ms <= w.scenario.healMs) return undefined;
    const late = w.calls.findIndex((call) => call.settled === 0 && call.isHard);
    return late < 0 ? undefined : `call ${late} has no reply ${ms} ms after all was well`;
  },
};
