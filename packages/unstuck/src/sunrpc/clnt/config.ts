/** What a client core is told once, at its birth. Plain data; times in ms, sizes in bytes. */
export interface ClntConfig {
  /** `stream`: TCP and its like, record marking. `datagram`: UDP, one record a datagram. */
  readonly kind: "stream" | "datagram";
  /** How people know the server, e.g. `192.168.1.200:2049`; only for texts. */
  readonly server: string;
  /** Transports side by side (nfs(5) nconnect). */
  readonly nconnect: number;
  /** Calls under way per transport; further ones wait for a slot. */
  readonly slots: number;
  /** Seeds the first xid and all jitter. Node draws it from the OS, the lab chooses it. */
  readonly seed: number;
  readonly connect: {
    /** The longest one connect attempt may take. */
    readonly timeoutMs: number;
    /** The longest it may take while the round trip is unknown; a blackholed SYN is better sent anew than waited for. */
    readonly firstMs: number;
    /** The least it may take once the round trip is known (then four round trips). */
    readonly leastMs: number;
  };
  readonly reconnect: {
    readonly baseMs: number;
    /** Cap of the back-off while the server cannot be reached: it bounds the time from heal to first answer. */
    readonly capMs: number;
    /** Cap while connections open but close again without one reply. */
    readonly closedCapMs: number;
    /** Come back from the same source port: the reply caches of v3 servers key on it. */
    readonly keepPort: boolean;
    /** After so many attempts in a row from the kept port that nobody answered, one is made from a fresh port. */
    readonly portPatience: number;
  };
  readonly probe: {
    readonly enabled: boolean;
    /** Silence, with calls in flight, after which the path is questioned. */
    readonly afterMs: number;
    /** How long an in-band NULL call may stay unanswered before a fresh connection is tried. */
    readonly pingMs: number;
    /** The pause between two probes (with jitter). */
    readonly everyMs: number;
    /** What the old socket gets, after a probe was answered, to show that it lives. */
    readonly graceMs: number;
  };
  /** An unused connection is closed after this. */
  readonly idleMs: number;
  /** Bytes handed to the OS and not yet taken by it, above which calls wait for buffer space. */
  readonly sendBufferBytes: number;
  /** The longest reply record accepted. */
  readonly maxRecordBytes: number;
  /**
   * The longest a record may take to arrive, other records waiting behind it: a corrupt record mark swallows
   * every reply after it, and bytes keep coming.
   */
  readonly recordMs: number;
}

/** The defaults; `server` and `seed` are the caller's. */
export const CLNT_DEFAULTS: Omit<ClntConfig, "server" | "seed"> = {
  kind: "stream",
  nconnect: 1,
  slots: 1024,
  connect: { timeoutMs: 10_000, firstMs: 2_000, leastMs: 250 },
  reconnect: { baseMs: 50, capMs: 250, closedCapMs: 2_000, keepPort: true, portPatience: 16 },
  probe: { enabled: true, afterMs: 1_000, pingMs: 200, everyMs: 250, graceMs: 20 },
  idleMs: 300_000,
  sendBufferBytes: 4 << 20,
  maxRecordBytes: 64 << 20,
  recordMs: 180_000,
};
