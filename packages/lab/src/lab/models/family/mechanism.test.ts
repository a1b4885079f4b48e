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
  "backoff-of-nothing-doubled": ["W.tcp_v4_connect", "net.refused", "T.xs_connect", "W.tcp_v4_connect"],
  "connect-fails-and-nobody-is-told": ["T.xprt_connect", "W.xs_tcp_finish_connecting"],
  "connect-on-a-socket-the-server-closed": ["net.fin", "W.xs_tcp_setup_socket", "E.xs_error_handle"],
  "connected-between-test-and-sleep": ["T.xprt_connect", "net.syn-ack"],
  "denied-connect-never-sleeps": [
    "W.xs_tcp_setup_socket",
    "T.call_connect_status",
    "W.xs_tcp_setup_socket",
    "T.call_connect_status",
    "W.xs_tcp_setup_socket",
  ],
  "disconnect-meant-for-the-last-connection": [
    "net.rst",
    "T2.xprt_conditional_disconnect",
    "net.syn-ack",
    "W.xprt_autoclose",
  ],
  "drained-buffer-taken-for-lack-of-memory": ["T.tcp_sendmsg", "T.tcp_sendmsg", "net.ack"],
  "error-callback-comes-back": [
    "W.tcp_disconnect",
    "T.tcp_sendmsg",
    "T.inet_shutdown",
    "W.tcp_v4_connect",
    "net.syn-ack",
    "T.tcp_sendmsg",
  ],
  "error-told-after-the-connection-stands": ["net.refused", "net.syn-ack"],
  "fin-while-waiting-for-buffer-space": ["net.fin", "T.tcp_sendmsg"],
  "idle-timer-older-than-the-connection": ["net.syn-ack", "idle.timer", "W.xprt_autoclose"],
  "killed-task-keeps-the-write-lock": ["B.xprt_alloc_slot", "operator.kill", "A.xprt_release"],
  "killed-task-restarts-for-ever": ["operator.kill", "T.rpc_exit_task", "T.__rpc_execute"],
  "late-close-clears-connecting": [
    "W.xs_tcp_setup_socket",
    "T2.xprt_connect",
    "net.close",
    "T2.xprt_connect",
  ],
  "late-worker-drops-a-good-connection": [
    "T.xprt_connect",
    "net.syn-ack",
    "W.xs_tcp_setup_socket",
    "T.xs_connect",
    "W.xs_tcp_setup_socket",
    "W.xprt_autoclose",
  ],
  "new-port-misses-the-reply-cache": ["net.fin", "W.xs_tcp_setup_socket", "net.reply"],
  "newcomers-overtake-the-backlog": ["A.xprt_free_slot", "A.xprt_reserve", "B.xprt_retry_reserve"],
  "port-in-time-wait": ["W.tcp_v4_connect", "T.xprt_connect"],
  "port-taken-by-another": ["W.xs_bind", "T.call_connect_status"],
  "queued-task-runs": [
    "sending_waker.first-bit",
    "T.tk_action",
    "T.clears_running",
    "sending_waker.second-bit",
    "T.rpc_async_schedule",
  ],
  "reconnect-doubles-the-timeout": ["intruder.rst", "net.syn-ack", "T.xprt_adjust_timeout"],
  "refused-while-sending": ["net.refused", "T.tcp_sendmsg", "T.call_transmit_status"],
  "reset-that-nobody-reports": ["net.rst", "timeo.timer", "T.tcp_sendmsg", "delay.timer", "T.tcp_sendmsg"],
  "server-closes-while-the-lock-is-held": ["net.fin", "net.rst", "T.tcp_sendmsg", "T.call_connect"],
  "server-keeps-its-half-of-the-connection": ["net.ack", "T2.xprt_connect", "timeo.timer"],
  "server-never-answers-our-fin": ["T.inet_shutdown", "net.ack", "T.xprt_connect"],
  "shutdown-under-the-connecting-worker": [
    "W.xs_tcp_reuse_connection",
    "net.rst",
    "T.inet_shutdown",
    "W.tcp_v4_connect",
  ],
  "soft-connect-not-told-of-the-refusal": ["W.xs_tcp_setup_socket", "net.refused", "T.call_connect_status"],
  "space-freed-before-the-wait": ["T.tcp_sendmsg", "T.tcp_sendmsg", "net.ack", "T.xs_nospace"],
  "timer-runs-while-waiting-for-space": ["T.tcp_sendmsg", "timeo.timer", "T.xprt_release_xprt"],
  "two-tasks-restart-each-others-connect": [
    "T1.xprt_connect",
    "W.xs_tcp_setup_socket",
    "T2.xprt_connect",
    "W.xs_tcp_setup_socket",
    "T1.xprt_connect",
  ],
  "wake-lost-in-the-store-buffer": ["waker.rpc_clear_queued", "waker.looks_for_waiters", "cpu.drain"],
  "waker-reads-the-queue-too-early": ["waker.first-read", "T.rpc_set_queued", "waker.second-read"],
  "window-shuts-as-the-transport-disconnects": ["B.xprt_transmit", "intruder.disconnect"],
  "worker-woken-as-a-task": ["T.xprt_connect", "E.xprt_force_disconnect"],
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
  "error-callback-comes-back": "intruder",
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
