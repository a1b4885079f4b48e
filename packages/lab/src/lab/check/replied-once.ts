import type { Property } from "./mod.js";

/** Never two answers for one call: a stat that ends twice. */
export function repliedOnce(): Property {
  const done = new Set<string>();
  return {
    name: "a call is answered once",
    look(_k, seen) {
      for (const event of seen) {
        if (event.type !== "rpcdebug" || !event.text.includes(" complete (")) continue;
        const [, task] = /^ +(\d+) xid \w+ complete/.exec(event.text) ?? [];
        if (task === undefined) continue;
        if (done.has(task)) return `task ${task} was answered twice`;
        done.add(task);
      }
      return undefined;
    },
  };
}
