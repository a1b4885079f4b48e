import { RPCBSTAT_HIGHPROC, type rpcb_stat, type rpcb_stat_byvers } from "./rpcbind.gen.js";

const MAX_ADDRESSES = 256;

/** What GETSTAT (RFC 1833 §2.2.1) tells: how often was what called, by version. */
export class Statistics {
  readonly #versions: { [version: number]: rpcb_stat } = { 2: empty(), 3: empty(), 4: empty() };

  called(version: number, proc: number): void {
    const { info } = this.#of(version);
    if (info[proc] !== undefined) info[proc]++;
  }

  set(version: number, done: boolean): void {
    if (done) this.#of(version).setinfo++;
  }

  unset(version: number, done: boolean): void {
    if (done) this.#of(version).unsetinfo++;
  }

  /** Somebody asked where a program is. */
  asked(version: number, prog: number, vers: number, netid: string, found: boolean): void {
    const { addrinfo } = this.#of(version);
    let line = addrinfo.find((each) => each.prog === prog && each.vers === vers && each.netid === netid);
    if (line === undefined) {
      if (addrinfo.length >= MAX_ADDRESSES) return;
      line = { prog, vers, success: 0, failure: 0, netid };
      addrinfo.push(line);
    }
    if (found) line.success++;
    else line.failure++;
  }

  /** In the order of RPCBVERS_2_STAT, RPCBVERS_3_STAT, RPCBVERS_4_STAT. */
  all(): rpcb_stat_byvers {
    return [this.#of(2), this.#of(3), this.#of(4)];
  }

  #of(version: number): rpcb_stat {
    const stat = this.#versions[version];
    if (stat === undefined) throw new RangeError(`rpcbind has no version ${version}`);
    return stat;
  }
}

function empty(): rpcb_stat {
  return {
    info: new Array<number>(RPCBSTAT_HIGHPROC).fill(0),
    setinfo: 0,
    unsetinfo: 0,
    addrinfo: [],
    rmtinfo: [],
  };
}
