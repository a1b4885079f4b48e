import type { Codec } from "./codec.js";
import type { AnyCodec, Arm, Shape } from "./shape.js";

/** Bounds of {@link sample}. */
export interface SampleOptions {
  /** Longest opaque, string, array and list, where the `.x` bound allows it. Default 6. */
  readonly maxLength?: number;
  /** Below this depth optionals are absent, arrays and lists empty. Default 8. */
  readonly maxDepth?: number;
}

/**
 * A random value of the type, for property tests. `random` returns numbers in [0, 1), like a seeded
 * Math.random; equal numbers give equal values. Bounds and special values come up often.
 */
export function sample<T>(codec: Codec<T>, random: () => number, options: SampleOptions = {}): T {
  return new Sampler(random, options.maxLength ?? 6, options.maxDepth ?? 8).value(codec, 0) as T;
}

class Sampler {
  readonly #random: () => number;
  readonly #maxLength: number;
  readonly #maxDepth: number;

  constructor(random: () => number, maxLength: number, maxDepth: number) {
    this.#random = random;
    this.#maxLength = maxLength;
    this.#maxDepth = maxDepth;
  }

  value(codec: AnyCodec, depth: number): unknown {
    const shape: Shape = codec.shape;
    switch (shape.kind) {
      case "int":
        return this.#pick([0, -1, 0x7fffffff, -0x80000000, this.#below(2 ** 32) - 2 ** 31]);
      case "uint32":
        return this.#pick([0, 1, 0xffffffff, this.#below(2 ** 32)]);
      case "int64":
        return this.#pick([0n, -1n, 2n ** 63n - 1n, -(2n ** 63n), BigInt.asIntN(64, this.#bits64())]);
      case "uint64":
        return this.#pick([0n, 1n, 2n ** 64n - 1n, this.#bits64()]);
      case "float":
        return Math.fround(this.#real());
      case "double":
        return this.#real();
      case "bool":
        return this.#random() < 0.5;
      case "void":
        return undefined;
      case "enum":
        return this.#pick(Object.values(shape.values));
      case "opaque":
        return Uint8Array.from({ length: shape.fixed ? shape.max : this.#length(shape.max, 0) }, () =>
          this.#below(256),
        );
      case "string":
        return this.#text(shape.max);
      case "array":
        return Array.from({ length: shape.fixed ? shape.max : this.#length(shape.max, depth) }, () =>
          this.value(shape.of(), depth + 1),
        );
      case "list":
        return Array.from({ length: (shape.nonEmpty ? 1 : 0) + this.#length(this.#maxLength, depth) }, () =>
          this.value(shape.of(), depth + 1),
        );
      case "optional":
        return depth >= this.#maxDepth || this.#random() < 0.4 ? null : this.value(shape.of(), depth + 1);
      case "struct": {
        const value: { [name: string]: unknown } = {};
        for (const field of shape.fields) value[field.name] = this.value(field.type(), depth + 1);
        return value;
      }
      case "union":
        return this.#union(shape, depth);
    }
  }

  #union(shape: Extract<Shape, { kind: "union" }>, depth: number): unknown {
    const chosen = this.#discriminant(shape, depth);
    const value: { [name: string]: unknown } = { [shape.on.name]: chosen.on };
    if (chosen.arm.field) value[chosen.arm.field.name] = this.value(chosen.arm.field.type(), depth + 1);
    return value;
  }

  #discriminant(shape: Extract<Shape, { kind: "union" }>, depth: number): { on: unknown; arm: Arm } {
    const { arms, otherwise } = shape;
    // Deep down the void arms end a recursion, where there are any.
    const shallow = depth < this.#maxDepth ? arms : arms.filter((arm) => arm.field === undefined);
    if (otherwise && (this.#random() < 0.3 || arms.length === 0)) {
      for (let tries = 0; tries < 20; tries++) {
        const on = this.value(shape.on.type(), depth);
        if (!arms.some((arm) => arm.when.includes(on as number))) return { on, arm: otherwise };
      }
    }
    const arm = this.#pick(shallow.length > 0 ? shallow : arms);
    return { on: this.#pick(arm.when), arm };
  }

  #text(max: number): string {
    const wanted = this.#length(max, 0);
    let text = "";
    for (let bytes = 0; bytes < wanted; ) {
      const [piece, size] = this.#pick<readonly [string, number]>([
        ["a", 1],
        [String.fromCharCode(this.#below(0x80)), 1],
        ["é", 2],
        ["€", 3],
        ["😀", 4],
        ["\udcff", 1],
      ]);
      bytes += size;
      if (bytes <= max) text += piece;
    }
    return text;
  }

  #length(max: number, depth: number): number {
    return depth >= this.#maxDepth ? 0 : this.#below(Math.min(max, this.#maxLength) + 1);
  }

  #real(): number {
    return this.#pick([0, -0, 1.5, Number.POSITIVE_INFINITY, Number.NaN, (this.#random() - 0.5) * 1e9]);
  }

  #bits64(): bigint {
    return (BigInt(this.#below(2 ** 32)) << 32n) | BigInt(this.#below(2 ** 32));
  }

  #below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }

  #pick<V>(from: readonly V[]): V {
    return from[this.#below(from.length)] as V;
  }
}
