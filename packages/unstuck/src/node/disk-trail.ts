import {
  appendFile,
  appendFileSync,
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import type { NodeKey } from "./disk-node.js";

/** Where an object was last seen: the key of its directory, and its name there. */
export interface Step {
  readonly parent: NodeKey;
  readonly name: string;
}

const FLUSH_MS = 50;

/**
 * Remembers where the objects are whose handles were given out, so that a handle can be followed after a
 * restart (Node has no open_by_handle_at). Only hints: each is checked against the disk before it is
 * believed, and without one the tree is searched. So nothing is lost with the last lines in a crash, and a
 * torn or foreign line is passed over. On disk: one JSON array per line, appended; rewritten at start
 * when more than half of it is out of date.
 */
export class Trail {
  readonly #path: string | undefined;
  readonly #max: number;
  readonly #steps = new Map<NodeKey, Step>();
  /** The steps that are in the journal too. */
  readonly #written = new WeakSet<Step>();
  #pending: string[] = [];
  #flush: NodeJS.Timeout | undefined;

  /** `path`: the journal; undefined: in memory only. At most `max` objects are remembered. */
  constructor(path: string | undefined, max: number) {
    this.#path = path;
    this.#max = max;
    if (path !== undefined) this.#load(path);
  }

  get size(): number {
    return this.#steps.size;
  }

  get(key: NodeKey): Step | undefined {
    return this.#steps.get(key);
  }

  set(key: NodeKey, parent: NodeKey, name: string): void {
    const known = this.#steps.get(key);
    if (known?.parent === parent && known.name === name && this.#written.has(known)) return;
    const step = { parent, name };
    this.#put(key, step);
    if (this.#path === undefined) return;
    this.#written.add(step);
    this.#pending.push(line(key, { parent, name }));
    this.#flush ??= setTimeout(() => this.#write(), FLUSH_MS).unref();
  }

  /** The same, in memory only: for what no handle was given out for. */
  note(key: NodeKey, parent: NodeKey, name: string): void {
    const known = this.#steps.get(key);
    if (known?.parent !== parent || known.name !== name) this.#put(key, { parent, name });
  }

  /** Writes what is pending. */
  close(): void {
    clearTimeout(this.#flush);
    this.#flush = undefined;
    const text = this.#pending.join("");
    this.#pending = [];
    if (this.#path !== undefined && text !== "") appendFileSync(this.#path, text, { mode: 0o600 });
  }

  #put(key: NodeKey, step: Step): void {
    this.#steps.delete(key);
    this.#steps.set(key, step);
    if (this.#steps.size <= this.#max) return;
    for (const oldest of this.#steps.keys()) {
      this.#steps.delete(oldest);
      break;
    }
  }

  #write(): void {
    this.#flush = undefined;
    const text = this.#pending.join("");
    this.#pending = [];
    // A full disk costs a search after the next restart, not a call now.
    if (this.#path !== undefined) appendFile(this.#path, text, { mode: 0o600 }, () => {});
  }

  #load(path: string): void {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    if (!existsSync(path)) return;
    const text = readFileSync(path, "utf8");
    let lines = 0;
    for (const text1 of text.split("\n")) {
      lines++;
      const parsed = parseLine(text1);
      if (parsed === undefined) continue;
      this.#put(parsed.key, parsed);
      this.#written.add(parsed);
    }
    // A torn last line must not swallow the next one.
    if (text !== "" && !text.endsWith("\n")) this.#pending.push("\n");
    if (lines > 2 * this.#steps.size + 100) this.#rewrite(path);
  }

  #rewrite(path: string): void {
    const draft = `${path}.${process.pid}`;
    const fd = openSync(draft, "w", 0o600);
    writeSync(fd, [...this.#steps].map(([key, step]) => line(key, step)).join(""));
    fsyncSync(fd);
    closeSync(fd);
    renameSync(draft, path);
    this.#pending = [];
  }
}

function line(key: NodeKey, step: Step): string {
  return `${JSON.stringify([key, step.parent, step.name])}\n`;
}

function parseLine(text: string): (Step & { key: NodeKey }) | undefined {
  try {
    const [key, parent, name] = JSON.parse(text) as unknown[];
    if (isKey(key) && isKey(parent) && typeof name === "string") return { key, parent, name };
  } catch {}
  return undefined;
}

function isKey(value: unknown): value is NodeKey {
  return typeof value === "number" || typeof value === "string";
}
