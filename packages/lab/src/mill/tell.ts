/** A run of a world as a story: who did what, and what became of transports and calls. */
import * as Kind from "./choice.js";
import { ACTORS, type Enabled } from "./choice.js";
import { PING } from "./socket.js";
import type { World } from "./world.js";

/** One step, in the explorer's form. */
export interface ToldStep {
  readonly actor: string;
  readonly what: string;
  /** What has another value now: `at` the time, `transport0`, `call0`, … */
  readonly changes: Readonly<Record<string, string>>;
  readonly repeats: boolean;
}

type Phrase = (w: World, arg: number) => string;

const phrases: [kind: number, phrase: Phrase][] = [
  [Kind.CALL, (_, n) => `makes call ${n}`],
  [Kind.CANCEL, (_, n) => `cancels call ${n}`],
  [Kind.CLOSE, () => "closes the client"],
  [Kind.SYN, (_, n) => `the SYN of socket ${n} arrives`],
  [Kind.ESTABLISHED, (_, n) => `socket ${n} is established`],
  [Kind.FAILED, (w, n) => `socket ${n} fails (${w.net.find(n)?.errorCode ?? "?"})`],
  [Kind.ARRIVE, (w, n) => `${named(w.net.find(n)?.out[1])} arrives on socket ${n}`],
  [Kind.DATA, (w, n) => `the reply to ${named(w.net.find(n)?.back[1])} comes on socket ${n}`],
  [
    Kind.CUT,
    (w, n) => `the first bytes of the reply to ${named(w.net.find(n)?.back[1])} come on socket ${n}`,
  ],
  [Kind.JOINED, (_, n) => `several replies come at once on socket ${n}`],
  [Kind.FIN, (_, n) => `a FIN comes on socket ${n}`],
  [Kind.TAKEN, (_, n) => `TCP has taken what was sent on socket ${n}`],
  [Kind.EXECUTE, (w, n) => `answers ${named(w.net.find(n)?.todo[1])} on socket ${n}`],
  [Kind.OVERTAKE, (w, n) => `answers ${named(w.net.find(n)?.todo[3])} first, on socket ${n}`],
  [Kind.LOSE, (w, n) => `${named(w.net.find(n)?.out[1])} is lost on its way from socket ${n}`],
  [
    Kind.LOSE_REPLY,
    (w, n) => `the reply to ${named(w.net.find(n)?.back[1])} is lost on its way to socket ${n}`,
  ],
  [Kind.DOUBLE, (w, n) => `${named(w.net.find(n)?.out[1])} is doubled on its way from socket ${n}`],
  [
    Kind.DOUBLE_REPLY,
    (w, n) => `the reply to ${named(w.net.find(n)?.back[1])} is doubled on its way to socket ${n}`,
  ],
  [Kind.ANSWER, (w, n) => `answers ${named(w.net.server?.numberAt(n))}`],
  [Kind.ARRIVE_CUT, (w, n) => `the first bytes of ${named(w.net.find(n)?.out[1])} arrive on socket ${n}`],
  [Kind.HEAR, (_, n) => `the server hears that socket ${n} is gone`],
  [Kind.DEADLINE, () => "time passes"],
  [Kind.DEED, (w, n) => w.scenario.operator[n]!],
  [Kind.TASK, (_, n) => `task ${n} runs`],
  [Kind.CONNECT, (_, n) => `the connect of transport ${n} runs`],
  [Kind.DISCONNECT, (_, n) => `the disconnect of socket ${n} runs`],
];
const PHRASES: ReadonlyMap<number, Phrase> = new Map(phrases);

function named(call: number | undefined): string {
  return call === undefined ? "something" : call === PING ? "a ping" : `call ${call}`;
}

/** Has `world`, a new one, take `steps`, names of choices; ends early where one cannot be taken. */
export function tellRun(world: World, steps: readonly string[]): readonly ToldStep[] {
  const told: ToldStep[] = [];
  let shown = show(world);
  for (const name of steps) {
    const choices: readonly Enabled[] = world.choices();
    const index = choices.findIndex((one) => one.name === name);
    if (index < 0) break;
    const { kind, arg, actor } = choices[index]!;
    const what = PHRASES.get(kind)!(world, arg);
    world.step(index);
    const before = shown;
    shown = show(world);
    const changes = Object.entries(shown).filter(([one, value]) => before[one] !== value);
    told.push({ actor: ACTORS[actor]!.name, what, changes: Object.fromEntries(changes), repeats: false });
  }
  return told;
}

function show(w: World): Readonly<Record<string, string>> {
  const shown: Record<string, string> = { at: `${Math.round(w.now * 10) / 10}ms` };
  for (const { id, state, cookie, probe } of w.machine.xprts) {
    shown[`transport${id}`] = cookie === 0 ? state : `${state}(${cookie})`;
    if (probe.stage !== "none") shown[`transport${id}`] += `,probe:${probe.stage}`;
  }
  w.calls.forEach(({ task, settled }, n) => {
    const call = w.machine.calls.get(task);
    shown[`call${n}`] = settled > 0 ? "settled" : call?.tag === n ? call.state : "lost";
  });
  return shown;
}
