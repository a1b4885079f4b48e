import type { XdrWriter } from "../../xdr/mod.js";
import type { AuthStatName, Cred } from "../msg/mod.js";
import type { AnyProcedure, ArgOf, Program, ResOf } from "../program.js";
import type { CallContext, Peer } from "./port.js";

/** Something whose value comes later: a Promise, or a test's own. `then` must call back once. */
export interface Later<T> {
  then(onValue: (value: T) => void, onError: (error: unknown) => void): unknown;
}

/** The last bytes of results, sent from where they lie. Nobody may change them before `release` is called. */
export interface Tail {
  readonly bytes: Uint8Array;
  /** Called once: the OS has taken the bytes, or nobody wants them any more. */
  readonly release?: (() => void) | undefined;
}

/** Results that write themselves: for procedures that know a faster way than building a value. */
export class WrittenResults {
  /** Everything before the tail. */
  readonly head: (w: XdrWriter) => void;
  readonly tail: Tail | undefined;
  constructor(head: (w: XdrWriter) => void, tail: Tail | undefined) {
    this.head = head;
    this.tail = tail;
  }

  /** Appends everything, a copy of the tail included, which is then released. */
  write(w: XdrWriter): void {
    try {
      this.head(w);
      if (this.tail !== undefined) w.opaqueFixed(this.tail.bytes, this.tail.bytes.length);
    } finally {
      this.tail?.release?.();
    }
  }
}

/**
 * `write` appends exactly the procedure's results, as its codec would. Throwing is answered with SYSTEM_ERR.
 * With a `tail`, the results end in an opaque: `write` stops after its length, its bytes are not copied.
 */
export function writeResults(write: (w: XdrWriter) => void, tail?: Tail): WrittenResults {
  return new WrittenResults(write, tail);
}

/** What a handler may return. Synchronous results are the fast path: no promise is made for them. */
export type Answer<R> = R | WrittenResults | Later<R | WrittenResults>;

/**
 * Executes one procedure. Opaques in `args` are views of the received record (see `recycleArgs`).
 * A throw or a rejection is answered with SYSTEM_ERR and told as a notice.
 */
export type Handler<A, R> = (args: A, context: CallContext) => Answer<R>;

/** Handlers by the procedures' `.x` names. What is missing is answered with PROC_UNAVAIL, except NULL. */
export type Handlers<P extends Program> = {
  readonly [K in keyof P["procedures"]]?: Handler<ArgOf<P["procedures"][K]>, ResOf<P["procedures"][K]>>;
};

export interface ServiceOptions {
  /**
   * Says whether a credential is good enough: undefined, or the auth_stat to refuse it with (AUTH_TOOWEAK, …).
   * Not asked for NULL, which anybody may call. Malformed credentials and unknown flavors never come here.
   */
  readonly auth?: (cred: Cred, proc: AnyProcedure, peer: Peer) => AuthStatName | undefined;
  /** Refuse calls from source ports above 1023 with AUTH_TOOWEAK (NULL excepted). */
  readonly requireResvport?: boolean;
  /**
   * Procedures, by their `.x` names, that must not run twice for one call: a resend gets the reply of the first
   * (see `SvcLimits.cachedReplies`). For what is harmless twice, looking things up say, leave it out: it costs nothing then.
   */
  readonly once?: readonly string[];
  /** Handlers keep no view of their arguments after they answered: memory of large calls is then reused. */
  readonly recycleArgs?: boolean;
}

/** One procedure and what executes it. */
export interface Served {
  readonly proc: AnyProcedure;
  // biome-ignore lint/suspicious/noExplicitAny: a table of handlers has no common type
  readonly handler: Handler<any, any>;
  readonly service: Service;
  /** See {@link ServiceOptions.once}. */
  readonly once: boolean;
}

/** One version of one program with its handlers: what `serve()` takes. */
export interface Service {
  readonly program: Program;
  /** By procedure number. */
  readonly procedures: ReadonlyMap<number, Served>;
  readonly options: ServiceOptions;
}

/** Joins a generated program with its handlers; arguments and results of each are inferred. NULL needs no handler. */
export function service<P extends Program>(
  program: P,
  handlers: Handlers<P>,
  options: ServiceOptions = {},
): Service {
  const procedures = new Map<number, Served>();
  const made: Service = { program, procedures, options };
  // biome-ignore lint/suspicious/noExplicitAny: a table of handlers has no common type
  const table = handlers as { readonly [name: string]: Handler<any, any> | undefined };
  const { once = [] } = options;
  for (const name of [...Object.keys(table), ...once]) {
    if (program.procedures[name] === undefined) {
      throw new TypeError(
        `${program.versionName} has no procedure ${name}: its procedures are ${Object.keys(program.procedures).join(", ")}`,
      );
    }
  }
  for (const [name, proc] of Object.entries(program.procedures)) {
    const handler = table[name] ?? (proc.proc === 0 ? nothing : undefined);
    if (handler !== undefined) {
      procedures.set(proc.proc, { proc, handler, service: made, once: once.includes(name) });
    }
  }
  return made;
}

function nothing(): undefined {
  return undefined;
}
