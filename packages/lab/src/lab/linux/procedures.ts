/** The NFSv3 procedures that a stat needs, and how long their messages are with the mark and a short AUTH_SYS credential. */
export const PROCEDURES: {
  readonly [proc: number]: { name: string; callBytes: number; replyBytes: number };
} = {
  1: { name: "GETATTR", callBytes: 80, replyBytes: 116 },
  4: { name: "ACCESS", callBytes: 84, replyBytes: 124 },
};
