// A contender is a process that takes jobs, one line each, and answers each with a line of figures. It stays
// for many rounds, so that what is measured is a warm program and not its start.
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { start } from "../test/peers/process.mjs";

/** Starts `command` on one core. */
export function contender(name, core, command, args) {
  const daemon = start("taskset", ["-c", String(core), command, ...args], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const lines = createInterface({ input: daemon.child.stdout })[Symbol.asyncIterator]();
  return {
    name,
    pid: daemon.pid,
    /** Runs one job: `{ calls, seconds, cpu }`, counted after the warm-up. */
    async run({ op, depth, size = 0, seconds, warm }) {
      daemon.child.stdin.write(`${op} ${depth} ${size} ${seconds} ${warm}\n`);
      const line = await lines.next();
      if (line.done) throw new Error(`${name} ended in the middle of ${op} depth ${depth}`);
      return JSON.parse(line.value);
    },
    async stop() {
      daemon.child.stdin.end();
      await daemon.stop();
    },
  };
}

/** Seconds of CPU a process and its threads have used. */
export function cpuOf(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
    .replace(/^.*\) /, "")
    .split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** Seconds of CPU everybody on this machine has used. */
export function cpuOfAll() {
  const [user, nice, system, , , irq, softirq] = readFileSync("/proc/stat", "utf8")
    .split("\n")[0]
    .split(/\s+/)
    .slice(1)
    .map(Number);
  return (user + nice + system + irq + softirq) / 100;
}
