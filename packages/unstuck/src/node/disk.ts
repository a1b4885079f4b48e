import { randomBytes } from "node:crypto";
import { type BigIntStats, fstatSync, realpathSync } from "node:fs";
import { join } from "node:path";
import {
  type Answer,
  type Attr,
  checkName,
  FileType,
  type Found,
  type FsStat,
  type Listing,
  type ReadResult,
  type Steps,
  type Vfs,
  VfsError,
  type VfsLimits,
  wait,
} from "../vfs/mod.js";
import { BufferPool } from "./disk-buffers.js";
import { FdPool } from "./disk-fds.js";
import { HandleSeal, loadKey, sameBytes } from "./disk-handle.js";
import { DEFAULT_IO_POLICY, DiskIo, vfsErrorOf } from "./disk-io.js";
import { Listings } from "./disk-listings.js";
import { attrOf, type DiskNode } from "./disk-node.js";
import { Operations } from "./disk-op.js";
import { type DiskOptions, defaultStateDir, isRemote } from "./disk-options.js";
import { isSame, type Place, TRUST_MS } from "./disk-place.js";
import { Trail } from "./disk-trail.js";
import { DiskTree } from "./disk-tree.js";

/** READs up to this size may be made synchronously. */
const SYNC_READ_BYTES = 65536;

export type { DiskOptions } from "./disk-options.js";

/** Opens the folder `root` for serving. Throws what lstat(2) and open(2) of it throw, ENOTDIR if it is none. */
export function openDisk(root: string, options: DiskOptions = {}): DiskVfs {
  return new DiskVfs(realpathSync(root), options);
}

/**
 * A folder of the disk as a {@link Vfs}. Nodes are inodes; where an inode is now is looked up and checked at
 * each use (disk-place.ts), and found again when it moved (disk-tree.ts). Handles are sealed and survive a
 * restart (disk-handle.ts, disk-trail.ts). Other file systems mounted below the root are not entered.
 */
export class DiskVfs implements Vfs<DiskNode> {
  readonly root: DiskNode;
  readonly limits: VfsLimits = {
    nameMaxBytes: 255,
    linkMax: 32000,
    fileMaxBytes: 0x7fff_ffff_ffff_ffffn,
    caseInsensitive: false,
    casePreserving: true,
  };
  readonly #fsid: bigint;
  readonly #io: DiskIo;
  readonly #fds: FdPool;
  readonly #trail: Trail;
  readonly #operations: Operations;
  readonly #listings: Listings;
  readonly #tree: DiskTree;
  readonly #place: Place;
  readonly #seal: HandleSeal;
  readonly #buffers = new BufferPool(32 << 20);
  /** Counts the turns in which attributes were asked for. */
  #turn = 0;
  #inTurn = false;

  constructor(root: string, options: DiskOptions) {
    const { fsid = 0, maxFds = 1024, maxNodes = 500_000, maxSearchEntries = 200_000 } = options;
    const stateDir = options.stateDir === undefined ? defaultStateDir(root) : options.stateDir;
    const mode = isRemote(root) ? "async" : DEFAULT_IO_POLICY.mode;
    this.#fsid = BigInt(fsid);
    this.#io = new DiskIo({ ...DEFAULT_IO_POLICY, mode, ...options.io });
    this.#fds = new FdPool(maxFds);
    this.#operations = new Operations(this.#io, this.#fds);
    this.#listings = new Listings(this.#io);
    this.#seal = new HandleSeal(stateDir === null ? randomBytes(32) : loadKey(stateDir), fsid);
    this.#trail = new Trail(stateDir === null ? undefined : join(stateDir, `trail-${fsid}`), maxNodes);
    const parts = {
      io: this.#io,
      fds: this.#fds,
      trail: this.#trail,
      operations: this.#operations,
      listings: this.#listings,
    };
    this.#tree = new DiskTree(root, parts, { maxNodes, maxSearchEntries, ...reachOf(options) });
    this.#place = this.#tree.place;
    this.root = this.#tree.root;
  }

  handle(node: DiskNode): Uint8Array {
    if (node.handle === undefined) {
      node.handle = this.#seal.mint(node);
      this.#tree.track(node);
    }
    return node.handle;
  }

  resolve(handle: Uint8Array): Answer<DiskNode> {
    const identity = this.#seal.read(handle);
    const node = this.#tree.known(identity);
    if (node?.handle !== undefined && sameBytes(node.handle, handle)) return node;
    this.#seal.check(handle);
    return node ?? this.#operations.run(this.#tree.locate(identity, performance.now()));
  }

