import { type BigIntStats, closeSync, constants, existsSync, lstatSync, openSync } from "node:fs";
import { type Steps, VfsError, wait } from "../vfs/mod.js";
import type { FdPool } from "./disk-fds.js";
import { Finder } from "./disk-find.js";
import type { Identity } from "./disk-handle.js";
import { type DiskIo, vfsErrorOf } from "./disk-io.js";
import type { Listings } from "./disk-listings.js";
import { DiskNode, keyOf, type NodeKey, typeOf } from "./disk-node.js";
import { NodeTable } from "./disk-nodes.js";
import type { Operations } from "./disk-op.js";
import type { DiskOptions } from "./disk-options.js";
import { FdPlace, PathPlace, type Place, type Refind } from "./disk-place.js";
import type { Trail } from "./disk-trail.js";

/** An entry of a directory, just seen. */
export interface Seen {
  readonly node: DiskNode;
  readonly stats: BigIntStats;
}

/** The nodes below a root: entered by name, found again by identity. */
export class DiskTree {
  readonly root: DiskNode;
  /** Looks for a node that is not where it was. */
  readonly place: Place;
  /** Says ESTALE instead: the search itself must not wait for a search. */
  readonly #strict: Place;
  readonly #io: DiskIo;
  readonly #fds: FdPool;
  readonly #trail: Trail;
  readonly #nodes: NodeTable;
  readonly #rootDev: bigint;
  readonly #finder: Finder;

