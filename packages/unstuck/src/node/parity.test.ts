/**
 * The same client program over sockets and in process: the core must be asked the same and answer the same.
 * How a stream is cut is each medium's own affair, so neighbours of one type count once.
 */
import assert from "node:assert/strict";
import { performance } from "node:perf_hooks";
import { test } from "node:test";
import { CLNT_DEFAULTS, Clnt, type ClntEffect, type ClntEvent, RecordReader } from "../sunrpc/mod.js";
import { viewOf } from "../xdr/mod.js";
import { ECHO, Peer, reply, seen, within } from "./fixture.test.js";
import { type ClntCore, type Dialer, HARD, Inproc, Resolver, RpcClient, tcpDialer } from "./mod.js";

function line(prefix: string, of: ClntEvent | ClntEffect): string {
  if (of.type === "run" || of.type === "schedule") return `${prefix} ${of.type} ${of.work.kind}`;
  if (of.type === "settle") return `${prefix} settle ${of.outcome.type}`;
  return `${prefix} ${of.type}`;
}

function traced(transcript: string[]): ClntCore {
  const clnt = new Clnt({ ...CLNT_DEFAULTS, server: "test", seed: 7 }, performance.now());
  const write = (text: string) => {
    if (transcript.at(-1) !== text) transcript.push(text);
  };
  return {
    get deadline() {
      return clnt.deadline;
    },
    step(now, event) {
      const effects = clnt.step(now, event);
      // When the OS says it took bytes, and whether a timer fires early, is timing, not protocol.
      if (event.type === "writable" || event.type === "deadline") return effects;
      write(line("→", event));
      for (const effect of effects) if (effect.type !== "notice") write(line("  ←", effect));
      return effects;
    },
    room: (cookie) => clnt.room(cookie),
    has: (task) => clnt.has(task),
    snapshot: (now) => clnt.snapshot(now),
  };
}

/** Calls; a call whose connection the server ends; a cancelled call; close. */
async function program(dialer: Dialer): Promise<string[]> {
  const transcript: string[] = [];
  const client = new RpcClient({ core: traced(transcript), dialer, policy: HARD });
  await client.call(ECHO, Uint8Array.of(1));
  await client.call(ECHO, Uint8Array.of(2));
  await client.call(ECHO, Uint8Array.of(FIN_FIRST));
  const abort = new AbortController();
  const cancelled = client.call(ECHO, Uint8Array.of(3), { signal: abort.signal });
  abort.abort();
  await assert.rejects(cancelled, { code: "ECANCELED" });
  await client.call(ECHO, Uint8Array.of(4));
  await client.close();
  return transcript;
}

const FIN_FIRST = 0xff;

async function overTcp(): Promise<string[]> {
  const peer = new Peer();
  const port = await peer.listen();
  peer.onCall = ({ xid, args, socket, connection }) => {
    if (args[4] === FIN_FIRST && connection === 0) socket.end();
    else socket.write(reply(xid, args));
  };
  const resolver = new Resolver({ target: { host: "127.0.0.1", port }, proto: "tcp" });
  const transcript = await program(tcpDialer({ resolver, peer: "test" }));
  await peer.close();
  return transcript;
}

async function overInproc(): Promise<string[]> {
  const net = new Inproc();
  let connections = 0;
  net.listen((end) => {
    const connection = connections++;
    const reader = new RecordReader();
    end.onEvent = (event) => {
      if (event.type !== "data") return;
      reader.push(event.bytes);
      for (let r = reader.next(); r !== undefined; r = reader.next()) {
        const { xid, args } = seen(Buffer.from(viewOf(r)), undefined as never, connection);
        if (args[4] === FIN_FIRST && connection === 0) end.fin();
        else end.send(reply(xid, args));
      }
    };
  });
  return program(net.dialer());
}

test("over TCP and in process, the core sees the same events and asks for the same effects", async () => {
  const tcp = await within(10_000, overTcp());
  const inproc = await within(10_000, overInproc());
  assert.ok(tcp.includes("→ fin") && tcp.includes("→ cancel") && tcp.includes("  ← abort"), tcp.join("\n"));
  assert.equal(inproc.join("\n"), tcp.join("\n"));
});
