import type { Socket } from "node:net";

/**
 * RST, and the socket is gone. Not `resetAndDestroy()` alone: in the turn of an `end()` whose FIN is just being
 * handed over, libuv refuses (EINVAL), Node then loses the descriptor for good, and the process spins at its end.
 */
export function resetSocket(socket: Socket): void {
  const finUnderWay = socket.writableEnded && !socket.writableFinished && socket.writableLength === 0;
  if (!finUnderWay) socket.resetAndDestroy();
  else setImmediate(() => socket.destroyed || socket.resetAndDestroy());
}
