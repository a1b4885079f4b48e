/**
 * Checkpoints as files. Words are little-endian:
 *
 *     8 bytes  "UNSTUCKS"         u32  version          u32  length of the head
 *     head     JSON: the model, how it was searched, figures, and the lengths of what follows
 *     arrays   states, parent, frontier: 32-bit words; place: 16-bit words
 *     u32      CRC-32 of everything before it
 */
import { createHash } from "node:crypto";
import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { endianness } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { crc32 } from "node:zlib";
import { type Checkpoint, type Model, subjectOf } from "../lab/mod.js";
import { LabError, usage } from "./failure.js";

const MAGIC = "UNSTUCKS";
const VERSION = 2;
const FIXED = 16;
const MOST_HEAD = 2 ** 16;
/** Read and written in pieces: one call takes less than 2 GiB. */
const PIECE = 2 ** 26;
const COUNTS = ["generated", "depth", "goal", "states", "tree", "frontier"] as const;

interface Head extends Readonly<Record<(typeof COUNTS)[number], number>> {
  readonly model: string;
  /** Names the compiled lab: another one may pack a state in another way. */
  readonly code: string;
  readonly words: number;
  readonly order: "bfs" | "dfs";
  readonly store: "exact" | "compact";
  readonly reduced: boolean;
  readonly brokenAt: number;
  readonly deadEndAt: number;
}

