import { VfsError } from "./error.js";
import type { Listing } from "./listing.js";
import { checkName, utf8Length } from "./name.js";
import { type Attr, FileType, type Time } from "./vfs.js";

/** What may be said about a node that is made. */
export interface MemOptions {
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
  readonly mtime?: Time;
}

/** A file's contents: bytes, text (UTF-8), or so many zero bytes that take no memory. */
export type MemContents = Uint8Array | string | { readonly zeros: number };

/** A node of a {@link MemTree}; opaque. */
export class MemNode {
  /** Replaced as a whole by every change, so an Attr that was given out stays as it was. */
  attr: Attr;
  parent: MemNode | undefined;
  readonly handle: Uint8Array;
  readonly children: Map<string, MemNode> | undefined;
  listing: Listing | undefined;
  contents: Uint8Array | undefined;
  target = "";

  constructor(attr: Attr, parent: MemNode | undefined, handle: Uint8Array) {
    this.attr = attr;
    this.parent = parent;
    this.handle = handle;
    this.children = attr.type === FileType.DIR ? new Map() : undefined;
  }
}

/** Bytes of a {@link MemTree}'s handles: a node's number and the tree's incarnation. */
export const MEM_HANDLE_BYTES = 8;
export const MEM_NAME_MAX_BYTES = 255;

const EPOCH: Time = { seconds: 0, nseconds: 0 };

/** A tree in memory, built by paths (parents are made as needed); {@link MemVfs} serves it. */
export class MemTree {
  readonly root: MemNode;
  /** By fileid. */
  readonly nodes = new Map<number, MemNode>();
  readonly incarnation: number;
  readonly #now: () => Time;
  #lastFileid = 0;

  constructor(options: { incarnation?: number; now?: () => Time } = {}) {
    this.incarnation = options.incarnation ?? 1;
    this.#now = options.now ?? (() => EPOCH);
    this.root = this.#make(FileType.DIR, undefined, { mode: 0o755 });
  }

