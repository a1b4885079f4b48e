import { VfsError } from "./error.js";
import { Listing } from "./listing.js";
import { MEM_HANDLE_BYTES, MEM_NAME_MAX_BYTES, type MemNode, type MemTree } from "./mem-tree.js";
import { checkName } from "./name.js";
import {
  type Attr,
  FileType,
  type Found,
  type FsStat,
  type ReadResult,
  type Vfs,
  type VfsLimits,
} from "./vfs.js";

const ZEROS = new Uint8Array(1 << 20);

/**
 * Serves a {@link MemTree}. A handle is a node's number and the tree's incarnation: a tree built the same
 * way with the same incarnation has the same handles. They are not sealed; use it where guessing a handle
 * does no harm.
 */
export class MemVfs implements Vfs<MemNode> {
  readonly root: MemNode;
  readonly limits: VfsLimits = {
    nameMaxBytes: MEM_NAME_MAX_BYTES,
    linkMax: 32000,
    fileMaxBytes: 0x1f_ffff_ffff_ffffn,
    caseInsensitive: false,
    casePreserving: true,
  };
  readonly #tree: MemTree;

  constructor(tree: MemTree) {
    this.#tree = tree;
    this.root = tree.root;
  }

  handle(node: MemNode): Uint8Array {
    return node.handle;
  }

  resolve(handle: Uint8Array): MemNode {
    if (handle.length !== MEM_HANDLE_BYTES)
      throw new VfsError("EBADHANDLE", `a handle has ${MEM_HANDLE_BYTES} bytes`);
    const view = new DataView(handle.buffer, handle.byteOffset);
    const node = this.#tree.nodes.get(view.getUint32(0));
    if (node === undefined || view.getUint32(4) !== this.#tree.incarnation)
      throw new VfsError("ESTALE", "no such node");
    return node;
  }

  getattr(node: MemNode): Attr {
    if (!this.#tree.nodes.has(Number(node.attr.fileid))) throw new VfsError("ESTALE", "the node was removed");
    return node.attr;
  }

  lookup(dir: MemNode, name: string): Found<MemNode> {
    if (dir.children === undefined) throw new VfsError("ENOTDIR", "not a directory");
    checkName(name, MEM_NAME_MAX_BYTES);
    const node = name === "." ? dir : name === ".." ? (dir.parent ?? dir) : dir.children.get(name);
    if (node === undefined) throw new VfsError("ENOENT", `there is no ${name}`);
    return { node, attr: node.attr };
  }

  readlink(node: MemNode): string {
    if (node.attr.type !== FileType.LNK) throw new VfsError("EINVAL", "not a symbolic link");
    return node.target;
  }

  read(node: MemNode, offset: number, count: number): ReadResult {
    if (node.attr.type === FileType.DIR) throw new VfsError("EISDIR", "a directory cannot be read");
    if (node.attr.type !== FileType.REG) throw new VfsError("EINVAL", "not a regular file");
    const attr = this.getattr(node);
    const bytes = Math.max(0, Math.min(Number(attr.size) - offset, count));
    if (node.contents !== undefined) return { data: node.contents.subarray(offset, offset + bytes), attr };
    return { data: bytes <= ZEROS.length ? ZEROS.subarray(0, bytes) : new Uint8Array(bytes), attr };
  }

  readdir(dir: MemNode): Listing {
    if (dir.children === undefined) throw new VfsError("ENOTDIR", "not a directory");
    dir.listing ??= new Listing([...dir.children.keys()]);
    return dir.listing;
  }

  fsstat(): FsStat {
    const tfiles = BigInt(this.#tree.nodes.size);
    return { tbytes: 0n, fbytes: 0n, abytes: 0n, tfiles, ffiles: 0n, afiles: 0n };
  }

  close(): void {}
}
