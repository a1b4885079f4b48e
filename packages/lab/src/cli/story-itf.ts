import type { Found } from "./explore-job.js";
import { loopAt, statesOf } from "./story-states.js";

/**
 * A witness in the Informal Trace Format (Apalache, ADR-015): every state with all its variables. `loop` is the state
 * that the last one is equal to, and goes on from. Who did what to come to a state stands in its `#meta`.
 */
export function storyItf(found: Found): string {
  const { model, limits, verdict, property, line, initial, schedule } = found;
  const states = statesOf(initial, schedule);
  const vars = Object.keys(initial);
  const isNumber = new Set(vars.filter((name) => states.every((one) => INTEGER.test(one[name] ?? ""))));
  const loop = loopAt(schedule);
  const trace = {
    "#meta": {
      format: "ITF",
      "format-description": "https://apalache-mc.org/docs/adr/015adr-trace.html",
      source: model,
      description: property === undefined ? verdict : `${verdict}: ${property}`,
      limits,
      replay: line,
    },
    vars,
    states: states.map((one, index) => {
      const { actor, what } = schedule[index - 1] ?? {};
      const values = vars.map((name) => [name, isNumber.has(name) ? Number(one[name]) : one[name]]);
      return { "#meta": { index, actor, action: what }, ...Object.fromEntries(values) };
    }),
    loop: loop < 0 ? undefined : loop,
  };
  return `${JSON.stringify(trace, undefined, 2)}\n`;
}

/** What JSON can hold exactly. */
const INTEGER = /^-?(0|[1-9]\d{0,14})$/;
