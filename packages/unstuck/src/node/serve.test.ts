import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { type TestContext, test } from "node:test";
import {
  authNone,
  callTemplate,
  type Handlers,
  type Procedure,
  type Program,
  parseReply,
  RecordReader,
  replyXid,
  type ServiceOptions,
  type SvcLimits,
  type SvcNotice,
  sealCall,
  service,
  setCallXid,
} from "../sunrpc/mod.js";
import { opaque, viewOf, xdrVoid } from "../xdr/mod.js";
import { ListenError } from "./listen-error.js";
import { inPlace } from "./listen-in-place.js";
import { type RpcServer, type ServeOptions, serve } from "./serve.js";

const PROG = 0x20000077;
const ECHO_NULL: Procedure<void, void> = {
  name: "ECHO_NULL",
  prog: PROG,
  vers: 1,
  proc: 0,
  arg: xdrVoid,
  res: xdrVoid,
};
const ECHO_ECHO: Procedure<Uint8Array, Uint8Array> = {
  name: "ECHO_ECHO",
  prog: PROG,
  vers: 1,
  proc: 1,
  arg: opaque(),
  res: opaque(),
};
const ECHO_V1 = {
  name: "ECHO_PROGRAM",
  versionName: "ECHO_V1",
  prog: PROG,
  vers: 1,
  procedures: { ECHO_NULL, ECHO_ECHO },
} as const satisfies Program;

interface Running {
  server: RpcServer;
  notices: SvcNotice[];
  /** Resolves when a notice of this kind (or `gone` for this reason) was heard. */
  heard(what: string): Promise<void>;
}

async function running(
  t: TestContext,
  options: Partial<ServeOptions> = {},
  handlers: Handlers<typeof ECHO_V1> = { ECHO_ECHO: (bytes) => bytes },
  serviceOptions: ServiceOptions = {},
): Promise<Running> {
  const notices: SvcNotice[] = [];
  const waiting: { what: string; resolve: () => void }[] = [];
  const matches = (n: SvcNotice, what: string) => (n.kind === "gone" ? n.why : n.kind) === what;
  const server = await serve({
    services: [service(ECHO_V1, handlers, serviceOptions)],
    onNotice: (n) => {
      notices.push(n);
      for (const w of waiting) if (matches(n, w.what)) w.resolve();
    },
    ...options,
  });
  t.after(() => server.close());
  const heard = (what: string) =>
    new Promise<void>((resolve) => {
      if (notices.some((n) => matches(n, what))) resolve();
      else waiting.push({ what, resolve });
    });
  return { server, notices, heard };
}

function echo(xid: number, bytes: Uint8Array, mark = true): Buffer {
  const template = callTemplate(PROG, 1, 1, authNone());
  const padded = (bytes.length + 3) & ~3;
  const record = Buffer.alloc(template.length + 4 + padded);
  record.set(template);
  record.writeUInt32BE(bytes.length, template.length);
  record.set(bytes, template.length + 4);
  setCallXid(record, xid);
  sealCall(record);
  return mark ? record : record.subarray(4);
}

/** `xid:length` of an echo's reply, `xid:CODE` of a refusal. */
function read(record: Uint8Array): string {
  const parsed = parseReply(record);
  assert.ok(parsed.kind !== "bad");
  if (parsed.kind === "refused") return `${replyXid(record)}:${parsed.stat.code}`;
  return `${replyXid(record)}:${Buffer.from(record).readUInt32BE(parsed.start)}`;
}

/** A client that writes bytes and reads replies. */
class Raw {
  readonly socket: Socket;
  readonly replies: string[] = [];
  readonly ended: Promise<string>;
  readonly #reader = new RecordReader();
  #want: { count: number; resolve: () => void } | undefined;