/** Writes `checkpoint` whole or not at all. Throws LabError. */
export function writeCheckpoint(file: string, checkpoint: Checkpoint, model: Model): void {
  const { states, tree, frontier, model: _, ...figures } = checkpoint;
  const head: Head = {
    ...figures,
    model: model.name,
    code: codeOf(model),
    states: states.length,
    tree: tree.parent.length,
    frontier: frontier.length,
  };
  const text = Buffer.from(JSON.stringify(head));
  const fixed = Buffer.alloc(FIXED);
  fixed.write(MAGIC, "latin1");
  fixed.writeUInt32LE(VERSION, 8);
  fixed.writeUInt32LE(text.length, 12);
  // A device is written to, never replaced.
  const regular = !existsSync(file) || statSync(file).isFile();
  const part = regular ? `${file}.part` : file;
  try {
    const fd = openSync(part, "w");
    try {
      let sum = 0;
      for (const bytes of [fixed, text, ...[states, tree.parent, frontier, tree.place].map(bytesOf)]) {
        for (const piece of piecesOf(bytes)) {
          sum = crc32(piece, sum);
          writeAll(fd, piece);
        }
      }
      const end = Buffer.alloc(4);
      end.writeUInt32LE(sum);
      writeAll(fd, end);
      if (regular) fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    if (regular) renameSync(part, file);
  } catch (error) {
    if (existsSync(part) && regular) rmSync(part);
    throw new LabError(`no checkpoint: ${(error as Error).message}`, 1);
  }
}

/** How a search is to be; an order or store that is undefined: as the checkpoint has it. */
interface Asked {
  readonly order: string | undefined;
  readonly store: string | undefined;
  readonly reduce: boolean | undefined;
}

/** The checkpoint in `file`, if it can be gone on with: a search of `model`, in this order with this store. Throws LabError. */
export function readCheckpoint(file: string, model: Model, asked: Asked): Checkpoint {
  const fd = opened(file);
  try {
    const { size } = fstatSync(fd);
    const fixed = Buffer.alloc(FIXED);
    if (readAll(fd, fixed) < FIXED || fixed.toString("latin1", 0, 8) !== MAGIC)
      throw bad(file, "it is no checkpoint");
    const version = fixed.readUInt32LE(8);
    if (version !== VERSION) throw bad(file, `its version is ${version}, this is ${VERSION}`);
    const length = fixed.readUInt32LE(12);
    if (length > Math.min(MOST_HEAD, size)) throw bad(file, "its head is too long");
    const text = Buffer.alloc(length);
    readAll(fd, text);
    const head = headOf(file, text.toString());
    checkOrigin(file, head, model, asked);
    const need = FIXED + length + 4 * (head.states + head.tree + head.frontier) + 2 * head.tree + 4;
    if (size !== need) throw bad(file, `it has ${size} bytes and should have ${need}`);
    const states = new Int32Array(head.states);
    const parent = new Int32Array(head.tree);
    const frontier = new Int32Array(head.frontier);
    const place = new Uint16Array(head.tree);
    let sum = crc32(text, crc32(fixed));
    for (const bytes of [states, parent, frontier, place].map(bytesOf)) {
      for (const piece of piecesOf(bytes)) {
        readAll(fd, piece);
        sum = crc32(piece, sum);
      }
    }
    const end = Buffer.alloc(4);
    readAll(fd, end);
    if (end.readUInt32LE() !== sum) throw bad(file, "its checksum is wrong");
    const checkpoint = { ...head, states, tree: { parent, place }, frontier };
    checkContents(file, checkpoint, model);
    return checkpoint;
  } finally {
    closeSync(fd);
  }
}

function bad(file: string, problem: string): LabError {
  return usage(`${file} cannot be gone on with: ${problem}; begin anew without --resume`);
}

function opened(file: string): number {
  try {
    const fd = openSync(file, "r");
    if (fstatSync(fd).isFile()) return fd;
    closeSync(fd);
  } catch (error) {
    throw usage(`--resume: ${(error as Error).message}`);
  }
  throw bad(file, "it is no file");
}

function headOf(file: string, text: string): Head {
  let head: Partial<Head> | null = null;
  try {
    head = JSON.parse(text) as Partial<Head> | null;
  } catch {
    // Told below.
  }
  const isCount = (value: unknown, least = 0): boolean =>
    Number.isSafeInteger(value) && (value as number) >= least;
  const fits =
    typeof head === "object" &&
    head !== null &&
    COUNTS.every((name) => isCount(head[name])) &&
    isCount(head.words, 1) &&
    isCount(head.brokenAt, -1) &&
    isCount(head.deadEndAt, -1) &&
    (head.order === "bfs" || head.order === "dfs") &&
    (head.store === "exact" || head.store === "compact") &&
    typeof head.reduced === "boolean" &&
    typeof head.model === "string" &&
    typeof head.code === "string";
  if (!fits) throw bad(file, "its head is damaged");
  return head as Head;
}

function checkOrigin(file: string, head: Head, model: Model, asked: Asked): void {
  const rows: readonly [what: string, was: string, is: string][] = [
    ["model", head.model, model.name],
    ["order", head.order, asked.order ?? head.order],
    ["store", head.store, asked.store ?? head.store],
    ["choice of --reduce", yesOrNo(head.reduced), yesOrNo(asked.reduce === true)],
    ["code", head.code, codeOf(model)],
    ["words of a state", String(head.words), String(model.words)],
  ];
  for (const [what, was, is] of rows) {
    if (was !== is) throw bad(file, `it was made with another ${what}: ${was}, and this is ${is}`);
  }
}

const yesOrNo = (yes: boolean): string => (yes ? "yes" : "no");

/** No number in it may lead out of what is there. */
function checkContents(file: string, from: Checkpoint, model: Model): void {
  const { words, states, tree, frontier, brokenAt, deadEndAt, store, depth } = from;
  const count = tree.parent.length;
  const width = 2 + (store === "compact" ? words : 0);
  const fits =
    count > 0 &&
    states.length === count * (store === "compact" ? 2 : words) &&
    frontier.length % width === 0 &&
    brokenAt < count &&
    deadEndAt < count &&
    tree.parent.every((parent, i) => (i === 0 ? parent === -1 : parent >= 0 && parent < i)) &&
    tree.place.every((place, i) => i === 0 || place < model.maxSuccessors) &&
    everyRecord(frontier, width, (number, at) => number >= 0 && number < count && at >= 0 && at <= depth);
  if (!fits) throw bad(file, "what it holds does not fit together");
}

function everyRecord(
  frontier: Int32Array,
  width: number,
  fits: (number: number, depth: number) => boolean,
): boolean {
  for (let at = 0; at < frontier.length; at += width) {
    if (!fits(frontier[at]!, frontier[at + 1]!)) return false;
  }
  return true;
}

/** Names the compiled lab and the model's own words. */
function codeOf(model: Model): string {
  labHash ??= hashOfLab();
  const text = `${labHash} ${endianness()} ${subjectOf(model).fingerprint}`;
  return createHash("sha256").update(text).digest("hex").slice(0, 12);
}

let labHash: string | undefined;

function hashOfLab(): string {
  const folder = fileURLToPath(new URL("../lab/", import.meta.url));
  const scripts = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((path) =>
    /(?<!\.test|\.fixture)\.js$/.test(path),
  );
  const hash = createHash("sha256");
  for (const path of scripts.sort()) hash.update(path).update(readFileSync(join(folder, path)));
  return hash.digest("hex");
}

function bytesOf({ buffer, byteOffset, byteLength }: Int32Array | Uint16Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function piecesOf(bytes: Uint8Array): readonly Uint8Array[] {
  return Array.from({ length: Math.ceil(bytes.length / PIECE) }, (_, i) =>
    bytes.subarray(i * PIECE, (i + 1) * PIECE),
  );
}

function writeAll(fd: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
}

/** How many bytes there were; fewer than there is room for at the end of the file. */
function readAll(fd: number, bytes: Uint8Array): number {
  let at = 0;
  for (let got = 1; got > 0 && at < bytes.length; at += got)
    got = readSync(fd, bytes, at, bytes.length - at, null);
  return at;
}
