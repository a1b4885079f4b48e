import type { Calls } from "./calls.js";
import type { Ctx } from "./ctx.js";
import { NfsError } from "./errors.js";
import type { Listed } from "./listing.js";
import type { Node } from "./node.js";
import { Dirent, Stats } from "./stats.js";

/** LOOKUPs under way at once for entries that came without attributes. */
const FILL_DEPTH = 32;

/**
 * An open directory, under the names of fs.Dir: entries come page by page, each page asked for when the one
 * before is used up.
 */
export class Dir implements AsyncIterable<Dirent> {
  readonly path: string;
  readonly #pages: AsyncGenerator<readonly Dirent[], void, undefined>;
  #page: readonly Dirent[] = [];
  #at = 0;
  #closed = false;
  /** The page under way; who reads meanwhile waits for the same one. */
  #turning: Promise<boolean> | undefined;

  constructor(path: string, pages: AsyncGenerator<readonly Dirent[], void, undefined>) {
    this.path = path;
    this.#pages = pages;
  }

  /** The next entry; `null` at the end. */
  async read(): Promise<Dirent | null> {
    if (this.#closed)
      throw new NfsError("EBADF", "readdir", this.path, { message: "the directory is closed" });
    while (this.#at >= this.#page.length) {
      this.#turning ??= this.#turn().finally(() => {
        this.#turning = undefined;
      });
      if (!(await this.#turning)) return null;
    }
    return this.#page[this.#at++]!;
  }

  async #turn(): Promise<boolean> {
    const { value, done } = await this.#pages.next();
    if (done === true) return false;
    this.#page = value;
    this.#at = 0;
    return true;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#page = [];
    await this.#pages.return();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Dirent, void, undefined> {
    try {
      for (let entry = await this.read(); entry !== null; entry = await this.read()) yield entry;
    } finally {
      await this.close();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

/**
 * A page's names as entries. With `fill`, what came without attributes is looked up; a name that is gone
 * by then is left out.
 */
export async function direntsOf(
  calls: Calls,
  ctx: Ctx,
  dir: { readonly node: Node; readonly path: string },
  page: readonly Listed[],
  how: { readonly fill: boolean; readonly blksize: number },
): Promise<Dirent[]> {
  const entries: (Dirent | undefined)[] = [];
  const make = ({ name, fileid }: Listed, attr: Listed["attr"]) =>
    new Dirent(name, dir.path, fileid, attr === undefined ? undefined : new Stats(attr, how.blksize));
  const fill = async (listed: Listed) => {
    try {
      const found = await calls.lookup(ctx, dir.node, listed.name);
      return make(listed, found.attr ?? (await calls.getattr(ctx, found.node)));
    } catch (error) {
      if (error instanceof NfsError && error.code === "ENOENT") return undefined;
      throw error;
    }
  };
  for (let at = 0; at < page.length; at += FILL_DEPTH) {
    const some = page.slice(at, at + FILL_DEPTH);
    const missing = how.fill && some.some((listed) => listed.attr === undefined);
    if (!missing) entries.push(...some.map((listed) => make(listed, listed.attr)));
    else {
      entries.push(
        ...(await Promise.all(
          some.map((listed) => (listed.attr === undefined ? fill(listed) : make(listed, listed.attr))),
        )),
      );
    }
  }
  return entries.filter((entry) => entry !== undefined);
}
