/** Bytes, without Buffer and TextEncoder. */

/** Characters outside ASCII become `?`. */
export function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (char) => {
    const code = char.codePointAt(0)!;
    return code < 0x80 ? code : 0x3f;
  });
}

/** Big-endian 32-bit words, XDR's unit. */
export function words(...values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(values.length * 4);
  const view = new DataView(bytes.buffer);
  values.forEach((value, i) => {
    view.setUint32(i * 4, value >>> 0);
  });
  return bytes;
}

export function concat(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** With zeros up to `length`, cut off at it. */
export function fitted(bytes: Uint8Array, length: number): Uint8Array {
  const whole = new Uint8Array(length);
  whole.set(bytes.subarray(0, length));
  return whole;
}

/** The next multiple of four, where XDR and pcapng put what comes after. */
export function aligned(length: number): number {
  return (length + 3) & ~3;
}
