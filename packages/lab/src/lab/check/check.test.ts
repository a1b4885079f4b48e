import assert from "node:assert/strict";
import { test } from "node:test";
import type { Task } from "../linux/kernel.js";
import { newSock, type Segment } from "../net/mod.js";
import { DEFAULT_SERVER, DEFAULT_STATER, DEFAULTS, type Scenario } from "../scenario/mod.js";
import type { TraceEvent } from "../trace.js";
import { newWorld } from "../world.js";
import { properties } from "./mod.js";

const SCENARIO: Scenario = {
  ...DEFAULTS,
  name: "x",
  title: "x",
  cpus: 2,
  servers: [DEFAULT_SERVER],
  staters: [{ ...DEFAULT_STATER, server: "server" }],
  timeline: [],
};
const look = (name: string) => properties().find((property) => property.name === name)!.look;

function call(seq: number, xid: number, syn = false): TraceEvent {
  const segment: Segment = {
    src: { host: "192.168.1.100", port: 963 },
    dst: { host: "192.168.1.200", port: 2049 },
    syn,
    ack: true,
    fin: false,
    rst: false,
    seq,
    ackSeq: 1,
    payload: syn ? undefined : { kind: "call", xid, proc: 1, bytes: 80 },
  };
  return { type: "packet", at: 0, segment, cause: "call", dropped: undefined };
}

test("two workers on one transport are found, two on two are not", () => {
  const { k } = newWorld(SCENARIO, 1);
  const property = look("one connect worker at a time");
  for (const thread of k.threads.slice(0, 2)) Object.assign(thread, { pc: "xs:connect", xprt: 0 });
  assert.match(property(k, []) ?? "", /kworker|rpciod/);
  assert.equal(property(k, []), undefined, "said once");
  k.threads[1]!.xprt = 1;
  assert.equal(property(k, []), undefined);
  k.threads[1]!.xprt = 0;
  assert.match(property(k, []) ?? "", /another worker/);
});

test("a call sent again on its connection is found; a retransmission and a new connection are not", () => {
  const { k } = newWorld(SCENARIO, 1);
  const property = look("a call goes out once on a connection");
  assert.equal(property(k, [call(1, 7), call(1, 7)]), undefined);
  // The old socket retransmits once more, beside the new connection.
  assert.equal(property(k, [call(500, 0, true), call(1, 7), call(501, 7)]), undefined);
  assert.match(property(k, [call(581, 7)]) ?? "", /0x7 went out twice/);
});

test("after its own timeout a call may go out once more, and no more than that", () => {
  const { k } = newWorld(SCENARIO, 1);
  const property = look("a call goes out once on a connection");
  k.tasks.push({ pid: 15, xid: 7 } as Task);
  const wake = (queue: string, status: number): TraceEvent => ({
    ...{ type: "wake", at: 0, cpu: 0, thread: "softirq", task: 15, stack: [], early: false },
    ...{ queue, status },
  });
  assert.equal(property(k, [call(1, 7), wake("xprt_pending", -110), call(81, 7), call(1, 7)]), undefined);
  assert.match(property(k, [call(161, 7)]) ?? "", /0x7 went out twice/);
  assert.match(property(k, [wake("delayq", -110), call(241, 7)]) ?? "", /0x7 went out twice/);
  assert.match(property(k, [wake("xprt_pending", -11), call(321, 7)]) ?? "", /0x7 went out twice/);
});

test("a task that shuts a closed socket down under the worker is found; one that does not, or later, is not", () => {
  const { k } = newWorld(SCENARIO, 1);
  const property = properties(["no-shutdown-while-connecting"]).at(-1)!;
  const x = k.xprts[0]!;
  const task = k.threads.find(({ program }) => program === 0)!;
  const step = { at: 0, cpu: 0, thread: task.name, stack: [] };
  const shutdown: TraceEvent = { ...step, type: "step", fn: "inet_shutdown" };
  x.sock = k.socks.length;
  k.socks.push(newSock(x.sock, { host: "192.168.1.100", port: 963 }));
  Object.assign(task, { xprt: 0, pc: "xprt_transmit:done" });
  k.here = { cpu: 0, thread: task.id };
  assert.equal(property.look(k, [shutdown]), undefined);
  x.workerRuns = true;
  assert.match(property.look(k, [shutdown]) ?? "", /hang.py shut a closed socket down/);
  assert.equal(property.look(k, [{ ...shutdown, fn: "tcp_sendmsg" }]), undefined);
  task.pc = "xs_tcp_shutdown";
  assert.equal(property.look(k, [shutdown]), undefined);
});

test("a task answered twice is found", () => {
  const { k } = newWorld(SCENARIO, 1);
  const property = look("a call is answered once");
  const line = {
    type: "rpcdebug",
    at: 0,
    cpu: 0,
    thread: "softirq",
    text: "    15 xid 6dcaebc9 complete (112 bytes received)",
  } as const;
  assert.equal(property(k, [line]), undefined);
  assert.match(property(k, [line]) ?? "", /task 15/);
});
