// Each way in which NFS clients have hung, crashed or spun on reconnecting, as one test. (libnfs's history has them all;
// its READDIR and READ loops are beside the code, in nfs/liar.test.ts.)
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { connect, mount, nfsd } from "../../packages/unstuck/dist/node/mod.js";
import { nfs3 } from "../../packages/unstuck/dist/program/mod.js";
import { MemTree, MemVfs } from "../../packages/unstuck/dist/vfs/mod.js";
import { TcpProxy } from "./tcp-proxy.mjs";

/** What is under way settles within this once it can: a bound for a busy machine, not a promise. */
const BOUND_MS = 10_000;
const HOST = "127.0.0.1";
const BIG = randomBytes(1 << 20);

/** A server in memory and a proxy before it. */
async function rig(t, hook = {}) {
  const tree = new MemTree();
  tree.file("/file", "hello");
  tree.file("/big", BIG);
  for (let i = 0; i < 300; i++) tree.file(`/many/${i}`, "");
  const exports = [{ path: "/e", vfs: new MemVfs(tree) }];
  let server = await nfsd({ exports, port: 0, onCall: hook.onCall });
  const proxy = await TcpProxy.listen(HOST, () => server.port);
  const open = [];
  t.after(async () => {
    await Promise.all(open.map((each) => each()));
    await proxy.close();
    await server.close();
  });
  return {
    proxy,
    /** The server forgets every connection; its port stays. */
    restart: async () => {
      const { port } = server;
      await server.close();
      server = await nfsd({ exports, port });
    },
    mount: async (options = "hard", how) => {
      const ports = `port=${proxy.port},mountport=${proxy.port},actimeo=0`;
      const mounted = await mount(`${HOST}:/e`, `${options},${ports}`, how);
      open.push(() => mounted.unmount());
      return mounted;
    },
    /** A bare client of the NFS program, for NULL calls. */
    client: async (options = {}) => {
      const auth = { flavor: "none" };
      const client = await connect({
        host: HOST,
        port: proxy.port,
        program: 100003,
        version: 3,
        auth,
        ...options,
      });
      open.push(() => client.close());
      return client;
    },
  };
}

const NULL = nfs3.NFSPROC3_NULL;
const still = (settled) =>
  settled.then(
    () => false,
    () => false,
  );

async function within(promise, ms = BOUND_MS) {
  const over = new AbortController();
  const late = sleep(ms, undefined, { signal: over.signal }).then(() =>
    assert.fail(`still waiting after ${ms} ms`),
  );
  late.catch(() => {});
  try {
    return await Promise.race([promise, late]);
  } finally {
    over.abort();
  }
}

test("a wait without a deadline: a silent server ends soft calls, timed calls and mounting", async (t) => {
  const { proxy, mount } = await rig(t);
  const soft = await mount("softerr,timeo=2,retrans=1");
  const hard = await mount();
  proxy.set({ toServer: "hold" });
  await within(
    Promise.all([
      assert.rejects(soft.stat("/file"), { code: "ETIMEDOUT" }),
      assert.rejects(hard.stat("/file", { deadlineMs: 200 }), { code: "ETIMEDOUT" }),
      assert.rejects(mount("hard", { deadlineMs: 300 }), { code: "ETIMEDOUT" }),
    ]),
  );
});

test("a busy loop of reconnects while the server is away, and none when it is back", async (t) => {
  const { proxy, mount } = await rig(t);
  const nfs = await mount();
  const before = nfs.caller.snapshot().xprts[0].connects;
  await proxy.refuse();
  const stat = nfs.stat("/file");
  await sleep(1500); // the outage itself
  const attempts = nfs.caller.snapshot().xprts[0].connects - before;
  assert.ok(attempts <= 30, `${attempts} attempts in 1.5 s`);
  await proxy.heal();
  assert.equal((await within(stat)).size, 5);
});

test("a server that closes every connection at once: paced, and found again", async (t) => {
  const { proxy, mount } = await rig(t);
  const nfs = await mount();
  proxy.set({ accept: "close" });
  proxy.reset();
  const before = proxy.accepted;
  const stat = nfs.stat("/file");
  await sleep(1500); // the outage itself
  const attempts = proxy.accepted - before;
  assert.ok(attempts >= 1 && attempts <= 30, `${attempts} connections in 1.5 s`);
  await proxy.heal();
  await within(stat);
});

