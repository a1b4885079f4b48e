/** One row: the same client under every scheduler, after every outage. */
import {
  buildGraph,
  formatSchedule,
  judge,
  newSchedule,
  pointOfNoReturn,
  subjectOf,
} from "../explore/mod.js";
import { type CompiledModel, compile } from "../guarded/mod.js";
import {
  POLICIES,
  type Policy,
  reconnect,
  reconnectName,
  reconnectOf,
  startOf,
} from "../models/reconnect/mod.js";
import type { Fix, Preset } from "../scenario/mod.js";
import { COLUMNS, type Column, specOf } from "./cells.js";

/** What all schedules of one cell come to. */
export interface Cell {
  /** The model's name. */
  readonly model: string;
  readonly verdict: ReturnType<typeof judge>["verdict"];
  /** What a person should know beside the verdict: the property that breaks. */
  readonly property: string | undefined;
  /** States of the whole graph. */
  readonly states: number;
  /** A schedule that shows the verdict, as a line to replay; undefined when it recovers. */
  readonly line: string | undefined;
  /** Steps of the witness after which nothing leads to an answer any more; undefined: it never comes to that. */
  readonly noReturn: number | undefined;
}

/** Judges all cells of a row, in the order of {@link COLUMNS}. */
export function runRow(preset: Preset, fixes: readonly Fix[]): readonly Cell[] {
  const models = new Map(
    POLICIES.map((policy) => {
      const spec = specOf(preset, fixes, { policy, entry: COLUMNS[0]!.entry });
      return [policy, compile(reconnect(reconnectOf(spec)))] as const;
    }),
  );
  return COLUMNS.map((column) => runCell(preset, fixes, column, models));
}

function runCell(
  preset: Preset,
  fixes: readonly Fix[],
  column: Column,
  models: ReadonlyMap<Policy, CompiledModel>,
): Cell {
  const name = reconnectName(specOf(preset, fixes, column));
  const graph = buildGraph(models.get(column.policy)!.starting(startOf(column.entry), name));
  const { verdict, property, witness } = judge(graph, { startAt: (choice) => choice === "W.tcp_v4_connect" });
  const cell = { model: name, verdict, property, states: graph.count };
  if (witness === undefined) return { ...cell, line: undefined, noReturn: undefined };
  const { prefix, cycle } = witness;
  const loops = cycle !== undefined && cycle.choices.length > 0;
  const steps = loops ? [...prefix.choices, ...cycle.choices] : prefix.choices;
  const schedule = newSchedule(subjectOf(graph.model), steps, loops ? prefix.choices.length : undefined);
  return {
    ...cell,
    line: formatSchedule(schedule),
    noReturn: verdict === "hangs" ? pointOfNoReturn(graph, prefix).after : undefined,
  };
}
