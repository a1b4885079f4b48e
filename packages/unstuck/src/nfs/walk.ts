import { nfs3 } from "../program/mod.js";
import type { Calls, Found } from "./calls.js";
import type { Ctx } from "./ctx.js";
import { NfsError } from "./errors.js";
import type { NameCache } from "./namecache.js";
import type { Node } from "./node.js";
import { cleanPath } from "./url.js";

/** Most symbolic links one walk follows (the kernel's MAXSYMLINKS). */
const MAX_SYMLINKS = 40;

export interface Walked extends Found {
  /** The path without symbolic links, `.` and `..`. */
  readonly path: string;
  /** `attr` came from the server during this walk, not from a cache. */
  readonly looked: boolean;
}

interface Step extends Found {
  readonly looked: boolean;
}

/**
 * From path to file handle. Symbolic links are followed here, by the client, as RFC 1813 §3.3.5 has it; `..`
 * leads to the directory the walk came from, never above the mount's root. An absolute link is followed when it
 * leads into the export by its name on the server; there is no other file system for it to lead into.
 */
export class Walker {
  readonly #calls: Calls;
  readonly #names: NameCache;
  readonly #exportPath: string;
  readonly #namlen: number;

  constructor(calls: Calls, names: NameCache, exportPath: string, namlen: number) {
    this.#calls = calls;
    this.#names = names;
    this.#exportPath = cleanPath(exportPath);
    this.#namlen = namlen;
  }

  /** `follow`: whether a symbolic link at the path's end is followed. */
  async walk(ctx: Ctx, root: Node, path: string, follow: boolean): Promise<Walked> {
    const trail: { readonly name: string; readonly found: Step }[] = [];
    const todo = namesOf(path);
    let links = 0;
    for (let name = todo.pop(); name !== undefined; name = todo.pop()) {
      if (name === ".") continue;
      if (name === "..") {
        trail.pop();
        continue;
      }
      const dir = trail.at(-1)?.found.node ?? root;
      const found = await this.#step(ctx, dir, name);
      const last = todo.length === 0;
      const type = last && !follow ? undefined : await this.#typeOf(ctx, found);
      if (type === nfs3.ftype3.NF3LNK) {
        if (++links > MAX_SYMLINKS)
          throw new NfsError("ELOOP", ctx.syscall, ctx.path, { message: "too many symbolic links" });
        const target = await this.#calls.readlink(ctx, found.node);
        if (target.startsWith("/")) trail.length = 0;
        todo.push(...namesOf(this.#within(ctx, target)));
        continue;
      }
      if (!last && type !== nfs3.ftype3.NF3DIR) throw new NfsError("ENOTDIR", ctx.syscall, ctx.path);
      trail.push({ name, found });
    }
    return {
      ...(trail.at(-1)?.found ?? { node: root, attr: undefined, looked: false }),
      path: `/${trail.map((t) => t.name).join("/")}`,
    };
  }

  async #step(ctx: Ctx, dir: Node, name: string): Promise<Step> {
    this.#check(ctx, name);
    if (!ctx.fresh) {
      const now = this.#calls.now();
      const known = this.#names.get(dir, name, this.#calls.attrs.get(dir.key, now));
      if (known === null) throw new NfsError("ENOENT", ctx.syscall, ctx.path);
      if (known !== undefined)
        return { node: known, attr: this.#calls.attrs.get(known.key, now), looked: false };
    }
    return { ...(await this.#calls.lookup(ctx, dir, name, this.#names)), looked: true };
  }

  /** A file's type never changes, so attributes of any age will do. */
  async #typeOf(ctx: Ctx, { node, attr }: Found): Promise<nfs3.ftype3> {
    return (attr ?? this.#calls.attrs.peek(node.key) ?? (await this.#calls.getattr(ctx, node))).type;
  }

  #check(ctx: Ctx, name: string): void {
    if (name.includes("\0")) {
      throw new NfsError("EINVAL", ctx.syscall, ctx.path, { message: "a path cannot contain a zero byte" });
    }
    // A UTF-16 unit takes one to three bytes, so only names in between need counting.
    if (name.length > this.#namlen || (name.length * 3 > this.#namlen && utf8Length(name) > this.#namlen)) {
      const message = `a name of the path is longer than ${this.#namlen} bytes`;
      throw new NfsError("ENAMETOOLONG", ctx.syscall, ctx.path, { message });
    }
  }

  /** A link's target as a path of this mount. */
  #within(ctx: Ctx, target: string): string {
    if (!target.startsWith("/")) return target;
    const path = target.replace(/\/+/g, "/");
    const prefix = this.#exportPath === "/" ? "" : this.#exportPath;
    if (path === prefix || path.startsWith(`${prefix}/`)) return path.slice(prefix.length);
    throw new NfsError("ENOENT", ctx.syscall, ctx.path, {
      message: `a symbolic link leads to ${target}, outside the export ${this.#exportPath}`,
    });
  }
}

/** The path's names, the first one last. A trailing slash means a directory, as `/.` does. */
function namesOf(path: string): string[] {
  const names = path.split("/").filter((name) => name !== "");
  if (path.endsWith("/") && names.length > 0) names.push(".");
  return names.reverse();
}

function utf8Length(text: string): number {
  let length = 0;
  for (const char of text) {
    const point = char.codePointAt(0)!;
    length +=
      point < 0x80 || (point >= 0xdc80 && point <= 0xdcff) ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
  }
  return length;
}
