import { Command } from "commander";
import {
  FAMILY,
  FIXES,
  type GuardedProgram,
  type Model,
  ModelNameError,
  namedModel,
  namedProgram,
  POLICIES,
  PRESETS,
} from "../lab/mod.js";
import { usage } from "./failure.js";

/** A model by its name; a wrong one is a usage error that says what there is. */
export function readModel(name: string): Model {
  return reading(() => namedModel(name));
}

/** The same as guarded commands. */
export function readProgram(name: string): GuardedProgram {
  return reading(() => namedProgram(name));
}

function reading<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof ModelNameError) throw usage(`${error.message} (all of them: unstuck lab models)`);
    throw error;
  }
}

/** `lab models`. */
export function modelsCommand(): Command {
  return new Command("models")
    .description("The models whose every schedule can be searched")
    .option("--json", "as JSON")
    .action((options: { json?: true }) => {
      const family = FAMILY.map(({ name, title, source, expect }) => ({ name, title, source, expect }));
      if (options.json) return void process.stdout.write(`${JSON.stringify({ family }, undefined, 2)}\n`);
      const lines = [
        "reconnect_KERNEL_FIXES_POLICY_ENTRY: the hang of 2012, for instance reconnect_v3.6_none_task-above-worker_rst",
        `  KERNEL  ${PRESETS.join(", ")}`,
        `  FIXES   none, or with dots between: ${FIXES.join(", ")}`,
        `  POLICY  ${POLICIES.join(", ")}`,
        "  ENTRY   rst or fin, then .rst for each reset out of nowhere and .refused for each refused connect",
        "",
        "family_SITUATION_broken and family_SITUATION_fixed: other bugs of the same code",
        ...family.map(
          ({ name, title, source, expect }) =>
            `  ${name}\n      ${title} (${source}): ${expect.broken}, fixed: ${expect.fixed}`,
        ),
        "",
        "two-phase-commit_N: the yardstick of explorers, N from 1 to 12",
      ];
      process.stdout.write(`${lines.join("\n")}\n`);
    });
}