  /**
   * Asks the disk once a turn for each node: the calls of one received chunk were all there before the first of
   * them is executed, so what the disk says then answers every one of them.
   */
  getattr(node: DiskNode): Answer<Attr> {
    if (node.attrTurn === this.#turn && this.#inTurn) return node.attr!;
    // The warm path of the most frequent call, without a generator.
    this.#io.begin();
    if (!this.#io.sync || node.fd < 0 || this.#io.now - node.seenAt >= TRUST_MS)
      return this.#operations.run(this.#getattr(node));
    this.#fds.use(node);
    const stats = statNow(node.fd);
    this.#io.end();
    const attr = this.#attrOf(node, stats);
    this.#remember(node, attr);
    return attr;
  }

  lookup(dir: DiskNode, name: string): Answer<Found<DiskNode>> {
    return this.#operations.run(this.#lookup(dir, name));
  }

  readlink(node: DiskNode): Answer<string> {
    return this.#operations.run(this.#readlink(node));
  }

  read(node: DiskNode, offset: number, count: number): Answer<ReadResult> {
    return this.#operations.run(this.#read(node, offset, count));
  }

  readdir(dir: DiskNode, fresh: boolean): Answer<Listing> {
    if (!fresh && dir.listing !== undefined) return dir.listing.listing;
    return this.#operations.run(this.#listings.read(dir, this.#place));
  }

  fsstat(): Answer<FsStat> {
    return this.#operations.run(this.#fsstat());
  }

  close(): void {
    if (!this.#operations.close()) return;
    this.#trail.close();
    this.#fds.end();
    this.#tree.close();
  }

  #remember(node: DiskNode, attr: Attr): void {
    node.attr = attr;
    node.attrTurn = this.#turn;
    if (this.#inTurn) return;
    this.#inTurn = true;
    queueMicrotask(() => {
      this.#inTurn = false;
      this.#turn++;
    });
  }

  *#getattr(node: DiskNode): Steps<Attr> {
    return this.#attrOf(node, yield* this.#place.stat(node));
  }

  *#lookup(dir: DiskNode, name: string): Steps<Found<DiskNode>> {
    if (dir.type !== FileType.DIR) throw new VfsError("ENOTDIR", "not a directory");
    checkName(name, this.limits.nameMaxBytes);
    if (name === "." || name === "..") {
      yield* this.#place.dir(dir); // its parent may be another one by now
      const node = name === "." ? dir : (dir.parent ?? dir);
      return { node, attr: yield* this.#getattr(node) };
    }
    const seen = yield* this.#tree.child(dir, name);
    if (seen === undefined) {
      yield* this.#getattr(dir); // ESTALE if it is the directory that is gone
      throw new VfsError("ENOENT", `there is no ${name}`);
    }
    return { node: seen.node, attr: attrOf(seen.stats, this.#fsid) };
  }

  *#readlink(node: DiskNode): Steps<string> {
    if (node.type !== FileType.LNK || node.parent === undefined) {
      throw new VfsError("EINVAL", "not a symbolic link");
    }
    yield* this.#place.stat(node);
    const path = `${yield* this.#place.dir(node.parent)}/${node.name}`;
    const target = yield* wait(this.#io.readlink(path));
    // Node cannot read a link by descriptor, so see that the name still was this link's.
    const stats = yield* wait(this.#io.lstat(path));
    if (stats === undefined || !isSame(node, stats))
      throw new VfsError("EJUKEBOX", "the link was being replaced");
    return target;
  }

  *#read(node: DiskNode, offset: number, count: number): Steps<ReadResult> {
    if (node.type === FileType.DIR) throw new VfsError("EISDIR", "a directory cannot be read");
    if (node.type !== FileType.REG) throw new VfsError("EINVAL", "not a regular file");
    const fd = yield* this.#place.open(node);
    const buffer = this.#buffers.take(count);
    try {
      let got = 0;
      for (let bytes = -1; got < count && bytes !== 0; got += bytes) {
        const rest = got === 0 ? buffer : buffer.subarray(got);
        bytes = yield* wait(this.#io.read(fd, rest, count - got, offset + got, count <= SYNC_READ_BYTES));
      }
      const attr = this.#attrOf(node, yield* this.#place.stat(node));
      return { data: buffer.subarray(0, got), attr, release: () => this.#buffers.give(buffer) };
    } catch (error) {
      this.#buffers.give(buffer);
      throw error;
    }
  }

  *#fsstat(): Steps<FsStat> {
    const at = yield* this.#place.dir(this.root);
    const { bsize, blocks, bfree, bavail, files, ffree } = yield* wait(this.#io.statfs(`${at}/.`));
    const tbytes = blocks * bsize;
    return {
      tbytes,
      fbytes: bfree * bsize,
      abytes: bavail * bsize,
      tfiles: files,
      ffiles: ffree,
      afiles: ffree,
    };
  }

  #attrOf(node: DiskNode, stats: BigIntStats): Attr {
    if (stats.nlink === 0n) {
      this.#fds.drop(node);
      throw new VfsError("ESTALE", "the file was removed");
    }
    return attrOf(stats, this.#fsid);
  }
}

function reachOf({ reach }: DiskOptions): Pick<DiskOptions, "reach"> {
  return reach === undefined ? {} : { reach };
}

function statNow(fd: number): BigIntStats {
  try {
    return fstatSync(fd, { bigint: true });
  } catch (error) {
    throw vfsErrorOf(error);
  }
}
