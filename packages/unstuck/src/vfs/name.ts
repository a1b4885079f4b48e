import { VfsError } from "./error.js";

/**
 * Refuses what can never name an entry of a directory: EINVAL for a name that is empty or holds `/` or NUL,
 * ENAMETOOLONG for more than `maxBytes` of UTF-8. `.` and `..` pass.
 */
export function checkName(name: string, maxBytes: number): void {
  if (name.length === 0) throw new VfsError("EINVAL", "a name must not be empty");
  for (let i = 0; i < name.length; i++) {
    const unit = name.charCodeAt(i);
    if (unit === 0x2f || unit === 0) throw new VfsError("EINVAL", "a name must not contain '/' or NUL");
  }
  if (name.length > maxBytes || (name.length * 3 > maxBytes && utf8Length(name) > maxBytes)) {
    throw new VfsError("ENAMETOOLONG", `a name must not be longer than ${maxBytes} bytes`);
  }
}

/** Bytes of `text` in UTF-8, an escaped byte (U+DC80..DCFF alone) counting one. */
export function utf8Length(text: string): number {
  let bytes = 0;
  for (const char of text) {
    const code = char.codePointAt(0) as number;
    if (code < 0x80 || (code >= 0xdc80 && code <= 0xdcff)) bytes += 1;
    else bytes += code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return bytes;
}