  constructor(port: number) {
    this.socket = connect({ port, host: "127.0.0.1", noDelay: true, allowHalfOpen: true });
    let how = "closed";
    this.socket.on("error", (e: NodeJS.ErrnoException) => {
      how = e.code ?? "error";
    });
    this.socket.on("end", () => {
      how = "fin";
      this.socket.end();
    });
    this.ended = new Promise((resolve) => this.socket.on("close", () => resolve(how)));
    this.socket.on("data", (bytes) => {
      this.#reader.push(bytes);
      for (let r = this.#reader.next(); r !== undefined; r = this.#reader.next())
        this.replies.push(read(viewOf(r)));
      if (this.#want !== undefined && this.replies.length >= this.#want.count) this.#want.resolve();
    });
  }

  async got(count: number): Promise<string[]> {
    if (this.replies.length < count) {
      await Promise.race([
        new Promise<void>((resolve) => {
          this.#want = { count, resolve };
        }),
        this.ended.then((how) => assert.fail(`${how} after ${this.replies} of ${count}`)),
      ]);
    }
    return this.replies;
  }
}

const small = new Uint8Array(10).fill(1);

test("calls one byte at a time are answered", async (t) => {
  const { server } = await running(t);
  const raw = new Raw(server.port);
  for (const byte of Buffer.concat([echo(1, small), echo(2, new Uint8Array(0))])) {
    await new Promise((resolve) => raw.socket.write(new Uint8Array([byte]), resolve));
  }
  assert.deepEqual(await raw.got(2), ["1:10", "2:0"]);
  raw.socket.destroy();
});

for (const inPlace of [true, false])
  test(`a thousand calls in one write, large ones among them; received ${inPlace ? "in place" : "by data events"}`, async (t) => {
    let inOwnBuffer = 0;
    const { server } = await running(
      t,
      { inPlace },
      {
        ECHO_ECHO: (bytes) => {
          if (bytes.byteOffset < 100) inOwnBuffer++;
          return bytes;
        },
      },
    );
    const raw = new Raw(server.port);
    const sizes = Array.from({ length: 1000 }, (_, i) => (i % 100 === 0 ? 500_000 : i % 50));
    raw.socket.write(Buffer.concat(sizes.map((n, xid) => echo(xid, new Uint8Array(n)))));
    assert.deepEqual(
      await raw.got(1000),
      sizes.map((n, xid) => `${xid}:${n}`),
    );
    assert.equal(server.stats.replies, 1000);
    assert.ok(inOwnBuffer >= 10, "large records have a buffer of their own");
    raw.socket.destroy();
  });

test("a client that sends FIN after its calls gets all replies, then FIN", async (t) => {
  const release: (() => void)[] = [];
  const { server, heard } = await running(
    t,
    {},
    { ECHO_ECHO: (bytes) => new Promise((resolve) => release.push(() => resolve(bytes))) },
  );
  const raw = new Raw(server.port);
  raw.socket.end(Buffer.concat([echo(1, small), echo(2, small)]));
  while (release.length < 2 || server.connections()[0]?.state !== "ending") await turn();
  for (const r of release.reverse()) r();
  assert.deepEqual(await raw.got(2), ["2:10", "1:10"]);
  assert.equal(await raw.ended, "fin");
  await heard("fin");
});

test("garbage and an oversize mark end the connection, not the server", async (t) => {
  const { server, heard } = await running(t);
  for (const bytes of [
    "GET / HTTP/1.1\r\n\r\n",
    Buffer.from("7fffffff00000000", "hex"),
    Buffer.from("8000000100", "hex"),
  ]) {
    const raw = new Raw(server.port);
    raw.socket.write(bytes);
    assert.match(await raw.ended, /fin|ECONNRESET/);
    await heard("bad-record");
  }
  const raw = new Raw(server.port);
  raw.socket.write(echo(3, small));
  assert.deepEqual(await raw.got(1), ["3:10"]);
  raw.socket.destroy();
});

test("Node still has the private door through which calls are received in place", async () => {
  const server = createServer({ pauseOnConnect: true }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const client = connect({ port: (server.address() as AddressInfo).port, host: "127.0.0.1" });
  const [accepted] = (await once(server, "connection")) as [Socket];
  const own = new Uint8Array(64);
  const received = new Promise<Uint8Array>((resolve) => {
    const socket = inPlace(accepted, {
      buffer: () => own,
      callback: (bytes, buffer) => {
        resolve(buffer.subarray(0, bytes));
        return true;
      },
    });
    assert.ok(socket !== undefined);
    socket.on("end", () => socket.end());
  });
  client.end("hello");
  const bytes = await received;
  assert.equal(bytes.buffer, own.buffer);
  assert.equal(Buffer.from(bytes).toString(), "hello");
  // The server's own count of connections must reach zero, or this never ends.
  await new Promise((resolve) => server.close(resolve));
});

test("a peer that never reads stops being read, owes a bounded amount, and is reset in the end", async (t) => {
  const limits: Partial<SvcLimits> = { unsentBytes: 8_000_000, sendTimeoutMs: 300 };
  const { server, heard } = await running(t, { limits }, { ECHO_ECHO: () => new Uint8Array(100_000) });
  const socket = connect({ port: server.port, host: "127.0.0.1" });
  socket.on("error", () => {});
  socket.pause();
  const call = Buffer.concat(Array.from({ length: 100 }, (_, i) => echo(i, small)));
  for (let i = 0; i < 20; i++) socket.write(call);
  let most = 0;
  const stuck = heard("stuck").then(() => true);
  for (let done = false; !done; done = await Promise.race([stuck, turn().then(() => false)])) {
    most = Math.max(most, server.connections()[0]?.unsentBytes ?? 0);
  }
  assert.ok(most < 10_000_000, `${most} bytes were owed`);
  assert.ok(most > 1_000_000, `${most} bytes were owed`);
  assert.equal(server.connections().length, 0);
  socket.destroy();
});

test("what a slow peer takes of many large replies counts as progress before all of it is taken", async (t) => {
  const { server } = await running(t, {}, { ECHO_ECHO: () => new Uint8Array(1 << 20) });
  const socket = connect({ port: server.port, host: "127.0.0.1" });
  t.after(() => socket.destroy());
  let taken = 0;
  // Then no more: what is left is longer than all buffers of the system.
  socket.on("data", ({ length }) => {
    taken += length;
    if (taken > 3 << 20) socket.pause();
  });
  socket.write(Buffer.concat(Array.from({ length: 16 }, (_, i) => echo(i, small))));
  const end = performance.now() + 10_000;
  while (server.stats.bytesSent === 0 && performance.now() < end) await turn();
  assert.ok(server.stats.bytesSent > 0);
  assert.ok((server.connections()[0]?.unsentBytes ?? 0) > 0);
});

test("a reset in the middle of a call: the handler's answer goes nowhere, the server goes on", async (t) => {
  let release = () => {};
  const { server, heard } = await running(
    t,
    {},
    {
      ECHO_ECHO: (bytes) =>
        bytes.length > 0
          ? bytes
          : new Promise((resolve) => {
              release = () => resolve(bytes);
            }),
    },
  );
  const raw = new Raw(server.port);
  raw.socket.write(echo(1, new Uint8Array(0)));
  while (server.connections()[0]?.inFlight !== 1) await turn();
  raw.socket.resetAndDestroy();
  await heard("error");
  release();
  await turn();
  const next = new Raw(server.port);
  next.socket.write(echo(2, small));
  assert.deepEqual(await next.got(1), ["2:10"]);
  assert.equal(server.connections().length, 1);
  next.socket.destroy();
});

for (const inPlace of [true, false])
  test(`a thousand connections open, call and close; received ${inPlace ? "in place" : "by data events"}`, async (t) => {
    const { server } = await running(t, { inPlace });
    for (let round = 0; round < 10; round++) {
      const raws = Array.from({ length: 100 }, () => new Raw(server.port));
      await Promise.all(
        raws.map(async (raw, i) => {
          raw.socket.write(echo(i, small));
          assert.deepEqual(await raw.got(1), [`${i}:10`]);
          if (i % 2 === 0) raw.socket.end();
          else raw.socket.resetAndDestroy();
          await raw.ended;
        }),
      );
    }
    while (server.connections().length > 0) await turn();
    assert.equal(server.stats.connections, 1000);
  });

test("a slow handler keeps nobody else waiting, and only so many calls are taken", async (t) => {
  const release: (() => void)[] = [];
  const { server } = await running(
    t,
    { limits: { callsPerConn: 10 } },
    { ECHO_ECHO: (bytes) => new Promise((resolve) => release.push(() => resolve(bytes))) },
  );
  const raw = new Raw(server.port);
  raw.socket.write(Buffer.concat(Array.from({ length: 50 }, (_, i) => echo(i, small))));
  while (release.length < 10) await turn();
  await turn();
  assert.equal(release.length, 10);
  assert.equal(server.connections()[0]?.state, "paused");
  while (raw.replies.length < 50) {
    for (const r of release.splice(0)) r();
    await turn();
  }
  assert.equal(new Set(raw.replies).size, 50);
  raw.socket.destroy();
});

test("drain answers what was received, then ends; nobody gets in any more", async (t) => {
  let release = () => {};
  const { server } = await running(
    t,
    {},
    {
      ECHO_ECHO: (bytes) =>
        new Promise((resolve) => {
          release = () => resolve(bytes);
        }),
    },
  );
  const raw = new Raw(server.port);
  raw.socket.write(echo(1, small));
  while (server.connections()[0]?.inFlight !== 1) await turn();
  const drained = server.drain(60_000);
  const late = new Raw(server.port);
  assert.match(await late.ended, /ECONNREFUSED|ECONNRESET/);
  release();
  assert.deepEqual(await raw.got(1), ["1:10"]);
  assert.equal(await raw.ended, "fin");
  await drained;
});

test("drain resets what is left when its time is over; close() does so at once, and again is harmless", async (t) => {
  const { server } = await running(t, {}, { ECHO_ECHO: () => new Promise(() => {}) });
  const raw = new Raw(server.port);
  raw.socket.write(echo(1, small));
  while (server.connections()[0]?.inFlight !== 1) await turn();
  await server.drain(20);
  assert.equal(await raw.ended, "ECONNRESET");
  await server.close();
  await server.close();
});

test("a client that never closes its half does not keep a draining server", async (t) => {
  const { server } = await running(t, { lingerMs: 50 });
  const socket = connect({ port: server.port, host: "127.0.0.1", allowHalfOpen: true });
  socket.on("error", () => {});
  await once(socket, "connect");
  while (server.connections().length === 0) await turn();
  await server.drain(60_000);
  socket.destroy();
});

test("the port is in use, the address is not ours: a ListenError says what to do", async (t) => {
  const { server } = await running(t);
  const failing = (o: Partial<ServeOptions>, code: string, text: RegExp) =>
    assert.rejects(serve({ services: [], ...o }), (e: unknown) => {
      assert.ok(e instanceof ListenError);
      assert.equal(e.code, code);
      assert.match(e.message, text);
      return true;
    });
  await failing({ port: server.port }, "EADDRINUSE", /port is in use/);
  await failing({ host: "192.0.2.1" }, "EADDRNOTAVAIL", /no such address/);
  const udp = createSocket("udp4").bind(0, "127.0.0.1");
  await once(udp, "listening");
  await failing({ port: udp.address().port, udp: true, tcp: false }, "EADDRINUSE", /udp 127.0.0.1/);
  // The TCP half must not stay behind.
  await failing({ port: udp.address().port, udp: true }, "EADDRINUSE", /udp/);
  const probe = createServer().listen(udp.address().port, "127.0.0.1");
  await once(probe, "listening");
  probe.close();
  udp.close();
});

test("UDP on the same port: replies, refusals, silence for garbage; too long a reply is SYSTEM_ERR", async (t) => {
  const { server } = await running(
    t,
    { udp: true },
    { ECHO_ECHO: (bytes) => (bytes.length === 3 ? new Uint8Array(70_000) : bytes) },
  );
  assert.deepEqual(
    server.addresses.map((a) => `${a.transport} ${a.port}`),
    [`tcp ${server.port}`, `udp ${server.port}`],
  );
  const socket = createSocket("udp4");
  t.after(() => socket.close());
  const got: string[] = [];
  let wake = () => {};
  socket.on("message", (bytes) => {
    got.push(read(bytes));
    wake();
  });
  socket.send(Buffer.from("garbage"), server.port, "127.0.0.1");
  socket.send(echo(1, small, false), server.port, "127.0.0.1");
  socket.send(echo(2, new Uint8Array(60_000), false), server.port, "127.0.0.1");
  socket.send(echo(3, new Uint8Array(3), false), server.port, "127.0.0.1");
  while (got.length < 3) {
    await new Promise<void>((resolve) => {
      wake = resolve;
    });
  }
  assert.deepEqual(got.sort(), ["1:10", "2:60000", "3:SYSTEM_ERR"]);
});

test("IPv6 and IPv4 on one socket: peers have their plain address", async (t) => {
  const seen: string[] = [];
  const { server } = await running(
    t,
    { host: "::", udp: true },
    {
      ECHO_ECHO: (bytes, { peer }) => {
        seen.push(`${peer.transport} ${peer.address}`);
        return bytes;
      },
    },
  );
  const raw = new Raw(server.port);
  raw.socket.write(echo(1, small));
  await raw.got(1);
  raw.socket.destroy();
  const socket = createSocket("udp4");
  socket.send(echo(2, small, false), server.port, "127.0.0.1");
  const [bytes] = (await once(socket, "message")) as [Buffer];
  assert.equal(read(bytes), "2:10");
  socket.close();
  assert.deepEqual(seen, ["tcp 127.0.0.1", "udp 127.0.0.1"]);
});

test("a closed server leaves nothing behind: the process ends by itself", () => {
  const script = `
    import { serve } from ${JSON.stringify(new URL("./serve.js", import.meta.url).href)};
    import { connect } from "node:net";
    import { once } from "node:events";
    const server = await serve({ services: [], udp: true, limits: { idleMs: 1e6 } });
    const socket = connect(server.port, "127.0.0.1");
    socket.on("error", () => {});
    await once(socket, "connect");
    await server.close();
    process.stdout.write("closed");
  `;
  const child = spawnSync(process.execPath, ["--input-type=module", "-e", script], { timeout: 20_000 });
  assert.equal(child.stdout.toString(), "closed");
  assert.equal(child.status, 0, child.stderr.toString());
});

/** One turn of the event loop. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
