/** Models by name, so that a schedule, a command or another machine can ask for one. */
import type { Model } from "../explore/mod.js";
import { compile, type GuardedProgram, twoPhaseProgram } from "../guarded/mod.js";
import { FAMILY } from "./family/mod.js";
import { parseReconnectName, reconnect, reconnectOf } from "./reconnect/mod.js";
import { twoPhaseCommit } from "./two-phase-commit.js";

/** There is no such model. */
export class ModelNameError extends Error {
  override readonly name = "ModelNameError";
}

/**
 * The model of that name: `reconnect_…` (see `reconnectName`), `family_SITUATION_broken` or `_fixed`,
 * `two-phase-commit_N`. Throws {@link ModelNameError}.
 */
export function namedModel(name: string): Model {
  const resourceManagers = resourceManagersOf(name);
  return resourceManagers === undefined ? compile(namedProgram(name)) : twoPhaseCommit(resourceManagers);
}

/** The same as guarded commands; two-phase commit is packed by hand for speed, and written as such too. Throws {@link ModelNameError}. */
export function namedProgram(name: string): GuardedProgram {
  const resourceManagers = resourceManagersOf(name);
  if (resourceManagers !== undefined) return { ...twoPhaseProgram(resourceManagers), name };
  const [kind] = name.split("_");
  if (kind === "reconnect") {
    const spec = parseReconnectName(name);
    if (typeof spec === "string") throw new ModelNameError(`${name}: ${spec}`);
    return reconnect(reconnectOf(spec));
  }
  const [, situation, side] = /^family_([a-z0-9-]+)_(broken|fixed)$/.exec(name) ?? [];
  const found = FAMILY.find((one) => one.name === situation);
  if (found !== undefined) return { ...(side === "fixed" ? found.fixed : found.broken), name };
  if (kind === "family") {
    const names = FAMILY.map((one) => one.name).join(", ");
    throw new ModelNameError(`${name}: a family member is family_SITUATION_broken or _fixed, of ${names}`);
  }
  throw new ModelNameError(
    `${name}: a model is reconnect_KERNEL_FIXES_POLICY_ENTRY, family_SITUATION_broken or _fixed, or two-phase-commit_N with N from 1 to 12`,
  );
}

/** N of `two-phase-commit_N`; undefined: it is none, or too large. */
function resourceManagersOf(name: string): number | undefined {
  const managers = Number(/^two-phase-commit_(\d{1,2})$/.exec(name)?.[1]);
  return managers >= 1 && managers <= 12 ? managers : undefined;
}
