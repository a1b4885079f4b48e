import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";

/** The longest one command may take, ms. */
const COMMAND_MS = 10_000;

/**
 * A shell that runs one command after the other, in whatever its `prefix` puts it into (a namespace).
 * It reads them from a pipe: when this process dies, however it dies, the shell meets the end of its input and
 * exits, and a namespace without processes vanishes. Nothing has to be cleaned up by anybody.
 */
export class Shell {
  readonly #child: ChildProcess;
  readonly #gone: Promise<void>;
  #lines: string[] = [];
  #waiting: { resolve(): void; reject(error: Error): void; command: string } | undefined;
  #failure = "";
  #ended = false;

  private constructor(prefix: readonly string[]) {
    const [file, ...args] = [...prefix, "sh"];
    // A group of its own: a terminal's Ctrl-C is for us, and we end the shell.
    this.#child = spawn(file!, args, { stdio: ["pipe", "pipe", "pipe"], detached: true });
    this.#child.stdin!.on("error", () => {}); // the shell is gone, which `#gone` tells
    createInterface({ input: this.#child.stdout! }).on("line", (line) => this.#onLine(line));
    createInterface({ input: this.#child.stderr! }).on("line", (line) => {
      this.#failure = line;
    });
    this.#gone = new Promise((resolve) => {
      const gone = (why: string): void => {
        this.#failure ||= why;
        this.#ended = true;
        this.#waiting?.reject(new Error(this.#failure));
        this.#waiting = undefined;
        resolve();
      };
      this.#child.on("error", (error) => gone(error.message));
      this.#child.on("close", (code) => gone(`${prefix[0] ?? "sh"} ended with status ${code}`));
    });
  }

  /** Starts `prefix… sh`, and waits until it works. Rejects with what the command printed. */
  static async open(prefix: readonly string[]): Promise<Shell> {
    const shell = new Shell(prefix);
    try {
      await shell.run("true");
      return shell;
    } catch (error) {
      await shell.close();
      throw error;
    }
  }

  get pid(): number {
    return this.#child.pid!;
  }

  /** Runs one command, and rejects with its output unless it succeeds. One at a time. */
  run(command: string): Promise<void> {
    if (this.#waiting !== undefined) throw new Error(`"${this.#waiting.command}" still runs`);
    if (this.#ended) return Promise.reject(new Error(this.#failure));
    return new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting?.reject(new Error(`"${command}" takes longer than ${COMMAND_MS} ms`));
      }, COMMAND_MS);
      this.#lines = [];
      this.#waiting = {
        command,
        resolve: () => {
          clearTimeout(timer);
          resolve();
        },
        reject: (error) => {
          clearTimeout(timer);
          reject(error);
        },
      };
      this.#child.stdin!.write(`{ ${command}; } </dev/null 2>&1; echo "status=$?"\n`);
    });
  }

  /** Ends the shell, and with its last process the namespace. */
  async close(): Promise<void> {
    this.#child.stdin!.end();
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), 1000);
    await this.#gone;
    clearTimeout(timer);
  }

  #onLine(line: string): void {
    const status = /^status=(\d+)$/.exec(line);
    if (status === null) {
      this.#lines.push(line);
      return;
    }
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (status[1] === "0") waiting?.resolve();
    else waiting?.reject(new Error(`${waiting.command}: ${this.#lines.join("; ") || `status ${status[1]}`}`));
  }
}
