/** The lab's pages against the program: what stands after a command is what it prints, and examples run as they say. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { FIXES, type Fix, loadScenario, runScenario } from "../lab/mod.js";
import { lab } from "./lab.fixture.js";

const ROOT = new URL("../../../../", import.meta.url);
const PAGE = readFileSync(new URL("docs/internals/the-2012-race.md", ROOT), "utf8");

/** A line without what the page leaves out: columns, the CPU, addresses, three bits of a socket, the task's loop. */
function bare(line: string): string {
  return line
    .replaceAll("|", " ")
    .replace(/conn \d dead \d zapped \d /, "")
    .replace(/(?:xprt )?\bffff[0-9a-f]{12}\b/, "xprt")
    .replace("__rpc_execute: ", "")
    .replace(/^(\s*\d+\.\d{6}) +[-\d] /, "$1 ")
    .replaceAll(/\s+/g, " ")
    .trim();
}

interface Excerpt {
  readonly command: string;
  readonly lines: readonly string[];
}

/** The page's blocks, each with the last `unstuck lab` line before it. */
function excerpts(): readonly Excerpt[] {
  const found: Excerpt[] = [];
  let command = "";
  for (const [, block = ""] of PAGE.matchAll(/^ *```\n(.*?)^ *```$/gms)) {
    let lines: string[] = [];
    for (const line of [...block.split("\n"), "unstuck lab"]) {
      if (!line.startsWith("unstuck lab") && !line.startsWith("  unstuck lab")) {
        if (line.trim() !== "") lines.push(line);
        continue;
      }
      if (lines.length > 0) found.push({ command, lines });
      lines = [];
      if (line.trim() !== "unstuck lab") command = line.trim();
    }
  }
  return found;
}

const OUTPUTS = new Map<string, readonly string[]>();
function outputOf(command: string): readonly string[] {
  const words = command.replaceAll(/packages\/\S+/g, (path) => new URL(path, ROOT).pathname).split(" ");
  const lines =
    OUTPUTS.get(command) ??
    lab(...words.slice(2))
      .out.split("\n")
      .map(bare);
  OUTPUTS.set(command, lines);
  return lines;
}

/** tshark's reading, and the kernel's own log. */
const FOREIGN = /tshark|^\[ /;
const checked = excerpts().filter(
  ({ command, lines: [first = ""] }) => command !== "" && !FOREIGN.test(command) && !FOREIGN.test(first),
);

test("there are excerpts to check", () => {
  assert.ok(checked.length >= 12 && checked.some(({ command }) => command.includes("conform")));
});

for (const { command, lines } of checked) {
  test(`${command}: ${lines[0]!.trim()}`, () => {
    const printed = outputOf(command);
    let at = 0;
    for (const line of lines.map(bare)) {
      const place = printed.indexOf(line, at);
      assert.notEqual(place, -1, `not printed here: ${line}\nafter: ${printed[at - 1]}`);
      at = place + 1;
    }
  });
}

test("what the page has of the kernel's own log stands in the recording", () => {
  const recording = readFileSync(new URL("packages/lab/testdata/rpcdebug-3.6.0-start.txt", ROOT), "utf8");
  const quoted = excerpts().filter(({ lines }) => lines[0]!.startsWith("[ "));
  assert.equal(quoted.length, 1);
  assert.ok(recording.includes(quoted[0]!.lines.join("\n")));
});

const FIX_ROWS = [
  ...PAGE.matchAll(
    /^\| ([^|]*`[^|]*|none|both) \| (\w+(?:, [\d.]+ s)?) \| (\w+)(?:, ([\d.]+ s))?[^|]* \|$/gm,
  ),
];

test("the table of fixes is what they come to", () => {
  const scenario = (name: string) =>
    loadScenario(readFileSync(new URL(`packages/lab/scenarios/${name}.yaml`, ROOT), "utf8"), `${name}.yaml`)
      .scenario;
  const told = (name: string, fixes: readonly Fix[]) => {
    const { verdict, recoveryUs } = runScenario({ ...scenario(name), fixes }, 1);
    return recoveryUs === undefined ? verdict : `${verdict}, ${(recoveryUs / 1e6).toFixed(1)} s`;
  };
  assert.equal(FIX_ROWS.length, 10);
  for (const [row, change = "", onFin, verdict, took] of FIX_ROWS) {
    const fixes =
      change === "both"
        ? (["eagain-to-connect", "no-early-wake"] as const)
        : FIXES.filter((fix) => change.includes(`\`${fix}\``));
    const onRst = took === undefined ? verdict : `${verdict}, ${took}`;
    assert.deepEqual([told("report-rr50", fixes), told("v3.7-rc2-rr50", fixes)], [onFin, onRst], row);
  }
});

test("the examples of the reference of scenarios come out as they say, and no key is missing from it", () => {
  const page = readFileSync(new URL("docs/reference/scenarios.md", ROOT), "utf8");
  const examples = [...page.matchAll(/^```(yaml|sh)\n(.*?)^```$/gms)];
  assert.equal(examples.length, 2);
  for (const [, kind, text = ""] of examples) {
    const { scenario } = loadScenario(text, `example.${kind}`);
    assert.equal(runScenario(scenario, 1).verdict, scenario.expect);
    assert.equal(scenario.expect, "hangs");
  }
  const wrong = (text: string) => {
    try {
      loadScenario(text, "x.yaml");
    } catch (error) {
      return (error as Error).message;
    }
    return "";
  };
  const known = [wrong("zzzzzzzz: 1\nstaters: [{}]"), wrong("staters: [{ zzzzzzzz: 1 }]")];
  known.push(wrong("staters: [{}]\ntimeline: [{ zzzzzzzz: 1 }]"));
  const keys = known.flatMap((text) => /known: (.*)$/m.exec(text)?.[1]?.split(", ") ?? []);
  assert.ok(keys.length > 35, known.join());
  for (const key of keys) assert.match(page, new RegExp(`\`${key}[\`:]`), key);
});
