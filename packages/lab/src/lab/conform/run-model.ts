/** A `LogModel` of whatever does one step at a time and prints any number of lines in it. */
import type { LogLine } from "./log.js";
import type { LogModel, LogStep } from "./match.js";

/** One thing that can happen next: the world after it, and what it printed. */
export interface Move<World> {
  readonly name: string;
  readonly world: World;
  readonly printed: readonly LogLine[];
}

/** How a world goes on. Worlds are values: `moves` copies, and changes none. */
export interface Moves<World> {
  moves(world: World): readonly Move<World>[];
  /**
   * Worlds with the same key are taken for the same. A key without times keeps the number of worlds small: what is
   * followed is still a run, but a run that depends on a time may be missed.
   */
  key(world: World): string;
}

/** A world, and what its last move printed that is still to be compared. */
export interface RunState<World> {
  readonly world: World;
  readonly name: string;
  readonly printed: readonly LogLine[];
}

/** The model that begins with `start`, of which `printed` is still to be compared. */
export function modelOfMoves<World>(
  { moves, key }: Moves<World>,
  start: World,
  printed: readonly LogLine[] = [],
): LogModel<RunState<World>> {
  // a state is asked twice, for its silent steps and for those that print; a move may be dear
  const known = new WeakMap<RunState<World>, readonly LogStep<RunState<World>>[]>();
  const keys = new WeakMap<RunState<World>, string>();
  return {
    start: () => ({ world: start, name: "start", printed }),
    successors: (state) => {
      const steps = known.get(state) ?? stepsOf(moves, state);
      known.set(state, steps);
      return steps;
    },
    key: (state) => {
      const found =
        keys.get(state) ?? [key(state.world), ...state.printed.map(({ text }) => text)].join("\n");
      keys.set(state, found);
      return found;
    },
  };
}

function stepsOf<World>(
  moves: Moves<World>["moves"],
  { world, name, printed }: RunState<World>,
): readonly LogStep<RunState<World>>[] {
  const [line, ...rest] = printed;
  if (line !== undefined) return [{ line, name, state: { world, name, printed: rest } }];
  return moves(world).map((move) => {
    const [first, ...later] = move.printed;
    return { line: first, name: move.name, state: { ...move, printed: later } };
  });
}
