import { type Answer, run, type Steps, VfsError } from "../vfs/mod.js";
import type { FdPool } from "./disk-fds.js";
import { type DiskIo, vfsErrorOf } from "./disk-io.js";

/** Runs operations on a disk: times them, keeps the descriptors they use, and gives their errors NFS's names. */
export class Operations {
  readonly #io: DiskIo;
  readonly #fds: FdPool;
  #closed = false;

  constructor(io: DiskIo, fds: FdPool) {
    this.#io = io;
    this.#fds = fds;
  }

  run<T>(steps: Steps<T>): Answer<T> {
    if (this.#closed) throw new VfsError("ESTALE", "the folder is not served any more");
    this.#io.begin();
    let answer: Answer<T>;
    try {
      answer = run(steps);
    } catch (error) {
      throw vfsErrorOf(error);
    } finally {
      this.#io.end();
    }
    if (answer instanceof Promise) return this.#later(answer);
    this.#fds.trim();
    return answer;
  }

  /** Refuses every further operation with ESTALE. True the first time. */
  close(): boolean {
    const first = !this.#closed;
    this.#closed = true;
    return first;
  }

  async #later<T>(answer: Promise<T>): Promise<T> {
    const operation = this.#fds.enter();
    try {
      return await answer;
    } catch (error) {
      throw vfsErrorOf(error);
    } finally {
      this.#fds.leave(operation);
      this.#fds.trim();
    }
  }
}
