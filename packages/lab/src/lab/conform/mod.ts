/** Conformance: a log of a real kernel held against the model's. */
export { type Compared, compareLines, type Names, NO_NAMES } from "./compare.js";
export {
  type DiffOptions,
  diffLogs,
  type LogDiff,
  type LogDifference,
  printDiff,
  printLine,
} from "./diff.js";
export { IGNORED, isIgnored, type LineTest, lineTest, startingAt } from "./ignored.js";
export { type LogLine, LogSyntaxError, linesOfTrace, parseRpcdebug, type RecordedLog } from "./log.js";
export {
  type Alternative,
  type Conformance,
  type ConformOptions,
  conform,
  type LogModel,
  type LogStep,
} from "./match.js";
export { type Move, type Moves, modelOfMoves, type RunState } from "./run-model.js";
export { parseTcpdump } from "./tcpdump.js";
export { type Connects, connectsOf, isReply, isReset, type Recovery, recoveryOf } from "./times.js";
