import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { BAD_SCRIPTS } from "./bad-script.fixture.js";
import { loadScenario, ScenarioError } from "./mod.js";
import type { Deed, Scenario } from "./scenario.js";
import { parseScript } from "./script.js";

const MOUNT = "mount -t nfs 192.168.1.200:/export/test /mnt/test\n";
const START = `${MOUNT}chrt 50 ./hang.py /mnt/test/file.txt 10\n`;

function deeds(text: string): Deed[] {
  return parseScript(START + text, "x.sh").scenario.timeline.map((step) => step.deed);
}

function of(text: string): Scenario {
  return parseScript(text, "x.sh").scenario;
}

for (const [what, text, expected] of BAD_SCRIPTS) {
  test(`refused: ${what}`, () => {
    assert.throws(
      () => parseScript(text, "x"),
      (error) => {
        assert.ok(error instanceof ScenarioError, String(error));
        assert.deepEqual(
          error.message.split("\n").map((line) => line.replace("x:", "")),
          expected,
        );
        return true;
      },
    );
  });
}

test("the program runs at the class chrt gives it", () => {
  const cases: [string, string, number][] = [
    ["chrt 50 ./hang.py", "RR", 50],
    ["chrt -r 7 ./hang.py", "RR", 7],
    ["chrt -f 50 ./hang.py", "FIFO", 50],
    ["chrt --other 0 ./hang.py", "OTHER", 0],
    ["./hang.py", "OTHER", 0],
    ["/usr/local/bin/hang.py", "OTHER", 0],
  ];
  for (const [command, name, prio] of cases) {
    const stater = of(`${MOUNT}client# ${command} /mnt/test/f 2.5 &`).staters[0];
    assert.deepEqual(stater, {
      name: "hang.py",
      server: "server",
      file: "/mnt/test/f",
      sched: { class: name, prio },
      intervalUs: 2_500_000,
      startUs: 1_000_000,
    });
  }
});

test("a blackhole is followed by the wait for the next stat, and gaps are waited from there", () => {
  assert.deepEqual(
    deeds("ip route add blackhole 192.168.1.200/32 && ip route flush cache\n/etc/init.d/nfs restart"),
    [
      { do: "blackhole", host: "192.168.1.200" },
      { do: "wait-for", event: "stat-in-flight" },
      { do: "wait", us: 1_000_000 },
      { do: "restart-server", server: "server", closing: "fin", refuseUs: 1_000_000 },
    ],
  );
});

test("before a blackhole the clock is known: lines are a second apart, sleep adds to it", () => {
  const { timeline, staters } = of(`${START}sleep 5\nrpcinfo -p server\nsleep 0.5; rpcinfo -p 192.168.1.200`);
  assert.equal(staters[0]?.startUs, 1_000_000);
  assert.deepEqual(
    timeline.map((step) => [step.atUs, step.deed.do, step.line]),
    [
      [7_000_000, "rpcinfo", 4],
      [8_500_000, "rpcinfo", 5],
    ],
  );
});

test("whom kill and chrt -p mean", () => {
  const two = "./hang.py /mnt/test/b 10 &\n";
  const cases: [string, string[]][] = [
    ["kill $(pgrep hang.py)", ["hang.py", "hang.py-2"]],
    ["pkill hang.py", ["hang.py", "hang.py-2"]],
    ["pkill -9 -f hang.py", ["hang.py", "hang.py-2"]],
    ["kill -9 %1", ["hang.py"]],
    ["kill %2", ["hang.py-2"]],
    ["kill $!", ["hang.py-2"]],
    ["kill 4711", ["hang.py-2"]],
    ["kill PIDVAR", ["hang.py-2"]],
  ];
  for (const [command, targets] of cases) {
    assert.deepEqual(
      deeds(two + command),
      targets.map((target) => ({ do: "kill", target })),
      command,
    );
  }
  assert.deepEqual(deeds("chrt -p 51 $(pgrep rpciod)"), [
    { do: "chrt", target: "rpciod", sched: { class: "RR", prio: 51 } },
  ]);
  assert.deepEqual(deeds("chrt -o -p 0 `pgrep hang.py`"), [
    { do: "chrt", target: "hang.py", sched: { class: "OTHER", prio: 0 } },
  ]);
});

test("the kernel's release chooses the preset", () => {
  const cases: [string, string][] = [
    ["2.6.32-279.5.2.el6.centos.plus.x86_64", "el6-279"],
    ["3.6.0", "v3.6"],
    ["3.7.0-rc2", "v3.7-rc2"],
    ["3.7.0", "v3.7"],
    ["3.7.2-1.fc18.x86_64", "v3.7"],
  ];
  for (const [release, preset] of cases) {
    assert.equal(of(`client# uname -r\n${release}\n${START}`).preset, preset, release);
  }
});

test("comments set what shell lines cannot say", () => {
  const s = of(`# kernel: v3.6\n# expect: churns\n# fix: quiet-abort\n# fix: no-early-wake\n# cpus: 2
# preemption: full\n# rpciod: RR 51\n# until: 90s\n# closing: rst\n# refuse: 0\n# latency: 5ms\n# rp_filter: true\n# watch: no-shutdown-while-connecting\n# name: n\n# title: T t
# host: nas 10.0.0.9
mount -o timeo=20 nas:/e /mnt # the mount
hang.py /mnt/f 1
nas# /etc/init.d/nfs restart`);
  const { timeline, staters, servers, maxSteps, ...settings } = s;
  assert.deepEqual(settings, {
    name: "n",
    title: "T t",
    preset: "v3.6",
    fixes: ["quiet-abort", "no-early-wake"],
    cpus: 2,
    preemption: "full",
    rpciod: { class: "RR", prio: 51 },
    timeoMs: 2000,
    latencyUs: 5000,
    rpFilter: true,
    watch: ["no-shutdown-while-connecting"],
    untilUs: 90_000_000,
    expect: "churns",
  });
  assert.deepEqual(servers, [{ name: "nas", host: "10.0.0.9", port: 2049 }]);
  assert.equal(staters[0]?.server, "nas");
  assert.deepEqual(timeline[0]?.deed, { do: "restart-server", server: "nas", closing: "rst", refuseUs: 0 });
  assert.ok(maxSteps > 0);
});

