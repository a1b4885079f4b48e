import assert from "node:assert/strict";
import { test } from "node:test";
import { buildGraph, judge } from "../../explore/mod.js";
import { compile, type GuardedProgram } from "../../guarded/mod.js";
import { FAMILY } from "./mod.js";

function judged(program: GuardedProgram) {
  return judge(buildGraph(compile(program), { states: 20_000 }));
}

function brokenOf(name: string): GuardedProgram {
  const situation = FAMILY.find((s) => s.name === name);
  assert.ok(situation, `there is no situation ${name}`);
  return situation.broken;
}

/** The steps that have to meet, in their order, others between them. */
const ORDER: Readonly<Record<string, readonly string[]>> = {
  "backchannel-retries-until-reconnected": ["T.call_transmit", "T.call_transmit_status"],
  "denied-connect-never-sleeps": [
    "W.xs_tcp_setup_socket",
    "T.call_connect_status",
    "W.xs_tcp_setup_socket",
    "T.call_connect_status",
    "W.xs_tcp_setup_socket",
  ],
  "drained-buffer-taken-for-lack-of-memory": ["T.tcp_sendmsg", "T.tcp_sendmsg", "net.ack"],
  "error-told-after-the-connection-stands": ["net.refused", "net.syn-ack"],
  "killed-task-keeps-the-write-lock": ["B.xprt_alloc_slot", "operator.kill", "A.xprt_release"],
  "killed-task-restarts-for-ever": ["operator.kill", "T.rpc_exit_task", "T.__rpc_execute"],
  "newcomers-overtake-the-backlog": ["A.xprt_free_slot", "A.xprt_reserve", "B.xprt_retry_reserve"],
  "queued-task-runs": [
    "sending_waker.first-bit",
    "T.tk_action",
    "T.clears_running",
    "sending_waker.second-bit",
    "T.rpc_async_schedule",
  ],
  "reconnect-doubles-the-timeout": ["intruder.rst", "net.syn-ack", "T.xprt_adjust_timeout"],
  "soft-connect-not-told-of-the-refusal": ["W.xs_tcp_setup_socket", "net.refused", "T.call_connect_status"],
  "space-freed-before-the-wait": ["T.tcp_sendmsg", "T.tcp_sendmsg", "net.ack", "T.xs_nospace"],
  "timer-runs-while-waiting-for-space": ["T.tcp_sendmsg", "timeo.timer", "T.xprt_release_xprt"],
  "wake-lost-in-the-store-buffer": ["waker.rpc_clear_queued", "waker.looks_for_waiters", "cpu.drain"],
  "waker-reads-the-queue-too-early": ["waker.first-read", "T.rpc_set_queued", "waker.second-read"],
  "window-shuts-as-the-transport-disconnects": ["B.xprt_transmit", "intruder.disconnect"],
};

for (const [name, order] of Object.entries(ORDER)) {
  test(`${name} comes about by its steps in their order`, () => {
    const { witness } = judged(brokenOf(name));
    assert.ok(witness);
    const steps = [...witness.prefix.choices, ...(witness.cycle?.choices ?? [])];
    let met = 0;
    for (const step of steps) if (step === order[met]) met++;
    assert.equal(met, order.length, `${order.join(", ")} in ${steps.join(", ")}`);
  });
}

/** Who may act and need not: without him the broken program recovers too. */
const FAULTS: Readonly<Record<string, string>> = {
  "killed-task-keeps-the-write-lock": "operator",
  "killed-task-restarts-for-ever": "operator",
  "killed-waiter-keeps-the-backlog-shut": "operator",
  "lost-reply-waits-three-seconds": "intruder",
  "window-shuts-as-the-transport-disconnects": "intruder",
};

for (const [name, fault] of Object.entries(FAULTS)) {
  test(`${name} needs its ${fault}`, () => {
    const program = brokenOf(name);
    const actions = program.actions.filter(({ actor }) => actor !== fault);
    assert.ok(actions.length < program.actions.length);
    assert.equal(judged({ ...program, actions }).verdict, "recovers");
  });
}
