import type { Property } from "./property.js";

type Occasion = Exclude<keyof Property, "name">;

/** Has every property that cares for an occasion look at it; what one says ends the world. */
type Looks<O extends Occasion> = (...args: Parameters<NonNullable<Property[O]>>) => void;

/** Properties by when they look. */
export type PropertySet = { readonly [O in Occasion]: Looks<O> };

export function propertySet(all: readonly Property[]): PropertySet {
  return {
    connect: looks(all, "connect"),
    send: looks(all, "send"),
    drop: looks(all, "drop"),
    settle: looks(all, "settle"),
    run: looks(all, "run"),
    step: looks(all, "step"),
    moved: looks(all, "moved"),
    closed: looks(all, "closed"),
  };
}

/**
 * One call after the other, written out. A loop over functions calls each through the engine's most general door, which
 * was a good part of what the properties cost; a call that stands by itself is compiled into its place.
 */
function looks<O extends Occasion>(all: readonly Property[], occasion: O): Looks<O> {
  const looking = all.filter((one) => one[occasion] !== undefined);
  const lines = looking.map(
    (_, i) =>
      `const why${i} = look${i}(w, effect, call, xid);
       if (why${i} !== undefined) w.fail(names[${i}], why${i});`,
  );
  const parameters = ["names", ...looking.map((_, i) => `look${i}`)];
  const make = new Function(...parameters, `return (w, effect, call, xid) => { ${lines.join("\n")} };`);
  const names = looking.map(({ name }) => name);
  return make(names, ...looking.map((one) => one[occasion])) as Looks<O>;
}
