import { unlinkSync } from "node:fs";
import { lstat, mkdir, readdir, unlink } from "node:fs/promises";
import { connect, createServer, type Server, type Socket } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { basename, join } from "node:path";
import type { RpcClientSnapshot } from "./clnt-options.js";
import { errnoOf } from "./line.js";
import { documentOf, type PsDocument } from "./ps-document.js";

/** The directory of the sockets, or a socket in it, is not what it should be. `code` is stable. */
export class PsError extends Error {
  override readonly name = "PsError";
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

export interface PublishOptions {
  /** What the process is, for people. Default: its command line. */
  readonly label?: string | undefined;
  /** Default {@link psDir}. */
  readonly dir?: string | undefined;
}

/** A process that can be looked at. */
export interface Publication {
  readonly path: string;
  /** Shows this client from now on; the result hides it again. */
  add(client: { snapshot(): RpcClientSnapshot }): () => void;
  /** Removes the socket. */
  close(): Promise<void>;
}

export interface PsReport {
  readonly takenAt: string;
  readonly processes: readonly PsDocument[];
  /** Sockets that did not answer with a document. */
  readonly unreadable: readonly { readonly path: string; readonly why: string }[];
  /** Sockets of dead processes, now gone. */
  readonly removed: readonly string[];
}

const ANSWER_BYTES = 64 << 20;
const WRITE_MS = 5000;

/** Where the processes of this user publish: `$XDG_RUNTIME_DIR/unstuck`, or `unstuck-<uid>` in the directory for temporary files. */
export function psDir(env: NodeJS.ProcessEnv = process.env): string {
  const runtime = env["XDG_RUNTIME_DIR"];
  return runtime ? join(runtime, "unstuck") : join(tmpdir(), `unstuck-${userInfo().uid}`);
}

/**
 * Lets `unstuck ps` see the clients of this process, through a socket only this user can open. Keeps no
 * process alive. Throws PsError when the directory is not safely ours.
 */
export async function publish(options: PublishOptions = {}): Promise<Publication> {
  const dir = options.dir ?? psDir();
  await ensureDir(dir);
  const label = options.label ?? [basename(process.argv[1] ?? "node"), ...process.argv.slice(2)].join(" ");
  const clients = new Set<{ snapshot(): RpcClientSnapshot }>();
  const asking = new Set<Socket>();
  const server = createServer((socket) => {
    asking.add(socket);
    socket.once("close", () => asking.delete(socket));
    socket.on("error", () => socket.destroy());
    socket.setTimeout(WRITE_MS, () => socket.destroy());
    socket.unref();
    socket.end(JSON.stringify(documentOf(clients, label)));
  });
  const path = await listenIn(server, dir);
  server.unref();
  const onExit = () => {
    try {
      unlinkSync(path);
    } catch {
      // Somebody was faster.
    }
  };
  process.once("exit", onExit);
  let closing: Promise<void> | undefined;
  return {
    path,
    add(client) {
      clients.add(client);
      return () => clients.delete(client);
    },
    close() {
      process.off("exit", onExit);
      closing ??= new Promise((resolve) => server.close(() => resolve()));
      for (const socket of asking) socket.destroy();
      return closing;
    },
  };
}

/** Asks every publishing process of this user, at the same time, each for at most `timeoutMs` (default 1000). */
export async function collect(
  options: { readonly dir?: string | undefined; readonly timeoutMs?: number | undefined } = {},
): Promise<PsReport> {
  const dir = options.dir ?? psDir();
  const processes: PsDocument[] = [];
  const unreadable: { path: string; why: string }[] = [];
  const removed: string[] = [];
  await Promise.all(
    (await socketsIn(dir)).map(async (path) => {
      try {
        processes.push(parse(await read(path, options.timeoutMs ?? 1000)));
      } catch (error) {
        const code = errnoOf(error);
        if (code === "ENOENT") return; // it ended meanwhile
        if (code === "ECONNREFUSED") {
          await unlink(path).catch(() => {});
          removed.push(path);
        } else unreadable.push({ path, why: (error as Error).message });
      }
    }),
  );
  processes.sort((a, b) => a.pid - b.pid);
  return { takenAt: new Date().toISOString(), processes, unreadable, removed };
}

async function socketsIn(dir: string): Promise<string[]> {
  try {
    await checkDir(dir);
    return (await readdir(dir))
      .filter((name) => /^\d+(-\d+)?\.sock$/.test(name))
      .map((name) => join(dir, name));
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return [];
    throw error;
  }
}

async function ensureDir(dir: string): Promise<void> {
  try {
    await mkdir(dir, { mode: 0o700 });
  } catch (error) {
    if (errnoOf(error) !== "EEXIST") {
      throw new PsError(
        errnoOf(error),
        `cannot make ${dir} for the sockets of unstuck ps: ${(error as Error).message}`,
      );
    }
  }
  await checkDir(dir);
}

/** Somebody else's directory could hold somebody else's sockets, or show him ours. */
async function checkDir(dir: string): Promise<void> {
  const stats = await lstat(dir);
  const uid = process.getuid?.();
  if (!stats.isDirectory()) throw new PsError("ENOTDIR", `${dir} is not a directory: remove it`);
  if (uid === undefined) return; // Windows: the user's own temporary directory
  if (stats.uid !== uid) {
    throw new PsError(
      "EPERM",
      `${dir} belongs to user ${stats.uid}, not to us (${uid}): set XDG_RUNTIME_DIR, or remove it`,
    );
  }
  if ((stats.mode & 0o077) !== 0) {
    throw new PsError("EPERM", `${dir} is open to other users: chmod 700 ${dir}`);
  }
}

/** Listens at `<pid>.sock`, or, if another thread of this process does already, `<pid>-1.sock` and so on. */
async function listenIn(server: Server, dir: string): Promise<string> {
  for (let n = 0; ; n++) {
    const path = join(dir, `${process.pid}${n === 0 ? "" : `-${n}`}.sock`);
    // Twice: what is there may be left over from a dead process of the same number.
    for (let attempt = 0; attempt < 2; attempt++) {
      const code = await listen(server, path);
      if (code === undefined) return path;
      if (code !== "EADDRINUSE") {
        throw new PsError(
          code,
          `cannot listen at ${path} (${code}): set XDG_RUNTIME_DIR to a short path of your own`,
        );
      }
      if (!(await isDead(path))) break;
      await unlink(path).catch(() => {});
    }
  }
}

function listen(server: Server, path: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const onError = (error: Error) => resolve(errnoOf(error));
    server.once("error", onError);
    server.listen(path, () => {
      server.off("error", onError);
      // An accept that fails is the asker's problem.
      server.on("error", () => {});
      resolve(undefined);
    });
  });
}

