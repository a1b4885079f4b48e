import assert from "node:assert/strict";
import { test } from "node:test";
import { CLNT_DEFAULTS } from "../sunrpc/mod.js";
import { type AskRpcbind, ResolveError, Resolver } from "./mod.js";

const NFS = { host: "10.0.0.1", program: 100003, version: 3 };
const V4 = { address: "10.0.0.1", family: 4 };

test("an address and a port need no question and no promise", () => {
  const resolver = new Resolver({ target: { host: "::1", port: 2049 }, proto: "tcp" });
  assert.deepEqual(resolver.resolve(), [{ address: "::1", family: 6, port: 2049 }]);
});

test("names are looked up anew for each connect", async () => {
  let n = 0;
  const resolver = new Resolver({
    target: { host: "server.test", port: 1 },
    proto: "tcp",
    lookup: async () => [{ address: `10.0.0.${++n}`, family: 4 }],
  });
  assert.deepEqual(await resolver.resolve(), [{ address: "10.0.0.1", family: 4, port: 1 }]);
  assert.deepEqual(await resolver.resolve(), [{ address: "10.0.0.2", family: 4, port: 1 }]);
});

test("when DNS fails later, the last answer is used; at first it is an error", async () => {
  let fail = true;
  const resolver = new Resolver({
    target: { host: "server.test", port: 1 },
    proto: "tcp",
    lookup: async () => {
      if (fail) throw Object.assign(new Error("down"), { code: "EAI_AGAIN" });
      return [V4];
    },
  });
  await assert.rejects(async () => resolver.resolve(), { name: "ResolveError", code: "EAI_AGAIN" });
  fail = false;
  const good = await resolver.resolve();
  fail = true;
  assert.deepEqual(await resolver.resolve(), good);
});

test("a lookup that never ends is bounded, and asked only once", async () => {
  let asked = 0;
  const resolver = new Resolver({
    target: { host: "server.test", port: 1 },
    proto: "tcp",
    boundMs: 5,
    lookup: () => {
      asked++;
      return new Promise(() => {});
    },
  });
  await assert.rejects(async () => resolver.resolve(), { code: "EAI_AGAIN" });
  await assert.rejects(async () => resolver.resolve(), { code: "EAI_AGAIN" });
  assert.equal(asked, 1);
});

test("rpcbind is asked anew for each connect, with the netid of the address", async () => {
  const asked: Parameters<AskRpcbind>[0][] = [];
  const resolver = new Resolver({
    target: { ...NFS, host: "fe80::1" },
    proto: "tcp",
    askRpcbind: async (ask) => {
      asked.push(ask);
      return 2048 + asked.length;
    },
  });
  assert.deepEqual(await resolver.resolve(), [{ address: "fe80::1", family: 6, port: 2049 }]);
  assert.deepEqual(await resolver.resolve(), [{ address: "fe80::1", family: 6, port: 2050 }]);
  assert.deepEqual(asked[0], { address: "fe80::1", program: 100003, version: 3, netid: "tcp6" });
});

test("an rpcbind that stops answering leaves us the port we know", async () => {
  let alive = true;
  const resolver = new Resolver({
    target: NFS,
    proto: "udp",
    boundMs: 5,
    askRpcbind: () => (alive ? Promise.resolve(2049) : new Promise(() => {})),
  });
  const good = await resolver.resolve();
  alive = false;
  assert.deepEqual(await resolver.resolve(), good);
});

test("a program that is not registered is an error that says what to do", async () => {
  const resolver = new Resolver({ target: NFS, proto: "tcp", askRpcbind: async () => 0 });
  await assert.rejects(
    async () => resolver.resolve(),
    (error) => {
      assert.ok(error instanceof ResolveError);
      assert.equal(error.code, "EPROGUNAVAIL");
      assert.match(error.message, /knows no program 100003 version 3 over tcp/);
      return true;
    },
  );
});

test("a known server is found before a connect attempt ends, however long DNS and rpcbind are silent", async () => {
  let alive = true;
  const answer = async <T>(value: T): Promise<T> => (alive ? value : new Promise<T>(() => {}));
  const resolver = new Resolver({
    target: { ...NFS, host: "server.test" },
    proto: "tcp",
    lookup: () => answer([V4]),
    askRpcbind: () => answer(2049),
  });
  const good = await resolver.resolve();
  alive = false;
  const { leastMs } = CLNT_DEFAULTS.connect;
  // A timer of the same length, set right after: rings later than any shorter one.
  const attempt = new Promise((resolve) => setTimeout(resolve, leastMs, "the attempt ended"));
  assert.deepEqual(await Promise.race([resolver.resolve(), attempt]), good);
});

test("rpcbind is asked once at a time; an answer that came late counts next time", async () => {
  const answers: ((port: number) => void)[] = [];
  let first = true;
  const resolver = new Resolver({
    target: NFS,
    proto: "tcp",
    boundMs: 5,
    askRpcbind: () => {
      if (first) {
        first = false;
        return Promise.resolve(2049);
      }
      return new Promise((resolve) => answers.push(resolve));
    },
  });
  const portNow = async () => (await resolver.resolve())[0]?.port;
  assert.equal(await portNow(), 2049);
  assert.equal(await portNow(), 2049);
  assert.equal(await portNow(), 2049);
  assert.equal(answers.length, 1);
  answers[0]!(2050);
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(await portNow(), 2050);
});
