import { FileType, Listing, type Steps, VfsError, wait } from "../vfs/mod.js";
import type { DiskIo } from "./disk-io.js";
import type { CachedListing, DiskNode } from "./disk-node.js";
import type { Place } from "./disk-place.js";

const MAX_NAMES = 1_000_000;
const MAX_LISTINGS = 1024;
/** A directory's times move in steps of up to 10 ms on Linux; a change within a step is not seen by comparing them. */
const SETTLED_NS = 50_000_000n;

/** Directories' listings, read again when the directory's times have changed. */
export class Listings {
  readonly #io: DiskIo;
  /** Least recently read first. */
  readonly #dirs = new Set<DiskNode>();
  #names = 0;

  constructor(io: DiskIo) {
    this.#io = io;
  }

  /** The listing of `dir` as it is now. ENOTDIR. */
  *read(dir: DiskNode, place: Place): Steps<Listing> {
    if (dir.type !== FileType.DIR) throw new VfsError("ENOTDIR", "not a directory");
    const at = yield* place.dir(dir);
    const { mtimeNs, ctimeNs } = yield* place.stat(dir);
    const cached = dir.listing;
    if (cached?.settled && cached.mtimeNs === mtimeNs && cached.ctimeNs === ctimeNs) return cached.listing;
    const settled = BigInt(Date.now()) * 1_000_000n - ctimeNs > SETTLED_NS;
    const listing = new Listing(yield* wait(this.#io.readdir(at)));
    this.#keep(dir, { listing, settled, mtimeNs, ctimeNs });
    return listing;
  }

  #keep(dir: DiskNode, cached: CachedListing): void {
    this.#names += cached.listing.names.length - (dir.listing?.listing.names.length ?? 0);
    dir.listing = cached;
    this.#dirs.delete(dir);
    this.#dirs.add(dir);
    for (const oldest of this.#dirs) {
      if (oldest === dir || (this.#names <= MAX_NAMES && this.#dirs.size <= MAX_LISTINGS)) break;
      this.#names -= oldest.listing?.listing.names.length ?? 0;
      oldest.listing = undefined;
      this.#dirs.delete(oldest);
    }
  }
}