test("taskset says where a program may run, before it starts or later, around chrt or inside it", () => {
  const s = of(
    `# cpus: 3\nmount 10.0.0.1:/a /mnt\ntaskset -c 0,2 chrt 50 ./hang.py /mnt/f 1\nchrt -f 3 taskset 0x6 ./b.py /mnt/f 1
./c.py /mnt/f 1\ntaskset -cp 1-2 $(pgrep hang.py)\ntaskset -p 1 $(pgrep b.py)`,
  );
  assert.deepEqual(
    s.staters.map(({ sched, affinity }) => [sched.class, sched.prio, affinity]),
    [
      ["RR", 50, [0, 2]],
      ["FIFO", 3, [1, 2]],
      ["OTHER", 0, undefined],
    ],
  );
  assert.deepEqual(
    s.timeline.map(({ deed }) => deed),
    [
      { do: "taskset", target: "hang.py", cpus: [1, 2] },
      { do: "taskset", target: "b.py", cpus: [0] },
    ],
  );
});

test("a program stats the server whose mount holds its file, the deepest one", () => {
  const s = of(
    `mount 10.0.0.1:/a /mnt\nmount 10.0.0.2:/b /mnt/b/\n./hang.py /mnt/b/f 1\n./hang.py /mnt/bf 1`,
  );
  assert.deepEqual(
    s.staters.map((stater) => stater.server),
    ["server2", "server"],
  );
});

test("what has no effect is noted, and so is a comment that looks like a setting", () => {
  assert.deepEqual(
    parseScript(`# kernal: v3.6\n# Remember: nothing\nmkdir -p /mnt\n${START}kill 12`, "x").notes,
    [
      'line 1: "# kernal:" is read as a comment; did you mean # kernel:?',
      "line 3: mkdir has no effect on the model",
      "line 6: 12 is taken for hang.py",
    ],
  );
});

test("where every command has its prompt, what has none is prose: a mail is read whole", () => {
  const mail = `First, mount it; then wait.
client# mount -t nfs \\
	192.168.1.200:/export/test /mnt/test
client# chrt 50 ./hang.py /mnt/test/file.txt 10
>From here, it is necessary to simulate a network event.
client# ip route add blackhole 192.168.1.200/32
server# /etc/init.d/nfs restart
while True:
	r = os.stat(f)`;
  const { scenario, notes } = parseScript(mail, "mail");
  assert.deepEqual(
    scenario.timeline.map(({ deed }) => deed.do),
    ["blackhole", "wait-for", "wait", "restart-server"],
  );
  assert.deepEqual(notes, ["line 1 and 3 more: taken for prose, for want of a prompt"]);
  const mixed = `${MOUNT}client# ./hang.py /mnt/test/f 1\nNow wait`;
  assert.throws(() => parseScript(mixed, "mail"), /3:1: "Now" is no command/);
});

test("rpcinfo without a host means the only server", () => {
  assert.deepEqual(deeds("rpcinfo -p"), [{ do: "rpcinfo", server: "server" }]);
  assert.throws(
    () => deeds("mount 10.0.0.2:/b /mnt/b\nrpcinfo -p"),
    /4:1: cannot read "rpcinfo -p"; write rpcinfo -p server/,
  );
});

test("a file is read as what it is called, else as what it looks like", () => {
  const yaml = "staters: [{}]\n";
  assert.equal(loadScenario(START, "a.sh").scenario.staters[0]?.sched.prio, 50);
  assert.equal(loadScenario(`client# ${START}`, "pasted").scenario.staters[0]?.sched.prio, 50);
  assert.equal(loadScenario(yaml, "a.yaml").scenario.staters[0]?.sched.prio, 0);
  assert.equal(loadScenario(`mount: hard\n${yaml}`, "pasted").scenario.staters[0]?.sched.prio, 0);
  assert.throws(() => loadScenario(START, "a.yaml"), ScenarioError);
});

test("whatever a script holds, it is a scenario or a ScenarioError", () => {
  const word = fc.constantFrom(
    ...[
      "mount",
      "chrt",
      "-p",
      "-o",
      "50",
      "./hang.py",
      "/mnt/test/f",
      "10",
      "ip",
      "route",
      "add",
      "blackhole",
      "del",
    ],
    ...[
      "192.168.1.200/32",
      "&&",
      ";",
      "&",
      "|",
      "\\\n",
      "\n",
      "#",
      "# kernel:",
      "client#",
      "$(pgrep rpciod)",
      "kill",
    ],
    ...["%1", "sleep", "rpcinfo", "uname", "-r", "$(", "`", '"', "'", "constructor"],
  );
  fc.assert(
    fc.property(fc.array(word, { maxLength: 30 }), (parts) => {
      try {
        parseScript(START + parts.join(" "), "x");
      } catch (error) {
        assert.ok(error instanceof ScenarioError, String(error));
      }
    }),
    { numRuns: 300 },
  );
});
