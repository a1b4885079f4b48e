import { Socket } from "node:net";

/** What `net.connect` offers as `onread`, and an accepted socket does not. */
export interface OnRead {
  /** Where the next bytes go. */
  readonly buffer: () => Uint8Array;
  /** They are there. */
  readonly callback: (bytes: number, buffer: Uint8Array) => boolean;
}

/** The private parts of an accepted net.Socket that this needs. */
interface Accepted {
  _handle: { useUserBuffer?: unknown } | null;
  _server: unknown;
  server: unknown;
}

/**
 * Gives the connection of an accepted, still paused socket to a socket that receives in place: large calls
 * then need no copy. Node has no public way to do it; where its private one looks different the result is
 * undefined, `socket` is as it was, and its data events do the same more slowly.
 */
export function inPlace(socket: Socket, onread: OnRead): Socket | undefined {
  const old = socket as unknown as Accepted;
  const handle = old._handle;
  const server = old._server;
  if (typeof handle?.useUserBuffer !== "function" || typeof server !== "object" || server === null)
    return undefined;
  old._handle = null;
  old._server = null;
  // `handle` and `onread` are constructor options that @types/node does not know.
  const fresh = new Socket({ handle, onread, allowHalfOpen: true } as object);
  // The server counts its connections down when this one is destroyed.
  (fresh as unknown as Accepted)._server = server;
  (fresh as unknown as Accepted).server = server;
  return fresh;
}
