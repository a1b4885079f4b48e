import type { Property } from "../property.js";

/** All is well outside for so long, and a hard call still has no reply. */
export const answerAfterHeal: Property = {
  name: "answer-after-heal",
  moved(w) {
    if (!w.isWell || w.unsettled.length === 0) return undefined;
    const ms = w.now - w.wellSince;
    if (ms <= w.scenario.healMs) return undefined;
    const late = w.unsettled.find((number) => w.calls[number]!.isHard);
    return late === undefined ? undefined : `call ${late} has no reply ${ms} ms after all was well`;
  },
};
