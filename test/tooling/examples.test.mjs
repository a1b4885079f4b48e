// The examples run as they are, and the README shows one of them.
import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { run, start } from "../peers/process.mjs";

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const example = (name) => join(root, "examples", name);

describe("examples", () => {
  let server;
  let source;
  before(async () => {
    server = start(process.execPath, [example("serve.mjs"), "0"]);
    const [line] = await once(server.child.stdout, "data");
    source = String(line).trim().split(" ");
  });
  after(() => server.stop());

  test("read.mjs lists what serve.mjs serves", async () => {
    const done = await run(process.execPath, [example("read.mjs"), source[0], `ro,${source[1]}`]);
    assert.equal(done.code, 0, done.stderr);
    assert.deepEqual(
      done.stdout
        .trim()
        .split("\n")
        .map((line) => line.split(/ +/).slice(1).join(" "))
        .sort(),
      ["4096 empty", "6 hello.txt", "6 link"],
    );
  });

  test("why.mjs says why, and ends", async () => {
    const nobody = createServer().listen(0, "127.0.0.1");
    await once(nobody, "listening");
    const { port } = nobody.address();
    nobody.close();
    await once(nobody, "close");
    const done = await run(process.execPath, [example("why.mjs"), "127.0.0.1", String(port)]);
    assert.equal(done.code, 0, done.stderr);
    assert.match(done.stdout, /NFSPROC3_NULL \d+ ms: .*ECONNREFUSED[\s\S]*ETIMEDOUT \(sent: never\)/);
  });
});

test("the README's program is one of the examples", () => {
  const [, shown] = /```js\n([\s\S]*?)```/.exec(readFileSync(join(root, "README.md"), "utf8"));
  const real = readFileSync(example("read.mjs"), "utf8");
  const body = (text) =>
    text
      .replace(/^\/\/.*\n|^\s*\/\/.*\n|^const \[.*\n/gm, "")
      .replace(/\n+/g, "\n")
      .trim();
  assert.equal(
    body(shown).replace('"192.168.1.200:/export/test", "ro,hard,timeo=600"', "source, options"),
    body(real),
  );
});
