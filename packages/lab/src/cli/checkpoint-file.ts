/**
 * Checkpoints as files. Words are little-endian:
 *
 *     8 bytes  "UNSTUCKS"         u32  version          u32  length of the head
 *     head     JSON: what was searched and how, figures, and the lengths of what follows
 *     arrays   of 32-bit words, then of 16-bit words
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
import { type Model, subjectOf } from "../lab/mod.js";
import { LabError, usage } from "./failure.js";

const MAGIC = "UNSTUCKS";
const VERSION = 2;
const FIXED = 16;
const MOST_HEAD = 2 ** 16;
/** Read and written in pieces: one call takes less than 2 GiB. */
const PIECE = 2 ** 26;

/** What every head has. `code` names the compiled lab: another one may pack a state in another way. */
export interface CommonHead {
  readonly kind: string;
  readonly model: string;
  readonly code: string;
  readonly words: number;
  /** Lengths of the arrays, in their order. */
  readonly lengths: readonly number[];
}

export interface Arrays {
  readonly wide: readonly Int32Array[];
  readonly narrow: readonly Uint16Array[];
}

/** The head of a checkpoint of `model`, of that kind, with those arrays. */
export function commonHead(kind: string, model: Model, { wide, narrow }: Arrays): CommonHead {
  const lengths = [...wide, ...narrow].map(({ length }) => length);
  return { kind, model: model.name, code: codeOf(model), words: model.words, lengths };
}

/** Writes a checkpoint whole or not at all. Throws LabError. */
export function writeCheckpointFile(file: string, head: CommonHead, { wide, narrow }: Arrays): void {
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
      for (const bytes of [fixed, text, ...[...wide, ...narrow].map(bytesOf)]) {
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

/** What a head is held against: what it was, and what it must be now. */
export type Row = readonly [what: string, was: string, is: string];

/**
 * Reads the checkpoint in `file`, which must be of that kind and of `model`. `headOf` looks at its head as far as it is
 * of its kind: undefined, it is damaged. `wide` and `narrow`: how many arrays of each it has. Throws LabError.
 */
export function readCheckpointFile<H extends CommonHead>(
  file: string,
  kind: string,
  model: Model,
  counts: { readonly wide: number; readonly narrow: number },
  headOf: (head: CommonHead) => H | undefined,
  rowsOf: (head: H) => readonly Row[],
): { readonly head: H; readonly arrays: Arrays } {
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
    const common = parseHead(file, text.toString(), counts.wide + counts.narrow, kind);
    const head = headOf(common);
    if (head === undefined) throw bad(file, "its head is damaged");
    compare(file, [...commonRows(common, model), ...rowsOf(head)]);
    const wideLengths = head.lengths.slice(0, counts.wide);
    const narrowLengths = head.lengths.slice(counts.wide);
    const need = FIXED + length + 4 * sum(wideLengths) + 2 * sum(narrowLengths) + 4;
    if (size !== need) throw bad(file, `it has ${size} bytes and should have ${need}`);
    const wide = wideLengths.map((n) => new Int32Array(n));
    const narrow = narrowLengths.map((n) => new Uint16Array(n));
    let check = crc32(text, crc32(fixed));
    for (const bytes of [...wide, ...narrow].map(bytesOf)) {
      for (const piece of piecesOf(bytes)) {
        readAll(fd, piece);
        check = crc32(piece, check);
      }
    }
    const end = Buffer.alloc(4);
    readAll(fd, end);
    if (end.readUInt32LE() !== check) throw bad(file, "its checksum is wrong");
    return { head, arrays: { wide, narrow } };
  } finally {
    closeSync(fd);
  }
}

/** A checkpoint that cannot be used, and what to do. */
export function bad(file: string, problem: string): LabError {
  return usage(`${file} cannot be gone on with: ${problem}; begin anew without --resume`);
}

export const isCount = (value: unknown, least = 0): boolean =>
  Number.isSafeInteger(value) && (value as number) >= least;

function parseHead(file: string, text: string, arrays: number, kind: string): CommonHead {
  let head: Partial<CommonHead> | null = null;
  try {
    head = JSON.parse(text) as Partial<CommonHead> | null;
  } catch {
    // Told below.
  }
  if (typeof head !== "object" || head === null || typeof head.kind !== "string")
    throw bad(file, "its head is damaged");
  if (head.kind !== kind) throw bad(file, `it is of ${head.kind}, and this search is of ${kind}`);
  const fits =
    typeof head.model === "string" &&
    typeof head.code === "string" &&
    isCount(head.words, 1) &&
    Array.isArray(head.lengths) &&
    head.lengths.length === arrays &&
    head.lengths.every((length) => isCount(length));
  if (!fits) throw bad(file, "its head is damaged");
  return head as CommonHead;
}

function commonRows(head: CommonHead, model: Model): readonly Row[] {
  return [
    ["model", head.model, model.name],
    ["code", head.code, codeOf(model)],
    ["words of a state", String(head.words), String(model.words)],
  ];
}

function compare(file: string, rows: readonly Row[]): void {
  for (const [what, was, is] of rows) {
    if (was !== is) throw bad(file, `it was made with another ${what}: ${was}, and this is ${is}`);
  }
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

function sum(lengths: readonly number[]): number {
  return lengths.reduce((all, length) => all + length, 0);
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
