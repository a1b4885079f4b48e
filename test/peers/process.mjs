// Other programs as fixtures: started, waited for, and gone when we are.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { onPath } from "./namespace.mjs";

const running = new Set();
process.on("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

/** Starts a program that stays; `output` collects what it prints, `stop()` ends it and waits. */
export function start(command, args, options = {}) {
  const child = spawn(onPath(command) ?? command, args, { stdio: ["ignore", "pipe", "pipe"], ...options });
  running.add(child);
  const daemon = { child, pid: child.pid, output: "", exited: false };
  child.stdout?.on("data", (chunk) => (daemon.output += chunk));
  child.stderr?.on("data", (chunk) => (daemon.output += chunk));
  child.once("error", (error) => (daemon.output += String(error)));
  const gone = once(child, "close").then(() => {
    daemon.exited = true;
    running.delete(child);
  });
  daemon.stop = async (signal = "SIGTERM", patienceMs = 5000) => {
    if (!daemon.exited) child.kill(signal);
    const timer = setTimeout(() => child.kill("SIGKILL"), patienceMs);
    await gone;
    clearTimeout(timer);
  };
  return daemon;
}

/** Runs a program to its end. Never rejects for a bad exit code: that is part of what it says. */
export async function run(command, args, { timeoutMs = 20_000, ...options } = {}) {
  const child = spawn(onPath(command) ?? command, args, { stdio: ["ignore", "pipe", "pipe"], ...options });
  running.add(child);
  const stdout = [];
  const stderr = [];
  child.stdout.on("data", (chunk) => stdout.push(chunk));
  child.stderr.on("data", (chunk) => stderr.push(chunk));
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    child.kill("SIGKILL");
  }, timeoutMs);
  const [code] = await once(child, "close");
  clearTimeout(timer);
  running.delete(child);
  return {
    code: timedOut ? `no end within ${timeoutMs} ms` : code,
    stdout: Buffer.concat(stdout).toString(),
    stdoutBytes: Buffer.concat(stdout),
    stderr: Buffer.concat(stderr).toString(),
  };
}

/** Asks `condition` until it says something truthy. For other programs only: our own code tells when it is ready. */
export async function until(what, condition, timeoutMs = 15_000) {
  const end = Date.now() + timeoutMs;
  for (;;) {
    const answer = await condition();
    if (answer) return answer;
    if (Date.now() > end) throw new Error(`no ${what} within ${timeoutMs} ms`);
    await sleep(20);
  }
}