  constructor(
    root: string,
    parts: { io: DiskIo; fds: FdPool; trail: Trail; operations: Operations; listings: Listings },
    options: Required<Pick<DiskOptions, "maxNodes" | "maxSearchEntries">> & Pick<DiskOptions, "reach">,
  ) {
    const stats = lstatSync(root, { bigint: true });
    if (!stats.isDirectory()) throw new VfsError("ENOTDIR", `${root} is not a directory`);
    const { io, fds, operations, listings } = parts;
    this.#io = io;
    this.#fds = fds;
    this.#trail = parts.trail;
    this.#nodes = new NodeTable(options.maxNodes);
    this.#rootDev = stats.dev;
    this.root = new DiskNode(keyOf(stats, stats.dev), 0n, stats, undefined, "");
    this.#nodes.set(this.root);

    const reach = options.reach ?? (existsSync("/proc/self/fd/0") ? "fd" : "path");
    const placeWith = (refind: Refind): Place =>
      reach === "fd" ? new FdPlace(io, fds, refind) : new PathPlace(root, io, fds, refind);
    if (reach === "fd") {
      this.root.fd = openSync(root, constants.O_DIRECTORY | constants.O_NOFOLLOW);
      this.root.seenAt = Number.POSITIVE_INFINITY;
    }
    this.place = placeWith((node, since) => this.#refind(node, since));
    this.#strict = placeWith(noRefind);
    const tree = {
      root: this.root,
      list: (dir: DiskNode) => operations.run(listings.read(dir, this.#strict)),
      enter: (dir: DiskNode, name: string) => operations.run(this.#enter(dir, name)),
    };
    this.#finder = new Finder(tree, this.#trail, options.maxSearchEntries);
  }

  /** The node of an identity if it is known; where it is has to be seen yet. */
  known(identity: Identity): DiskNode | undefined {
    const node = this.#nodes.get(this.#keyOf(identity));
    return node?.birth === identity.birth ? node : undefined;
  }

  /** The node of an identity, by the trail, else by a search made after `since`. ESTALE, EJUKEBOX. */
  *locate(identity: Identity, since: number): Steps<DiskNode> {
    const key = this.#keyOf(identity);
    let found = yield* this.#follow(key, new Set());
    if (found?.birth !== identity.birth) {
      yield* wait(this.#finder.find(key, since, this.#nodes.get(key)?.parent));
      found = yield* this.#follow(key, new Set());
    }
    if (found?.birth !== identity.birth) throw new VfsError("ESTALE", "the file is gone");
    return found;
  }

  /** The entry `name` of `dir`, neither `.` nor `..`; undefined if there is none. EACCES where another file system is mounted. */
  *child(dir: DiskNode, name: string, place: Place = this.place): Steps<Seen | undefined> {
    const stats = yield* wait(this.#io.lstat(`${yield* place.dir(dir)}/${name}`));
    if (stats === undefined) return undefined;
    if (stats.dev !== this.#rootDev && stats.isDirectory()) {
      throw new VfsError("EACCES", `another file system is mounted on ${name}; export it by itself`);
    }
    return { node: this.#nodeFor(dir, name, stats), stats };
  }

  /** Notes where a node is whose handle is given out. */
  track(node: DiskNode): void {
    for (let at = node; at.parent !== undefined; at = at.parent)
      this.#trail.set(at.key, at.parent.key, at.name);
  }

  close(): void {
    this.#finder.close();
    if (this.root.fd >= 0) closeSync(this.root.fd);
    this.root.fd = -1;
  }

  #keyOf({ dev, ino }: Identity): NodeKey {
    return dev === 0n ? keyOf({ dev, ino }, 0n) : `${dev}:${ino}`;
  }

  #nodeFor(dir: DiskNode, name: string, stats: BigIntStats): DiskNode {
    const key = keyOf(stats, this.#rootDev);
    const known = this.#nodes.get(key);
    if (known !== undefined && known.birth === stats.birthtimeNs && known.type === typeOf(stats)) {
      if (known === this.root) return known;
      if (known.parent !== dir || known.name !== name) this.#moved(known, dir, name);
      known.seenAt = this.#io.now;
      return known;
    }
    if (known !== undefined) this.#fds.drop(known);
    const node = new DiskNode(key, stats.dev === this.#rootDev ? 0n : stats.dev, stats, dir, name);
    node.seenAt = this.#io.now;
    this.#nodes.set(node);
    return node;
  }

  #moved(node: DiskNode, parent: DiskNode, name: string): void {
    // What we knew of the directories above may be older than what we see now, and must not become a circle.
    for (let at = parent; at.parent !== undefined; at = at.parent) {
      if (at.parent !== node) continue;
      at.parent = this.root;
      at.name = ".";
      at.seenAt = Number.NEGATIVE_INFINITY;
    }
    node.parent = parent;
    node.name = name;
    if (node.handle !== undefined) this.#trail.set(node.key, parent.key, name);
  }

  *#enter(dir: DiskNode, name: string): Steps<DiskNode | undefined> {
    return (yield* this.child(dir, name, this.#strict))?.node;
  }

  *#refind(node: DiskNode, since: number): Steps<void> {
    const found = yield* this.locate(node, since);
    if (found === node) return;
    // The table had forgotten the node and has another object for it now; the caller's one follows.
    node.parent = found.parent;
    node.name = found.name;
  }

  /** Follows the trail to `key`; undefined where it leads nowhere. */
  *#follow(key: NodeKey, passed: Set<NodeKey>): Steps<DiskNode | undefined> {
    if (key === this.root.key) return this.root;
    const step = this.#trail.get(key);
    if (step === undefined || passed.has(key)) return undefined;
    const dir = yield* this.#follow(step.parent, passed.add(key));
    if (dir === undefined || !isEntryName(step.name)) return undefined;
    try {
      const seen = yield* this.child(dir, step.name, this.#strict);
      return seen?.node.key === key ? seen.node : undefined;
    } catch (error) {
      // A hint that leads nowhere is no error; a disk that fails is one.
      const reason = vfsErrorOf(error);
      if (reason instanceof VfsError && reason.code !== "EIO" && reason.code !== "EJUKEBOX") return undefined;
      throw error;
    }
  }
}

/** The trail is a file that anybody may have edited. */
function isEntryName(name: string): boolean {
  return name !== "" && name !== "." && name !== ".." && !/[/\0]/.test(name);
}

// biome-ignore lint/correctness/useYield: it only says no
function* noRefind(): Steps<void> {
  throw new VfsError("ESTALE", "the file is not where it was");
}