test("a connect that never times out: connect_timeout bounds mounting", async (t) => {
  const { proxy, mount } = await rig(t);
  proxy.set({ toServer: "hold" });
  await within(assert.rejects(mount("hard,connect_timeout=0.3"), { code: "ETIMEDOUT" }));
});

test("calls lost while moving between queues: 300 in flight, the connection reset at every stage of them", async (t) => {
  let hit = () => {};
  const { proxy, mount } = await rig(t, { onCall: () => hit() });
  const nfs = await mount();
  let calls = 0;
  let resets = 0;
  hit = () => {
    if (++calls % 40 !== 0 || resets >= 12) return;
    resets++;
    proxy.reset();
  };
  const stats = Array.from({ length: 300 }, () => nfs.stat("/file"));
  for (const { size } of await within(Promise.all(stats))) assert.equal(size, 5);
  assert.ok(resets > 3, `${resets} resets`);
});

test("a reply half read when the connection dies: asked again, and whole", async (t) => {
  const { proxy, mount } = await rig(t);
  const nfs = await mount("hard,rsize=131072");
  for (const bytes of [3, 4, 5, 27, 28, 100, 5000, 131_000]) {
    // Once: the next connection is left alone.
    let left = 1;
    proxy.set({ cutAfter: () => (left-- > 0 ? bytes : undefined) });
    assert.deepEqual(Buffer.from(await within(nfs.readFile("/big"))), BIG, `cut after ${bytes} bytes`);
    assert.ok(left <= 0, "was cut");
  }
});

test("parser state that survives a reconnect: cut inside mark, header and results, again and again", async (t) => {
  const { proxy, mount } = await rig(t);
  const nfs = await mount();
  // Few enough: each connection that ends without a reply doubles the pause before the next.
  const cuts = [1, 3, 4, 30, 200];
  proxy.set({ crumbs: true, cutAfter: () => cuts.shift() });
  assert.equal((await within(nfs.readdir("/many"))).length, 300);
  assert.equal(cuts.length, 0);
});

test("the client closed inside a callback, with more replies in the same bytes", async (t) => {
  const { client } = await rig(t);
  const c = await client();
  await c.call(NULL, undefined);
  const counts = new Array(50).fill(0);
  const codes = [];
  await within(
    new Promise((resolve) => {
      let left = counts.length;
      for (const i of counts.keys()) {
        c.callWith(NULL, undefined, (error) => {
          counts[i]++;
          if (i === 10) c.close();
          if (error) codes.push(error.code);
          if (--left === 0) resolve();
        });
      }
    }),
  );
  await c.close();
  assert.deepEqual([...new Set(counts)], [1]);
  assert.ok(codes.every((code) => code === "ECLOSED"));
  await assert.rejects(c.call(NULL, undefined), { code: "ECLOSED" });
});

test("sockets killed every 20 ms under load", async (t) => {
  const { proxy, mount } = await rig(t);
  const nfs = await mount("hard,nconnect=2");
  const killer = setInterval(() => proxy.reset(), 20);
  t.after(() => clearInterval(killer));
  const work = Array.from({ length: 8 }, async () => {
    for (let i = 0; i < 25; i++) assert.equal((await nfs.stat("/file")).size, 5);
  });
  await within(Promise.all(work), 30_000);
});

test("a connect whose end nobody hears of: accepted and dropped, mounting still ends", async (t) => {
  const { proxy, mount } = await rig(t);
  proxy.set({ accept: "close" });
  await within(assert.rejects(mount("hard,connect_timeout=2"), { name: "XprtError" }));
  proxy.set({ accept: "reset" });
  await within(assert.rejects(mount("hard,connect_timeout=2"), { name: "XprtError" }));
});

