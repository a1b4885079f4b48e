// What the suite asks of a mount, each with what must come of it.
import { createHash } from "node:crypto";
import { nfs3 } from "../../packages/unstuck/dist/program/mod.js";

/** A cancelled or timed-out call settles within so much of its moment: far beyond what it takes, far below a hang. */
const PROMPT_MS = 3000;

/** The server cannot have said that. */
export class WrongData extends Error {}

/**
 * The operations on one mount, chosen by chance: `{ name, run(), mayFail(error), withinMs }`. `withinMs`: settles
 * within that whatever the weather; without it the call is hard, and settles with the right answer after the heal.
 */
export function operationsOn({ mount, root, truth, random, largestBytes }) {
  const paths = Object.keys(truth.files).filter((path) => truth.files[path].size <= largestBytes);
  const size = (path) => truth.files[path].size;
  const small = paths.filter((path) => size(path) < 5000);

  const stat = async (path, options) => {
    const found = await mount.stat(path, options);
    if (!found.isFile() || found.size !== size(path))
      throw new WrongData(`stat ${path}: ${found.size} bytes instead of ${size(path)}`);
  };
  const list = async (options) => {
    const names = await mount.readdir("/many", options);
    const all = names.slice().sort();
    const right = all.length === truth.listing.length && all.every((name, i) => name === truth.listing[i]);
    if (!right) throw new WrongData(`readdir: ${names.length} names instead of ${truth.listing.length}`);
  };
  const read = async (path, options) => {
    const sum = createHash("sha256");
    if (random.chance(0.5)) sum.update(await mount.readFile(path, options));
    else for await (const chunk of mount.chunks(path, options)) sum.update(chunk);
    if (sum.digest("hex") !== truth.files[path].sha256)
      throw new WrongData(`read ${path}: other bytes than in the file`);
  };
  /** `done` of a raw call, counted: a promise would hide a second one. */
  const getattr = () =>
    new Promise((resolve, reject) => {
      let count = 0;
      const done = (error, results) => {
        if (++count > 1) throw new WrongData("callWith: done was called twice");
        if (error) reject(error);
        else if (results.status !== 0) reject(new WrongData(`GETATTR: status ${results.status}`));
        else resolve();
      };
      const args = { object: { data: root } };
      mount.caller.callWith(nfs3.NFSPROC3_GETATTR, args, done, { label: "/" });
    });
  const some = (options) => {
    const dice = random.next();
    if (dice < 0.6) return stat(random.pick(paths), options);
    if (dice < 0.85) return read(random.pick(small), options);
    return list(options);
  };

  const choices = [
    [40, () => ({ name: "stat", run: () => stat(random.pick(paths)) })],
    [15, () => ({ name: "getattr", run: getattr })],
    [5, () => ({ name: "list", run: () => list() })],
    [12, () => ({ name: "read", run: () => read(random.pick(small)) })],
    [2, () => ({ name: "read much", run: () => read(random.pick(paths)) })],
    [13, () => cancelled(some, random.between(0, 1500))],
    [13, () => bounded(some, random.between(20, 3000))],
  ];
  const total = choices.reduce((sum, [weight]) => sum + weight, 0);
  return () => {
    let dice = random.next() * total;
    for (const [weight, make] of choices) {
      dice -= weight;
      if (dice < 0) return make();
    }
    return choices[0][1]();
  };
}

function cancelled(operation, afterMs) {
  const abort = new AbortController();
  let timer;
  return {
    name: "cancelled",
    run: () => {
      timer = setTimeout(() => abort.abort(), afterMs);
      return operation({ signal: abort.signal }).finally(() => clearTimeout(timer));
    },
    mayFail: (error) => error.code === "ECANCELED" && abort.signal.aborted,
    withinMs: afterMs + PROMPT_MS,
  };
}

function bounded(operation, deadlineMs) {
  return {
    name: "deadline",
    run: () => operation({ deadlineMs }),
    // chunks() and opendir() bound each call of theirs, so that a whole file may take some deadlines.
    mayFail: (error) => error.code === "ETIMEDOUT",
    withinMs: deadlineMs * 12 + PROMPT_MS,
  };
}
