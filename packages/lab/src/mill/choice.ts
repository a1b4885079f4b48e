/** What may happen next in a world, as small numbers with names: a kind, and the one it happens to. */

/** Something that may happen next, for those who look at it. */
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
export const LOSE = 19;
export const LOSE_REPLY = 20;
export const DOUBLE = 21;
export const DOUBLE_REPLY = 22;
export const ANSWER = 23;
export const HEAR = 24;
export const ARRIVE_CUT = 25;

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
  "net.lose",
  "net.lose-reply",
  "net.double",
  "net.double-reply",
  "server.answer",
  "net.hear",
  "net.arrive-cut",
] as const;

const KIND_BITS = 5;
const KIND_MASK = 2 ** KIND_BITS - 1;

/** A choice as one number, which a running world wants: nothing is made and nothing is looked up. */
export function codeOf(kind: number, arg: number): number {
  return (arg << KIND_BITS) | kind;
}

export function kindOf(code: number): number {
  return code & KIND_MASK;
}

export function argOf(code: number): number {
  return code >> KIND_BITS;
}

const known: Enabled[][] = NAMES.map(() => []);

/** The choice of that code: the same object each time. */
export function choiceOf(code: number): Enabled {
  const kind = kindOf(code);
  const arg = argOf(code);
  const row = known[kind]!;
  const found = row[arg];
  if (found !== undefined) return found;
  const name = NAMES[kind]!;
  // Dense, or the array turns into a dictionary.
  const actor = ACTORS.findIndex((one) => name.startsWith(`${one.name}.`));
  for (let n = row.length; n <= arg; n++) row.push({ name: `${name}.${n}`, actor, kind, arg: n });
  return row[arg]!;
}

/** What may happen now, as codes. Filled anew after every step, without giving its memory back: `count` counts. */
export class Offer {
  readonly codes: number[] = [];
  count = 0;
  /** The network, the server or the run queue has something to do now. */
  busy = false;
  /** Where the clock moves to, if it moves. */
  nextMoment = Number.POSITIVE_INFINITY;

  add(code: number): void {
    this.codes[this.count++] = code;
  }

  has(code: number): boolean {
    for (let i = 0; i < this.count; i++) if (this.codes[i] === code) return true;
    return false;
  }
}
