import assert from "node:assert/strict";
import { test } from "node:test";
import { RecordReader } from "../sunrpc/mod.js";
import { viewOf } from "../xdr/mod.js";
import { ECHO, reply, seen, until, within } from "./fixture.test.js";
import { clientOver, type DuplexEnd, HARD, HARD_UDP, Inproc, type RpcClient } from "./mod.js";

const BYTES = Uint8Array.of(1, 2, 3, 4, 5);

/** An echo server on the network, and what it saw. */
function serve(net: Inproc, onCall?: (end: DuplexEnd, answer: Uint8Array, n: number) => void) {
  const xids: number[] = [];
  const ends: DuplexEnd[] = [];
  const answers = onCall ?? ((end, answer) => end.send(answer));
  const serveEnd = (end: DuplexEnd) => {
    ends.push(end);
    const reader = new RecordReader();
    const take = (record: Uint8Array) => {
      const call = seen(Buffer.from(record), undefined as never, ends.length - 1);
      const n = xids.push(call.xid) - 1;
      const whole = reply(call.xid, call.args);
      answers(end, net.kind === "stream" ? whole : whole.subarray(4), n);
    };
    end.onEvent = (event) => {
      if (event.type === "fin") end.fin();
      if (event.type !== "data") return;
      if (net.kind === "datagram") return take(event.bytes);
      reader.push(event.bytes);
      for (let r = reader.next(); r !== undefined; r = reader.next()) take(viewOf(r));
    };
  };
  net.listen(serveEnd);
  return { xids, ends, restart: () => net.listen(serveEnd) };
}

async function using(net: Inproc, body: (client: RpcClient) => Promise<void>): Promise<void> {
  const policy = net.kind === "stream" ? HARD : { ...HARD_UDP, timeoMs: 20 };
  const client = clientOver(net.dialer(), { policy, auth: { flavor: "none" } });
  try {
    await within(5000, body(client));
  } finally {
    await client.close();
  }
}

for (const kind of ["stream", "datagram"] as const) {
  test(`${kind}: a call is answered`, async () => {
    const net = new Inproc({ kind });
    serve(net);
    await using(net, async (client) => assert.deepEqual(await client.call(ECHO, BYTES), BYTES));
  });
}

test("every way to cut the streams into pieces gives the same answer", async () => {
  for (let pieceBytes = 1; pieceBytes < 90; pieceBytes += 7) {
    const net = new Inproc();
    net.faults.pieceBytes = pieceBytes;
    serve(net);
    await using(net, async (client) => assert.deepEqual(await client.call(ECHO, BYTES), BYTES));
  }
});

test("manual turns: connect takes two, call and reply one each", async () => {
  const net = new Inproc({ manual: true });
  const server = serve(net);
  await using(net, async (client) => {
    let answered = false;
    const call = client.call(ECHO, BYTES).then(() => {
      answered = true;
    });
    const turn = async () => {
      net.turn();
      await new Promise((resolve) => setImmediate(resolve));
    };
    await turn(); // SYN
    assert.equal(server.ends.length, 1);
    assert.equal(client.snapshot().xprts[0]!.state, "connecting");
    await turn(); // SYN-ACK
    assert.equal(client.snapshot().xprts[0]!.state, "connected");
    await turn(); // the call
    assert.equal(server.xids.length, 1);
    assert.equal(answered, false);
    await turn(); // the reply
    assert.equal(answered, true);
    await call;
  });
});

test("killed and restarted in the middle of a call: the same xid comes again", async () => {
  const net = new Inproc();
  const server = serve(net, (end, answer, n) => {
    if (n > 0) return end.send(answer);
    net.kill();
    setImmediate(() => server.restart());
  });
  await using(net, async (client) => assert.deepEqual(await client.call(ECHO, BYTES), BYTES));
  assert.equal(server.xids.length, 2);
  assert.equal(server.xids[0], server.xids[1]);
});

test("the server's FIN and a cut are survived", async () => {
  for (const fault of ["fin", "cut"]) {
    const net = new Inproc();
    serve(net, (end, answer, n) => {
      if (n > 0) end.send(answer);
      else if (fault === "fin") end.fin();
      else net.cut();
    });
    await using(net, async (client) => assert.deepEqual(await client.call(ECHO, BYTES), BYTES));
  }
});

test("what is held arrives when the network heals", async () => {
  const net = new Inproc();
  const server = serve(net);
  await using(net, async (client) => {
    await client.call(ECHO, BYTES);
    net.faults.holdToServer = true;
    const call = client.call(ECHO, BYTES);
    await until(() => client.snapshot().calls[0]?.attempts === 1);
    assert.equal(server.xids.length, 1);
    net.heal();
    assert.deepEqual(await call, BYTES);
  });
});

test("datagrams into a hole are lost, and sent again", async () => {
  const net = new Inproc({ kind: "datagram" });
  const server = serve(net);
  await using(net, async (client) => {
    await client.call(ECHO, BYTES);
    net.faults.holdToServer = true;
    const call = client.call(ECHO, BYTES);
    await until(() => (client.snapshot().calls[0]?.attempts ?? 0) >= 2);
    net.heal();
    assert.deepEqual(await call, BYTES);
    assert.ok(server.xids.length >= 2);
  });
});

test("a refused connect carries its errno", async () => {
  const net = new Inproc();
  serve(net);
  net.faults.refuse = "EHOSTUNREACH";
  const client = clientOver(net.dialer(), { policy: { ...HARD, softconn: true } });
  await assert.rejects(within(5000, client.call(ECHO, BYTES)), { code: "EHOSTUNREACH" });
  await client.close();
});
