import { locateDecode, XdrError, XdrReader, XdrWriter } from "../../xdr/mod.js";
import { sealReply, writeSuccessHeader } from "../msg/mod.js";
import type { Call, SvcEvent } from "./port.js";
import { type Answer, type Later, type Tail, WrittenResults } from "./service.js";

/** A shorter tail is copied: that costs less than a piece of its own in the write. */
const MIN_TAIL_BYTES = 16 * 1024;

/** Replies are joined up to about this much; a longer message would be moved when it outgrows its slab. */
const BATCH_BYTES = 32 * 1024;

/**
 * Executes calls: decodes arguments, runs handlers, encodes replies. What is answered synchronously is
 * posted in batches whose replies lie in one piece; the rest when it comes. Not for the core: drivers use it
 * to perform `invoke`.
 */
export class Dispatcher {
  readonly #post: (event: SvcEvent) => void;
  readonly #reader = new XdrReader(new Uint8Array(0));
  readonly #batch = new XdrWriter();
  readonly #late = new XdrWriter();

  constructor(post: (event: SvcEvent) => void) {
    this.#post = post;
  }

  /** Runs the handlers of `calls`, in order. Posting must not re-enter: a Drive's inbox, say. */
  invoke(calls: readonly Call[]): void {
    const w = this.#batch;
    w.begin();
    let answered: Call[] = [];
    for (const call of calls) {
      const answer = this.#run(call);
      if (answer === FAILED) continue;
      if (isLater(answer)) {
        this.#answerLater(call, answer);
        continue;
      }
      const tail = this.#encode(w, call, answer);
      if (tail === FAILED) continue;
      answered.push(call);
      if (w.pos >= BATCH_BYTES || tail !== undefined) {
        this.#post({ type: "replied", calls: answered, bytes: w.finish(), tail });
        w.begin();
        answered = [];
      }
    }
    if (answered.length > 0) this.#post({ type: "replied", calls: answered, bytes: w.finish() });
  }

  #run(call: Call): Answer<unknown> | typeof FAILED {
    const { proc, served, record, argsAt } = call;
    let args: unknown;
    try {
      this.#reader.reset(record.bytes, argsAt, record.end);
      args = proc.arg.decode(this.#reader);
    } catch (error) {
      const bytes = record.bytes.subarray(argsAt, record.end);
      return this.#fail(call, "GARBAGE_ARGS", locateDecode(error, proc.arg, bytes));
    }
    try {
      return served.handler(args, call);
    } catch (error) {
      return this.#fail(call, "SYSTEM_ERR", error);
    }
  }

  #answerLater(call: Call, answer: Later<unknown>): void {
    answer.then(
      (results) => {
        const w = this.#late;
        w.begin();
        const tail = this.#encode(w, call, results);
        if (tail !== FAILED) this.#post({ type: "replied", calls: [call], bytes: w.finish(), tail });
      },
      (error) => this.#fail(call, "SYSTEM_ERR", error),
    );
  }

  /** Appends the whole reply, or nothing when the results do not fit. Returns the tail that must follow it. */
  #encode(w: XdrWriter, call: Call, results: unknown): Tail | undefined | typeof FAILED {
    const start = w.pos;
    try {
      writeSuccessHeader(w, call.xid);
      if (!(results instanceof WrittenResults)) call.proc.res.encode(w, results);
      else if (isLong(results.tail)) return this.#encodeHead(w, start, results.head, results.tail);
      else results.write(w);
      sealReply(w, start);
      return undefined;
    } catch (error) {
      w.rewind(start);
      return this.#fail(call, "SYSTEM_ERR", error);
    }
  }

  #encodeHead(w: XdrWriter, start: number, head: (w: XdrWriter) => void, tail: Tail): Tail {
    try {
      head(w);
    } catch (error) {
      tail.release?.();
      throw error;
    }
    sealReply(w, start, (tail.bytes.length + 3) & ~3);
    return tail;
  }

  #fail(call: Call, code: "GARBAGE_ARGS" | "SYSTEM_ERR", error: unknown): typeof FAILED {
    if (code === "GARBAGE_ARGS" && !(error instanceof XdrError)) {
      // Our codec's bug, not the peer's bytes.
      return this.#fail(call, "SYSTEM_ERR", error);
    }
    this.#post({ type: "failed", call, code, error });
    return FAILED;
  }
}

const FAILED = Symbol("failed");

function isLong(tail: Tail | undefined): tail is Tail {
  return tail !== undefined && tail.bytes.length >= MIN_TAIL_BYTES;
}

function isLater(answer: unknown): answer is Later<unknown> {
  return (
    typeof answer === "object" && answer !== null && typeof (answer as { then?: unknown }).then === "function"
  );
}