test("the timeout of a call that is still queued leaves the connection alone", async (t) => {
  const { proxy, client } = await rig(t);
  const c = await client({ tuning: { slots: 1 } });
  await c.call(NULL, undefined);
  proxy.set({ toServer: "hold" });
  const first = c.call(NULL, undefined);
  const queued = c.call(NULL, undefined, { deadlineMs: 50 });
  assert.equal(c.snapshot().calls[1].reason.code, "slot");
  await within(assert.rejects(queued, { code: "ETIMEDOUT", sent: "never" }));
  await proxy.heal();
  await within(first);
  assert.equal(c.snapshot().xprts[0].connects, 1);
});

test("after a soft call's timeout the mount still works", async (t) => {
  const { proxy, mount } = await rig(t);
  const nfs = await mount("soft,timeo=2,retrans=1");
  proxy.set({ toServer: "hold", toClient: "hold" });
  await within(assert.rejects(nfs.stat("/file"), { code: "EIO" }));
  await proxy.heal();
  assert.equal((await within(nfs.stat("/file"))).size, 5);
});

test("cancel finds its call: each of 64, and only that one", async (t) => {
  const { proxy, client } = await rig(t);
  const c = await client();
  await c.call(NULL, undefined);
  proxy.set({ toServer: "hold" });
  const aborts = Array.from({ length: 64 }, () => new AbortController());
  const calls = aborts.map(({ signal }) => c.call(NULL, undefined, { signal }));
  for (const [i, abort] of aborts.entries()) {
    if (i % 2 === 1) continue;
    abort.abort();
    await within(assert.rejects(calls[i], { code: "ECANCELED" }));
    assert.equal(c.snapshot().calls.length, 63 - i / 2);
  }
  await proxy.heal();
  await within(Promise.all(calls.filter((_, i) => i % 2 === 1)));
});

test("timers in whole seconds: a deadline of 50 ms comes before a timer of 900 ms", async (t) => {
  const { proxy, client } = await rig(t);
  const c = await client();
  await c.call(NULL, undefined);
  proxy.set({ toServer: "hold" });
  const timed = c.call(NULL, undefined, { deadlineMs: 50 });
  assert.equal(await Promise.race([still(timed), sleep(900).then(() => true)]), false);
});

test("memory kept per timeout: none", async (t) => {
  setFlagsFromString("--expose-gc");
  const gc = runInNewContext("gc");
  const { proxy, client } = await rig(t);
  const c = await client();
  const round = async () => {
    proxy.set({ toServer: "hold" });
    for (let i = 0; i < 20; i++) {
      const calls = Array.from({ length: 100 }, () => c.call(NULL, undefined, { deadlineMs: 1 }));
      for (const { reason } of await within(Promise.allSettled(calls)))
        assert.equal(reason.code, "ETIMEDOUT");
    }
    await proxy.heal();
    await within(c.call(NULL, undefined));
    gc();
    return process.memoryUsage().heapUsed;
  };
  await round();
  const before = await round();
  for (let i = 0; i < 3; i++) await round();
  const grown = (await round()) - before;
  assert.ok(grown < 3 << 20, `${grown} bytes more after 8000 timeouts`);
});

test("one direction lost and the server another one when the network is back: the report of 2012", async (t) => {
  const { proxy, mount, restart } = await rig(t);
  const nfs = await mount();
  proxy.set({ toServer: "hold" });
  const stats = Array.from({ length: 5 }, () => nfs.stat("/file"));
  await restart();
  // The old connection is in TCP's back-off when the network works again: it stays silent, new ones are answered.
  await proxy.heal(60_000);
  for (const { size } of await within(Promise.all(stats))) assert.equal(size, 5);
});

test("unmount is bounded in every weather, with calls in flight", async (t) => {
  const { proxy, mount } = await rig(t);
  const weathers = [{}, { toServer: "hold" }, { toClient: "hold" }, { toServer: "hold", toClient: "hold" }];
  for (const weather of weathers) {
    const nfs = await mount();
    proxy.set(weather);
    const waiting = nfs.readFile("/big").then(
      () => "answered",
      (error) => error.code,
    );
    await within(nfs.unmount());
    assert.ok(["answered", "ECLOSED"].includes(await within(waiting)));
    await proxy.heal();
  }
});
