// A decoded value spread out on the wire again: where each of its parts lies, by its type's shape.
import { encode } from "../../packages/unstuck/dist/xdr/mod.js";

/**
 * One part without parts of its own. A length or "value follows" has the path of what it announces and `[length]` or `[follows]`.
 * @typedef {{ at: number, size: number, path: string, value: number | bigint | boolean | string | Uint8Array }} Leaf
 */

/** The leaves of `value`, whose first byte lies at `at`. */
export function leaves(codec, value, at) {
  const found = [];
  const add = (path, part, size) => {
    found.push({ at, size, path, value: part });
    at += size;
  };
  const bytes = (path, part, length, fixed) => {
    if (!fixed) add(`${path}.[length]`, length, 4);
    add(path, part, length);
    at += (4 - (length & 3)) & 3;
  };
  const walk = (of, part, path) => {
    const { shape } = of;
    const field = (each) =>
      walk(each.type(), part[each.name], path === "" ? each.name : `${path}.${each.name}`);
    switch (shape.kind) {
      case "void":
        return;
      case "int64":
      case "uint64":
      case "double":
        return add(path, part, 8);
      case "opaque":
        return bytes(path, part, part.length, shape.fixed);
      case "string":
        return bytes(path, part, Buffer.from(encode(of, part)).readUInt32BE(0), false);
      case "array":
        if (!shape.fixed) add(`${path}.[length]`, part.length, 4);
        for (const each of part) walk(shape.of(), each, path);
        return;
      case "list":
        part.forEach((each, i) => {
          if (i > 0 || !shape.nonEmpty) add(`${path}.[follows]`, true, 4);
          walk(shape.of(), each, path);
        });
        return add(`${path}.[follows]`, false, 4);
      case "optional":
        add(`${path}.[follows]`, part !== null, 4);
        return part === null ? undefined : walk(shape.of(), part, path);
      case "struct":
        return shape.fields.forEach(field);
      case "union": {
        field(shape.on);
        const on = part[shape.on.name];
        const arm = shape.arms.find(({ when }) => when.includes(on)) ?? shape.otherwise;
        return arm?.field === undefined ? undefined : field(arm.field);
      }
      default:
        return add(path, part, 4);
    }
  };
  walk(codec, value, "");
  return { leaves: found, end: at };
}
