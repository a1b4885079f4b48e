/** What `unstuck serve --json` prints, one object a line. `at` is milliseconds since 1970. */
export type ServeEvent =
  /** Ready for clients. */
  | {
      readonly type: "listening";
      readonly at: number;
      readonly pid: number;
      readonly host: string;
      readonly nfsPort: number;
      readonly mountPort: number;
      readonly exports: readonly string[];
      /** What to mount: `nfs://…`, with the ports where rpcbind does not tell them. */
      readonly url: string;
    }
  /** With `--trace`: a procedure was executed for a client. */
  | {
      readonly type: "executed";
      readonly at: number;
      /** The client's address. */
      readonly client: string;
      readonly port: number;
      readonly xid: number;
      readonly prog: number;
      readonly vers: number;
      readonly proc: number;
      /** The `.x` name. */
      readonly procedure: string;
    }
  /** Something the server wants said. */
  | { readonly type: "notice"; readonly at: number; readonly text: string }
  /** No new calls; those under way are finished. */
  | { readonly type: "draining"; readonly at: number };
