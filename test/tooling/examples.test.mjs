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

describe("ping: a program of one's own", () => {
  const cli = join(root, "packages/unstuck/bin/unstuck.js");
  let server;
  let port;
  before(async () => {
    const tsc = await run(
      process.execPath,
      [join(root, "node_modules/typescript/bin/tsc"), "-p", example("ping")],
      {
        timeoutMs: 60_000,
      },
    );
    assert.equal(tsc.code, 0, tsc.stdout + tsc.stderr);
    server = start(process.execPath, [example("ping/dist/server.js")]);
    const [line] = await once(server.child.stdout, "data");
    port = /^port (\d+)$/.exec(String(line).trim())?.[1];
  });
  after(() => server?.stop());

  test("its generated code is current", async () => {
    const args = ["rpcgen", example("ping/ping.x"), "-o", example("ping/ping.gen.ts"), "--check"];
    const done = await run(process.execPath, [cli, ...args]);
    assert.equal(done.code, 0, done.stderr);
  });

  test("the client calls the server over TCP and UDP", async () => {
    const client = (...args) => run(process.execPath, [example("ping/dist/client.js"), port, ...args]);
    const tcp = await client("tcp", "hello", "hello", "");
    assert.equal(tcp.stdout, "HELLO\nHELLO\nbusy, ask again in 5 s\n2× hello\n", tcp.stderr);
    const udp = await client("udp", "world");
    assert.equal(udp.stdout, "WORLD\n2× hello\n1× world\n", udp.stderr);
  });

  test("rpcinfo finds it", async () => {
    const done = await run(process.execPath, [cli, "rpcinfo", "-n", port, "-t", "127.0.0.1", "536871065"]);
    assert.equal(done.stdout, "program 536871065 version 1 ready and waiting\n", done.stderr);
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
