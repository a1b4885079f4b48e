import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** This package's command, as `node` runs it. */
const MAIN = fileURLToPath(new URL("../main.js", import.meta.url));

export interface ChildOptions {
  /** A command prefix, such as `nsenter …`. It must exec what follows: signals go to the process it was. */
  readonly prefix: readonly string[];
  readonly args: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  /** A line of JSON from standard output. */
  readonly onEvent: (event: unknown) => void;
}

/** How a child ended. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The last lines of its standard error. */
  readonly stderr: string;
}

/**
 * `unstuck …` as a process of its own, which speaks JSON lines. Its standard input is a pipe from here: with
 * `--lifeline` it ends when the pipe does, so that no crash of ours leaves it behind.
 */
export class Child {
  readonly #child: ChildProcess;
  readonly ended: Promise<Ended>;

  constructor(options: ChildOptions) {
    const [file, ...args] = [...options.prefix, process.execPath, MAIN, ...options.args, "--lifeline"];
    this.#child = spawn(file!, args, {
      stdio: ["pipe", "pipe", "pipe"],
      detached: true, // a terminal's Ctrl-C is for us, and we end the child
      env: { ...process.env, NO_COLOR: "1", ...options.env },
    });
    this.#child.stdin!.on("error", () => {});
    createInterface({ input: this.#child.stdout! }).on("line", (line) => {
      if (line.startsWith("{")) options.onEvent(JSON.parse(line));
    });
    const stderr: string[] = [];
    createInterface({ input: this.#child.stderr! }).on("line", (line) => {
      stderr.push(line);
      if (stderr.length > 5) stderr.shift();
    });
    this.ended = new Promise((resolve) => {
      this.#child.on("error", (error) => resolve({ code: null, signal: null, stderr: error.message }));
      this.#child.on("close", (code, signal) => resolve({ code, signal, stderr: stderr.join("\n") }));
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Asks it to end, and after `graceMs` no longer asks. */
  async stop(signal: NodeJS.Signals, graceMs = 2000): Promise<Ended> {
    this.#child.kill(signal);
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), graceMs);
    const ended = await this.ended;
    clearTimeout(timer);
    return ended;
  }
}
