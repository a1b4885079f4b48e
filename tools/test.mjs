// `npm test`: set up, lint, every test. See `npm test -- --help`.
import { spawnSync } from "node:child_process";
import { availableParallelism } from "node:os";
import { join, relative } from "node:path";
import { run } from "node:test";
import { spec } from "node:test/reporters";
import { parseArgs } from "node:util";
import { files, main, root, SetupError, setup, sourceFolders } from "./setup.mjs";

const usage = `npm test -- [options] [word…]

  word                    run only the test files whose path contains one of the words (and leave the lint out)
  --quick                 leave out the lint, the interoperability and the liveness tests
  --name PATTERN          run only the tests whose name matches
  --timeout SECONDS       give one test file so long (default 240)
  --serial                one test file at a time
`;

await main(async () => {
  const { values, positionals } = arguments_();
  if (values.help) return void process.stdout.write(usage);
  const timeoutS = Number(values.timeout ?? "240");
  if (!(timeoutS > 0))
    throw new SetupError(`--timeout ${values.timeout}: a number of seconds above 0 is needed`);
  setup();
  const linted = values.quick || positionals.length > 0 || lint();
  const chosen = choose(positionals, values.quick === true);
  const passed = await test(chosen, timeoutS, values);
  if (!linted) process.stdout.write("\nThe lint above failed; `npm run format` mends most of it.\n");
  process.exitCode = linted && passed ? 0 : 1;
});

function arguments_() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        help: { type: "boolean", short: "h" },
        quick: { type: "boolean" },
        serial: { type: "boolean" },
        name: { type: "string" },
        timeout: { type: "string" },
      },
    });
  } catch (error) {
    throw new SetupError(`${error.message}\n\n${usage}`);
  }
}

function lint() {
  const steps = [
    ["biome", [join(root, "node_modules/@biomejs/biome/bin/biome"), "check", "."]],
    ["tidy", [join(root, "tools/tidy.mjs")]],
    ["knip", [join(root, "node_modules/knip/bin/knip.js"), "--no-progress"]],
  ];
  let passed = true;
  for (const [name, args] of steps) {
    const done = spawnSync(process.execPath, args, { cwd: root, stdio: ["ignore", "inherit", "inherit"] });
    process.stdout.write(`lint: ${name} ${done.status === 0 ? "passed" : "FAILED"}\n`);
    passed &&= done.status === 0;
  }
  return passed;
}

function choose(words, quick) {
  const all = [
    ...sourceFolders().flatMap((src) => files(src, (path) => path.endsWith(".test.ts")).map(compiled)),
    ...files(join(root, "test"), (path) => /\.test\.m?js$/.test(path)),
  ].filter((path) => !quick || !/test[/\\](interop|liveness)[/\\]/.test(path));
  const chosen =
    words.length === 0
      ? all
      : all.filter((path) => words.some((word) => relative(root, path).includes(word)));
  if (chosen.length === 0) {
    throw new SetupError(
      `no test file's path contains ${words.join(" or ")}; there are:\n${all.map((path) => `  ${relative(root, path)}`).join("\n")}`,
    );
  }
  return chosen;
}

function compiled(source) {
  return source.replace(/([/\\])src([/\\].*)\.ts$/, "$1dist$2.js");
}

async function test(chosen, timeoutS, values) {
  let failed = false;
  const skipped = [];
  const events = run({
    files: chosen,
    concurrency: values.serial ? 1 : availableParallelism(),
    timeout: timeoutS * 1000,
    ...(values.name === undefined ? {} : { testNamePatterns: [values.name] }),
  });
  // The list of what was left out goes just before node:test's own summary, where it is seen.
  const reported = events.compose(async function* (source) {
    let listed = false;
    for await (const event of source) {
      const { type, data } = event;
      if (type === "test:fail") failed ||= data.todo === undefined;
      if (type === "test:pass" && data.skip !== undefined) {
        skipped.push(
          `SKIPPED ${data.name}${typeof data.skip === "string" && data.skip !== "" ? `: ${data.skip}` : ""}`,
        );
      }
      if (type === "test:diagnostic" && data.nesting === 0 && /^tests \d+$/.test(data.message) && !listed) {
        listed = true;
        for (const message of skipped) yield { type, data: { ...data, message } };
      }
      yield event;
    }
  });
  const printed = reported.compose(new spec());
  for await (const chunk of printed) process.stdout.write(chunk);
  return !failed;
}