  /** Makes or replaces a regular file. */
  file(path: string, contents: MemContents = "", options: MemOptions = {}): MemNode {
    const existing = this.#find(path);
    const node = existing ?? this.#add(path, FileType.REG, { mode: 0o644, ...options });
    if (node.attr.type !== FileType.REG) throw new VfsError("EEXIST", `${path} is not a regular file`);
    const bytes = typeof contents === "string" ? utf8(contents) : contents;
    node.contents = bytes instanceof Uint8Array ? bytes : undefined;
    const size = BigInt(bytes instanceof Uint8Array ? bytes.length : bytes.zeros);
    const mtime = options.mtime ?? this.#now();
    node.attr = { ...node.attr, size, used: node.contents ? size : 0n, mtime, ctime: this.#now() };
    return node;
  }

  /** Makes a directory, or finds the one that is there. */
  dir(path: string, options: MemOptions = {}): MemNode {
    const existing = this.#find(path);
    if (existing === undefined) return this.#add(path, FileType.DIR, { mode: 0o755, ...options });
    if (existing.children === undefined) throw new VfsError("EEXIST", `${path} is not a directory`);
    return existing;
  }

  symlink(path: string, target: string, options: MemOptions = {}): MemNode {
    const node = this.#add(path, FileType.LNK, { mode: 0o777, ...options });
    node.target = target;
    node.attr = { ...node.attr, size: BigInt(utf8Length(target)) };
    return node;
  }

  /** A FIFO, socket or device. */
  special(path: string, type: FileType, options: MemOptions = {}): MemNode {
    return this.#add(path, type, { mode: 0o600, ...options });
  }

  /** Removes a node and all that is below it; their handles become stale. */
  remove(path: string): void {
    const node = this.#find(path);
    if (node?.parent === undefined) throw new VfsError("ENOENT", `there is no ${path} to remove`);
    this.#detach(node, nameOf(path));
    this.#forget(node);
  }

  /** Moves a node; its handle stays valid. */
  move(from: string, to: string): void {
    const node = this.#find(from);
    if (node?.parent === undefined) throw new VfsError("ENOENT", `there is no ${from} to move`);
    this.#detach(node, nameOf(from));
    this.#attach(this.dir(parentOf(to)), nameOf(to), node);
  }

  /** Sets permission bits and owner. */
  chmod(path: string, options: MemOptions): void {
    const node = this.#find(path);
    if (node === undefined) throw new VfsError("ENOENT", `there is no ${path}`);
    node.attr = { ...node.attr, ...options, ctime: this.#now() };
  }

  #make(type: FileType, parent: MemNode | undefined, options: MemOptions): MemNode {
    const fileid = ++this.#lastFileid;
    const handle = new Uint8Array(MEM_HANDLE_BYTES);
    new DataView(handle.buffer).setUint32(0, fileid);
    new DataView(handle.buffer).setUint32(4, this.incarnation);
    const now = this.#now();
    const attr: Attr = {
      type,
      mode: options.mode ?? 0o644,
      nlink: type === FileType.DIR ? 2 : 1,
      uid: options.uid ?? 0,
      gid: options.gid ?? 0,
      size: type === FileType.DIR ? 4096n : 0n,
      used: 0n,
      rdev: { specdata1: 0, specdata2: 0 },
      fsid: BigInt(this.incarnation),
      fileid: BigInt(fileid),
      atime: now,
      mtime: options.mtime ?? now,
      ctime: now,
    };
    const node = new MemNode(attr, parent, handle);
    this.nodes.set(fileid, node);
    return node;
  }

  #add(path: string, type: FileType, options: MemOptions): MemNode {
    const parent = this.dir(parentOf(path));
    const name = nameOf(path);
    checkName(name, MEM_NAME_MAX_BYTES);
    if (parent.children?.has(name)) throw new VfsError("EEXIST", `${path} exists`);
    const node = this.#make(type, parent, options);
    this.#attach(parent, name, node);
    return node;
  }

  #find(path: string): MemNode | undefined {
    let node: MemNode | undefined = this.root;
    for (const part of partsOf(path)) node = node?.children?.get(part);
    return node;
  }

  #attach(parent: MemNode, name: string, node: MemNode): void {
    parent.children?.set(name, node);
    node.parent = parent;
    this.#touched(parent, node.children === undefined ? 0 : 1);
  }

  #detach(node: MemNode, name: string): void {
    const parent = node.parent;
    if (parent === undefined) return;
    parent.children?.delete(name);
    this.#touched(parent, node.children === undefined ? 0 : -1);
  }

  #touched(dir: MemNode, links: number): void {
    dir.listing = undefined;
    const now = this.#now();
    dir.attr = { ...dir.attr, nlink: dir.attr.nlink + links, mtime: now, ctime: now };
  }

  #forget(node: MemNode): void {
    const doomed = [node];
    for (let next = doomed.pop(); next !== undefined; next = doomed.pop()) {
      this.nodes.delete(Number(next.attr.fileid));
      if (next.children !== undefined) doomed.push(...next.children.values());
    }
  }
}

function partsOf(path: string): string[] {
  return path.split("/").filter((part) => part !== "");
}

function nameOf(path: string): string {
  return partsOf(path).at(-1) ?? "";
}

function parentOf(path: string): string {
  return partsOf(path).slice(0, -1).join("/");
}

/** The pure folders have no TextEncoder; encodeURIComponent knows UTF-8 too. */
function utf8(text: string): Uint8Array {
  const escaped = encodeURIComponent(text);
  const bytes: number[] = [];
  for (const [unit] of escaped.matchAll(/%..|./gs)) {
    bytes.push(unit.length === 3 ? Number.parseInt(unit.slice(1), 16) : unit.charCodeAt(0));
  }
  return Uint8Array.from(bytes);
}
