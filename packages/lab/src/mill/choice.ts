/** What may happen next in a world, as small numbers with names: a kind, and the one it happens to. */

/** Something that may happen next. The same object each time, so that nothing is made while a world runs. */
export interface Enabled {
  /** `net.data.3`, `work.connect.0`, `timer.deadline`. */
  readonly name: string;
  /** Whose doing it is: row of {@link ACTORS}. */
  readonly actor: number;
  readonly kind: number;
  /** A call's number, a cookie, a transport: as the kind has it. */
  readonly arg: number;
}

/** Who acts, and what a fair schedule owes him, in the explorer's words. */
export const ACTORS = [
  { name: "caller", kind: "operator", fairness: "weak" },
  { name: "net", kind: "net", fairness: "weak" },
  { name: "server", kind: "peer", fairness: "weak" },
  { name: "timer", kind: "timer", fairness: "weak" },
  { name: "operator", kind: "operator", fairness: "weak" },
  { name: "work", kind: "thread", fairness: "weak" },
] as const;

export const CALL = 0;
export const CANCEL = 1;
export const CLOSE = 2;
export const SYN = 3;
export const ESTABLISHED = 4;
export const FAILED = 5;
export const ARRIVE = 6;
export const DATA = 7;
export const CUT = 8;
export const JOINED = 9;
export const FIN = 10;
export const TAKEN = 11;
export const EXECUTE = 12;
export const OVERTAKE = 13;
export const DEADLINE = 14;
export const DEED = 15;
export const TASK = 16;
export const CONNECT = 17;
export const DISCONNECT = 18;

/** By kind: the name, to which `.arg` is added. */
const NAMES = [
  "caller.call",
  "caller.cancel",
  "caller.close",
  "net.syn",
  "net.established",
  "net.failed",
  "net.arrive",
  "net.data",
  "net.cut",
  "net.joined",
  "net.fin",
  "net.taken",
  "server.execute",
  "server.overtake",
  "timer.deadline",
  "operator.deed",
  "work.task",
  "work.connect",
  "work.disconnect",
] as const;

const known: Enabled[][] = NAMES.map(() => []);

/** The choice of that kind and argument (0 or more). */
export function choice(kind: number, arg: number): Enabled {
  const row = known[kind]!;
  const found = row[arg];
  if (found !== undefined) return found;
  const name = NAMES[kind]!;
  // Dense, or the array turns into a dictionary.
  const actor = ACTORS.findIndex((one) => name.startsWith(`${one.name}.`));
  for (let n = row.length; n <= arg; n++) row.push({ name: `${name}.${n}`, actor, kind, arg: n });
  return row[arg]!;
}

/** What may happen now. Filled anew after every step, without giving its memory back: {@link Offer.count} counts. */
export class Offer {
  readonly list: Enabled[] = [];
  count = 0;
  /** The network, the server or the run queue has something to do now. */
  busy = false;
  /** The operator or a caller has something to do yet. */
  awaited = false;

  add(one: Enabled): void {
    this.list[this.count++] = one;
  }

  has(one: Enabled): boolean {
    for (let i = 0; i < this.count; i++) if (this.list[i] === one) return true;
    return false;
  }
}