function isDead(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once("connect", () => {
      socket.destroy();
      resolve(false);
    });
    socket.once("error", (error) => resolve(errnoOf(error) === "ECONNREFUSED"));
  });
}

function read(path: string, timeoutMs: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    const chunks: Buffer[] = [];
    let bytes = 0;
    const fail = (code: string, why: string) => socket.destroy(new PsError(code, why));
    const timer = setTimeout(
      () => fail("ETIMEDOUT", `no answer in ${timeoutMs} ms: the process is stopped or busy`),
      timeoutMs,
    );
    socket.on("data", (chunk) => {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes > ANSWER_BYTES) fail("EMSGSIZE", `more than ${ANSWER_BYTES} bytes`);
    });
    socket.once("end", () => resolve(Buffer.concat(chunks).toString("utf8")));
    socket.once("error", reject);
    socket.once("close", () => {
      clearTimeout(timer);
      reject(new PsError("EPROTO", "closed without an answer"));
    });
  });
}

function parse(text: string): PsDocument {
  let document: PsDocument;
  try {
    document = JSON.parse(text) as PsDocument;
  } catch {
    throw new PsError("EPROTO", "the answer is not JSON");
  }
  if (document?.version !== 1) {
    throw new PsError(
      "EPROTO",
      `the answer has format ${document?.version}, this unstuck knows 1: update it`,
    );
  }
  return document;
}
