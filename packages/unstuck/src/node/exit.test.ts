/** Processes that must end, or find their way, by themselves: each test runs one. */
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { test } from "node:test";

const MOD = new URL("./mod.js", import.meta.url).href;
const FIXTURE = new URL("./fixture.test.js", import.meta.url).href;

const PROLOGUE = `
  import { connect, HARD, publish } from ${JSON.stringify(MOD)};
  import { ECHO, NULL, PROG, Peer, SOFTCONN, until } from ${JSON.stringify(FIXTURE)};
  const auth = { flavor: "none" };
  const BYTES = Uint8Array.of(1);
`;

/** Runs a program in a process of its own; it is killed, and the test fails, after 20 s. */
async function run(body: string, under: readonly string[] = []): Promise<string> {
  const command = [...under, process.execPath, "--input-type=module", "-e", PROLOGUE + body];
  // NODE_TEST_CONTEXT would make the child believe that it is a test file.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const child = spawn(command[0]!, command.slice(1), { env, timeout: 20_000, killSignal: "SIGKILL" });
  let out = "";
  let err = "";
  child.stdout.on("data", (text) => (out += text));
  child.stderr.on("data", (text) => (err += text));
  const [code, signal] = await new Promise<[number | null, string | null]>((resolve) =>
    child.once("close", (c, s) => resolve([c, s])),
  );
  assert.equal(signal, null, `still running after 20 s\n${out}${err}`);
  assert.equal(code, 0, err);
  return out.trim();
}

test("after close with calls in flight nothing holds the process", async () => {
  const out = await run(`
    const peer = new Peer();
    peer.onCall = () => {};
    const client = await connect({ host: "127.0.0.1", port: await peer.listen(), program: PROG, version: 1, auth });
    const calls = [1, 2, 3].map(() => client.call(ECHO, BYTES, { deadlineMs: 3_600_000 }).catch((e) => e.code));
    await until(() => peer.calls.length === 3);
    await client.close();
    await peer.close();
    console.log((await Promise.all(calls)).join());
  `);
  assert.equal(out, "ECLOSED,ECLOSED,ECLOSED");
});

test("close while connecting, in back-off and under a publication: nothing holds the process", async () => {
  const out = await run(`
    const peer = new Peer();
    const port = await peer.listen();
    await peer.close();
    const { mkdtempSync, rmSync } = await import("node:fs");
    const dir = mkdtempSync((await import("node:os")).tmpdir() + "/unstuck-exit-");
    process.on("exit", () => rmSync(dir, { recursive: true }));
    const publication = await publish({ dir });
    const client = await connect({ host: "127.0.0.1", port, program: PROG, version: 1, auth });
    publication.add(client);
    const call = client.call(ECHO, BYTES).catch((e) => e.code);
    await until(() => client.snapshot().xprts[0].state === "backoff");
    await client.close();
    const other = await connect({ host: "127.0.0.1", port, program: PROG, version: 1, auth });
    const early = other.call(ECHO, BYTES).catch((e) => e.code);
    await other.close();
    console.log(await call, await early);
  `);
  assert.equal(out, "ECLOSED ECLOSED");
});

test("a call in back-off holds the process: between two sockets only its timer can", async () => {
  const out = await run(`
    const peer = new Peer();
    const port = await peer.listen();
    await peer.close();
    const client = await connect({ host: "127.0.0.1", port, program: PROG, version: 1, auth });
    await client.call(ECHO, BYTES, { deadlineMs: 300 }).catch((e) => console.log(e.code, e.sent));
    await client.close();
  `);
  assert.equal(out, "ETIMEDOUT never");
});

test("mounting that waits to try again holds the process", async () => {
  const out = await run(`
    const peer = new Peer();
    const port = await peer.listen();
    await peer.close();
    const { mount } = await import(${JSON.stringify(MOD)});
    const options = { retry: 1, port, mountport: port };
    const stop = new AbortController();
    const onStep = (text) => {
      if (text.startsWith("waiting")) setTimeout(() => stop.abort(), 50).unref();
    };
    await mount("127.0.0.1:/x", options, { signal: stop.signal, onStep }).catch((e) => console.log(e.code));
  `);
  assert.equal(out, "ECANCELED");
});

test("what a callback throws is an uncaught exception, and the other calls are settled", async () => {
  const out = await run(`
    const peer = new Peer();
    const client = await connect({ host: "127.0.0.1", port: await peer.listen(), program: PROG, version: 1, auth });
    process.on("uncaughtException", (e) => console.log("uncaught", e.message));
    client.callWith(ECHO, BYTES, () => { throw new Error("mine"); });
    await client.call(ECHO, BYTES);
    await client.close();
    await peer.close();
    console.log("answered");
  `);
  assert.deepEqual(out.split("\n").sort(), ["answered", "uncaught mine"]);
});

const NETNS = ["unshare", "-n"];
const noNetns = spawnSync(NETNS[0]!, [...NETNS.slice(1), "ip", "link", "set", "lo", "up"]).status !== 0;

test("a blackhole route is transient: the call is answered once it is gone", {
  skip: noNetns && "needs root, unshare(1) and ip(8)",
}, async () => {
  const out = await run(
    `
    import { execFileSync } from "node:child_process";
    const ip = (...args) => execFileSync("ip", args);
    ip("link", "set", "lo", "up");
    ip("addr", "add", "10.9.9.9/32", "dev", "lo");
    ip("rule", "add", "pref", "0", "table", "7");  // before the table of local addresses
    ip("rule", "add", "pref", "1", "table", "local");
    ip("rule", "del", "pref", "0", "table", "local");
    const peer = new Peer();
    const port = await peer.listen(0, "0.0.0.0");
    const where = { host: "10.9.9.9", port, program: PROG, version: 1, auth };
    ip("route", "add", "blackhole", "10.9.9.9/32", "table", "7");
    const quick = await connect({ ...where, policy: SOFTCONN });
    console.log(await quick.call(NULL, undefined).catch((e) => e.code + " " + e.sent));
    await quick.close();
    const client = await connect(where);
    const call = client.call(ECHO, BYTES);
    await until(() => client.snapshot().xprts[0].history.filter((h) => h.what === "connect-failed").length >= 2);
    ip("route", "del", "blackhole", "10.9.9.9/32", "table", "7");
    console.log((await call)[0]);
    await client.close();
    await peer.close();
  `,
    NETNS,
  );
  assert.match(out, /^(EINVAL|ENETUNREACH) never\n1$/);
});
