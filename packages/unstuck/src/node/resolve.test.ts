import assert from "node:assert/strict";
import { test } from "node:test";
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
