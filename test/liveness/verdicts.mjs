// The measurements of a run, and what is said about them.

/** Every hard call is answered so soon after the heal, ms. */
export const BOUND_MS = 10_000;
/** CPU of the client during outages, as a share of one core. */
const MOST_CPU = 0.5;
/** New connections of one mount a second, during outages. */
const MOST_CONNECTS = 20;
/** Growth from the first to the last third of the samples. */
const MOST_HEAP_BYTES = 4 << 20;
const MOST_RSS_BYTES = 32 << 20;
/** Fewer samples say nothing about growth. */
const LEAST_SAMPLES = 9;

export class Measures {
  episodes = 0;
  outageMs = 0;
  cpuMs = 0;
  connects = 0;
  /** From the heal to the first answer of each mount that had been silent, ms. */
  first = [];
  /** From the heal until every call that had waited was answered, ms. */
  caughtUp = [];
  stuck = 0;
  samples = [];
  byTrouble = new Map();

  episode(names, { outageMs, cpuMs, first, caughtUpMs, stuck, connects }) {
    this.episodes++;
    this.outageMs += outageMs;
    this.cpuMs += cpuMs;
    this.connects += connects;
    this.first.push(...first);
    this.caughtUp.push(caughtUpMs);
    this.stuck += stuck;
    for (const name of names) this.byTrouble.set(name, (this.byTrouble.get(name) ?? 0) + 1);
  }

  get cpu() {
    return this.outageMs === 0 ? 0 : this.cpuMs / this.outageMs;
  }
}

/** Each verdict: `{ name, ok, text }`; `ok` is undefined where a run was too short to say. */
export function verdictsOf({ measures, tally, server, ended }) {
  const { faults } = tally;
  const of = (word) => faults.filter((fault) => fault.includes(word));
  const others = faults.filter((fault) => !/LOST|STUCK|WRONG DATA/.test(fault));
  const none = (name, found) => ({
    name,
    ok: found.length === 0,
    text: `${found.length}${found[0] ? `: ${found[0]}` : ""}`,
  });
  const verdicts = [
    {
      name: "calls answered",
      ok: tally.answered > 0,
      text: `${tally.answered} of ${tally.started}; ${tally.givenUp} given up as told`,
    },
    none("hard calls lost", of("LOST")),
    none(`calls stuck ${BOUND_MS / 1000} s after a heal`, of("STUCK")),
    none("wrong data", of("WRONG DATA")),
    none("executed twice over one connection", server.twice),
    none("other faults", others),
    growth("heap", measures.samples, "heapUsed", MOST_HEAP_BYTES),
    growth("buffers", measures.samples, "arrayBuffers", MOST_HEAP_BYTES),
    growth("resident memory", measures.samples, "rss", MOST_RSS_BYTES),
    sockets(measures.samples),
    {
      name: "CPU during outages",
      ok: measures.cpu < MOST_CPU,
      text: `${(measures.cpu * 100).toFixed(1)} % of a core (bound ${MOST_CPU * 100} %)`,
    },
    connects(measures),
    none("server ended by itself", server.died === undefined ? [] : [server.died]),
  ];
  if (ended !== undefined) verdicts.push(...endingOf(ended));
  return verdicts;
}

function endingOf({ left, code, signal }) {
  const open = Object.entries(left).map(([name, n]) => `${n} ${name}`);
  return [
    { name: "left open after unmount", ok: open.length === 0, text: open.join(", ") || "0" },
    { name: "client's process ends by itself", ok: code === 0, text: `status ${signal ?? code}` },
  ];
}

function connects({ connects, outageMs }) {
  const rate = outageMs === 0 ? 0 : connects / (outageMs / 1000);
  return {
    name: "connects during outages",
    ok: rate < MOST_CONNECTS,
    text: `${rate.toFixed(1)} a second and proxy (bound ${MOST_CONNECTS})`,
  };
}

function growth(name, samples, key, most) {
  const mb = (bytes) => `${(bytes / 2 ** 20).toFixed(1)} MB`;
  // The first sample is of a process that has not yet seen everything once.
  const values = samples.slice(1).map((sample) => sample[key]);
  if (values.length < LEAST_SAMPLES)
    return {
      name: `${name} is flat`,
      ok: undefined,
      text: `too short a run to say (${values.map(mb).join(", ")})`,
    };
  const third = Math.floor(values.length / 3);
  const first = median(values.slice(0, third));
  const last = median(values.slice(-third));
  return {
    name: `${name} is flat`,
    ok: last - first <= most,
    text: `${mb(first)} → ${mb(last)} (medians of the first and the last third of ${values.length})`,
  };
}

/** When all is quiet: the connections of the three mounts, and nothing beside. */
function sockets(samples) {
  const most = Math.max(0, ...samples.map(({ open }) => open.TCPSocketWrap ?? 0));
  const mostUdp = Math.max(0, ...samples.map(({ open }) => open.UDPWrap ?? 0));
  return {
    name: "sockets when quiet",
    ok: most <= 3 && mostUdp <= 1,
    text: `at most ${most} TCP (3 are right), ${mostUdp} UDP (1 is right)`,
  };
}

export function median(values) {
  if (values.length === 0) return undefined;
  const sorted = values.slice().sort((a, b) => a - b);
  return sorted[sorted.length >> 1];
}
