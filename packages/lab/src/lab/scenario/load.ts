/** Reads a scenario file of either kind. */
import type { Scenario } from "./scenario.js";
import { parseScript } from "./script.js";
import { parseScenario } from "./yaml.js";

const COMMAND_LINE = /^(?:#!|\w+[#$] +|(?:mount|chrt|ip|showmount|uname|sleep) |\.\/)/m;

/**
 * A scenario from a file's text: `.yaml`, `.yml` and `.json` are YAML, `.sh` and `.script` report scripts; anything else
 * is a script when one of its lines looks like a command. Throws a `ScenarioError`.
 */
export function loadScenario(text: string, file: string): { scenario: Scenario; notes: string[] } {
  const script = /\.(sh|script)$/.test(file) || (!/\.(ya?ml|json)$/.test(file) && COMMAND_LINE.test(text));
  return script ? parseScript(text, file) : { scenario: parseScenario(text, file), notes: [] };
}
