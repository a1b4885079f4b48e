import type { WatchEvent, WatchedCall, WatchedConnection } from "../watch/event.js";
import type { DemoEvent, Phase } from "./event.js";

/** A stat, as the picture needs it. Times are epoch ms. */
export interface Beat {
  readonly n: number;
  readonly startedAt: number;
  /** Undefined while it waits. */
  endedAt: number | undefined;
  ok: boolean;
}

/** All that the live view and the summary know, gathered from the events. */
export interface Model {
  startedAt: number;
  /** The first stat: where the time axis begins. */
  firstAt: number | undefined;
  readonly stages: string[];
  readonly acts: { readonly at: number; readonly text: string }[];
  readonly phases: { readonly at: number; readonly phase: Phase }[];
  readonly beats: Beat[];
  mounted: Extract<WatchEvent, { type: "mounted" }> | undefined;
  /** The steps of mounting, the last one while it lasts. */
  step: string | undefined;
  calls: readonly WatchedCall[];
  callsAt: number;
  connections: readonly WatchedConnection[];
  readonly history: Extract<WatchEvent, { type: "connection" }>[];
  lastError: string | undefined;
}

export function newModel(startedAt: number): Model {
  return {
    startedAt,
    firstAt: undefined,
    stages: [],
    acts: [],
    phases: [],
    beats: [],
    mounted: undefined,
    step: undefined,
    calls: [],
    callsAt: startedAt,
    connections: [],
    history: [],
    lastError: undefined,
  };
}

const KEPT_HISTORY = 200;
const KEPT_BEATS = 5000;

export function learn(m: Model, event: DemoEvent): void {
  switch (event.type) {
    case "stage":
      m.stages.push(event.text);
      return;
    case "act":
      m.acts.push(event);
      return;
    case "phase":
      m.phases.push(event);
      return;
    case "watch":
      learnWatch(m, event.event);
  }
}

function learnWatch(m: Model, event: WatchEvent): void {
  switch (event.type) {
    case "mounting":
      m.step = event.step;
      return;
    case "mounted":
      m.mounted = event;
      m.step = undefined;
      return;
    case "call":
      m.firstAt ??= event.at;
      m.beats.push({ n: event.n, startedAt: event.at, endedAt: undefined, ok: false });
      if (m.beats.length > KEPT_BEATS) m.beats.shift();
      return;
    case "waiting":
      m.calls = event.calls;
      m.callsAt = event.at;
      m.connections = event.connections;
      return;
    case "answer":
    case "lost": {
      const beat = m.beats.findLast((b) => b.n === event.n);
      if (beat !== undefined) {
        beat.endedAt = event.at;
        beat.ok = event.type === "answer" && event.ok;
      }
      m.calls = [];
      m.callsAt = event.at;
      if (event.type === "answer") m.connections = event.connections;
      m.lastError = event.type === "answer" && event.ok ? undefined : event.error.message;
      return;
    }
    case "connection":
      m.history.push(event);
      if (m.history.length > KEPT_HISTORY) m.history.shift();
  }
}

/** The latencies of the stats that ended, ms. */
export function latencies(m: Model): number[] {
  return m.beats.flatMap((b) => (b.endedAt === undefined ? [] : [b.endedAt - b.startedAt]));
}
