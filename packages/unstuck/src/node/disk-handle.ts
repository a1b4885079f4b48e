import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { linkSync, mkdirSync, readFileSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { VfsError } from "../vfs/mod.js";

/** What a handle says: which inode, and which life of that inode. */
export interface Identity {
  readonly ino: bigint;
  readonly dev: bigint;
  readonly birth: bigint;
}

const SEALED_BYTES = 24;
const SEAL_BYTES = 16;
export const HANDLE_BYTES = SEALED_BYTES + SEAL_BYTES;

/**
 * Makes and checks handles: ino, dev and birth, 8 bytes each, then 16 bytes of HMAC-SHA-256 over them and the
 * export's fsid. Whoever does not have the key cannot make a handle, nor carry one over to another export.
 */
export class HandleSeal {
  readonly #key: Buffer;
  readonly #fsid: Buffer;

  constructor(key: Uint8Array, fsid: number) {
    this.#key = Buffer.from(key);
    this.#fsid = Buffer.alloc(4);
    this.#fsid.writeUInt32BE(fsid);
  }

  mint(identity: Identity): Uint8Array {
    const handle = Buffer.alloc(HANDLE_BYTES);
    handle.writeBigUInt64BE(BigInt.asUintN(64, identity.ino), 0);
    handle.writeBigUInt64BE(BigInt.asUintN(64, identity.dev), 8);
    handle.writeBigUInt64BE(BigInt.asUintN(64, identity.birth), 16);
    this.#seal(handle).copy(handle, SEALED_BYTES);
    return handle;
  }

  /** What the handle says, sealed or not. EBADHANDLE when it has not the form of a handle. */
  read(handle: Uint8Array): Identity {
    if (handle.length !== HANDLE_BYTES)
      throw new VfsError("EBADHANDLE", `a handle has ${HANDLE_BYTES} bytes`);
    const view = new DataView(handle.buffer, handle.byteOffset, handle.length);
    return { ino: view.getBigUint64(0), dev: view.getBigUint64(8), birth: view.getBigUint64(16) };
  }

  /** EBADHANDLE when the seal is not ours. */
  check(handle: Uint8Array): void {
    if (!timingSafeEqual(this.#seal(handle), handle.subarray(SEALED_BYTES))) {
      throw new VfsError("EBADHANDLE", "the handle was not made by this export");
    }
  }

  #seal(handle: Uint8Array): Buffer {
    const mac = createHmac("sha256", this.#key).update(this.#fsid).update(handle.subarray(0, SEALED_BYTES));
    return mac.digest().subarray(0, SEAL_BYTES);
  }
}

/** The key kept in `dir`, made there the first time, for its owner only. */
export function loadKey(dir: string): Buffer {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const path = join(dir, "key");
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, randomBytes(32), { mode: 0o600, flush: true });
  try {
    // link(2) never replaces: of two servers that start at once, one key wins for both.
    linkSync(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  } finally {
    unlinkSync(draft);
  }
  const key = readFileSync(path);
  if (key.length !== 32)
    throw new Error(
      `${path} is not a key: it must have 32 bytes. Remove it; old file handles become invalid.`,
    );
  return key;
}

/** Are these the same bytes? In constant time for handles of equal length. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= (a[i] as number) ^ (b[i] as number);
  return difference === 0;
}
