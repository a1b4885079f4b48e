/** What can be searched, as data that any machine with the same code can turn into a world. */
import { modelRuns, type Run } from "../lab/explore/mod.js";
import { FAMILY, ModelNameError, namedModel } from "../lab/models/mod.js";
import { nearest, suggest } from "../lab/scenario/mod.js";
import { PRODUCT, PROPERTIES, WORLDS, World } from "../mill/mod.js";
import { TargetError } from "./errors.js";

export interface Target {
  /** `model`: one of the lab's models by name. `mill`: our own client core in a world of that name. */
  readonly kind: "model" | "mill";
  readonly name: string;
}

interface Kind {
  /** Each call begins one run. Throws {@link TargetError}. */
  open(name: string): () => Run;
  /** Names to choose from, or examples of them. */
  names(): readonly string[];
}

/** One row for each kind of target. */
const KINDS: { readonly [kind in Target["kind"]]: Kind } = {
  model: {
    open: (name) => modelRuns(namedModel(name)),
    names: () => [
      "two-phase-commit_3",
      "reconnect_v3.6_none_task-above-worker_rst",
      ...FAMILY.flatMap((one) => [`family_${one.name}_broken`, `family_${one.name}_fixed`]),
    ],
  },
  mill: {
    open: (name) => {
      const scenario = WORLDS.get(name);
      if (scenario === undefined)
        throw new TargetError(`no world of the mill is called ${name}: ${suggest(name, [...WORLDS.keys()])}`);
      return () => new World(scenario, PROPERTIES, PRODUCT);
    },
    names: () => [...WORLDS.keys()],
  },
};

/** How people write a target: a model's name as it is, a world of the mill as `mill:NAME`. */
export function targetWord({ kind, name }: Target): string {
  return kind === "model" ? name : `${kind}:${name}`;
}

/** The target that {@link targetWord} writes so; it is opened once. Throws {@link TargetError}. */
export function parseTarget(word: string): Target {
  const [head = "", ...rest] = word.split(":");
  const kind = (Object.keys(KINDS) as Target["kind"][]).find((one) => one === head && rest.length > 0);
  const target = kind === undefined ? { kind: "model" as const, name: word } : { kind, name: rest.join(":") };
  openTarget(target);
  return target;
}

/** Each call begins one run of the target. Throws {@link TargetError}. */
export function openTarget({ kind, name }: Target): () => Run {
  try {
    return KINDS[kind].open(name);
  } catch (error) {
    if (!(error instanceof ModelNameError)) throw error;
    const meant = likelyTarget(name);
    const hint =
      meant === undefined ? "or mill:NAME for our own core, as mill:calm" : `did you mean ${meant}?`;
    throw new TargetError(`${error.message}; ${hint}`, { cause: error });
  }
}

/** The word that was meant; a slip in the first part of a name leaves the rest as it is. */
function likelyTarget(name: string): string | undefined {
  const kinds = Object.entries(KINDS) as [Target["kind"], Kind][];
  const words = kinds.flatMap(([kind, { names }]) => names().map((one) => targetWord({ kind, name: one })));
  const [head = "", ...rest] = name.split("_");
  const heads = [...new Set(words.map((word) => word.split("_")[0]!))];
  const mended = [nearest(head, heads), ...rest].join("_");
  try {
    if (mended !== name) return targetWord(parseTarget(mended));
  } catch {
    // Then it is more than that.
  }
  return nearest(name, words);
}
