/** YAML scenarios nobody can run, and all that is said about each: `line:column: message`. */
export type Bad = readonly (readonly [what: string, text: string, says: readonly string[]])[];

export const BAD_YAML: Bad = [
  ["an empty file", "", ['1:1: the file is empty; a scenario has at least "staters: [{}]"']],
  ["a file of comments", "# nothing\n", ['1:1: the file is empty; a scenario has at least "staters: [{}]"']],
  ["a list", "- a\n- b\n", ['1:1: a scenario takes a mapping ("key: value"), not a list']],
  ["a single word", "hello\n", ['1:1: a scenario takes a mapping ("key: value"), not a single value']],
  ["a mapping without staters", "cpus: 1\n", ['1:1: a scenario needs the key "staters"']],
  [
    "a typo in a key",
    "staters: [{}]\ntimelin: []\n",
    ['2:1: no key "timelin" in a scenario; did you mean timeline?'],
  ],
  [
    "a key nobody would guess",
    "staters: [{}]\nzebra: 1\n",
    [
      '2:1: no key "zebra" in a scenario; known: name, title, preset, fixes, cpus, preemption, rpciod, mount, timeo, servers, staters, latency, rp_filter, watch, timeline, until, max-steps, expect',
    ],
  ],
  [
    "a key every object has",
    "staters: [{}]\nconstructor: 1\n",
    [
      '2:1: no key "constructor" in a scenario; known: name, title, preset, fixes, cpus, preemption, rpciod, mount, timeo, servers, staters, latency, rp_filter, watch, timeline, until, max-steps, expect',
    ],
  ],
  [
    "a typo in a preset",
    "staters: [{}]\npreset: el6-297\n",
    ['2:9: preset: no preset "el6-297"; did you mean el6-279?'],
  ],
  [
    "a typo in a fix",
    "staters: [{}]\nfixes: [eagain-to-conect]\n",
    ['2:9: fixes: no fix "eagain-to-conect"; did you mean eagain-to-connect?'],
  ],
  [
    "a fix twice",
    "staters: [{}]\nfixes: [quiet-abort, quiet-abort]\n",
    ["2:22: fixes names quiet-abort twice; keep one"],
  ],
  [
    "a fix that is no list",
    "staters: [{}]\nfixes: quiet-abort\n",
    ['2:8: fixes takes a list ("- …" or […]), not a single value'],
  ],
  [
    "a typo in a verdict",
    "staters: [{}]\nexpect: hang\n",
    ['2:9: expect: no verdict "hang"; did you mean hangs?'],
  ],
  [
    "a typo in a preemption model",
    "staters: [{}]\npreemption: voluntarily\n",
    ['2:13: preemption: no preemption model "voluntarily"; did you mean voluntary?'],
  ],
  [
    "a typo in a class",
    "staters: [{ sched: RRR 50 }]\n",
    ['1:20: sched: no scheduling class "RRR"; did you mean RR?'],
  ],
  [
    "a class in small letters",
    "rpciod: rr 51\nstaters: [{}]\n",
    ['1:9: rpciod: no scheduling class "rr"; did you mean RR?'],
  ],
  [
    "RR 0",
    "staters: [{ sched: RR 0 }]\n",
    ["1:20: sched: RR 0 does not exist: priorities go from 1 to 99; RR 1?"],
  ],
  [
    "RR 100",
    "staters: [{ sched: RR 100 }]\n",
    ["1:20: sched: RR 100 does not exist: priorities go from 1 to 99; RR 99?"],
  ],
  [
    "FIFO -1",
    "staters: [{ sched: FIFO -1 }]\n",
    ["1:20: sched: FIFO -1 does not exist: priorities go from 1 to 99; FIFO 1?"],
  ],
  [
    "RR without a priority",
    "staters: [{ sched: RR }]\n",
    ["1:20: sched: RR needs a priority from 1 to 99; RR 50?"],
  ],
  [
    "OTHER 5",
    "staters: [{ sched: OTHER 5 }]\n",
    ["1:20: sched: OTHER has no priority 5; write OTHER, or RR 5"],
  ],
  ["zero CPUs", "staters: [{}]\ncpus: 0\n", ['2:7: cpus: "0" is no whole number from 1 to 64']],
  ["half a CPU", "staters: [{}]\ncpus: 0.5\n", ['2:7: cpus: "0.5" is no whole number from 1 to 64']],
  ["no number of CPUs", "staters: [{}]\ncpus:\n", ["2:6: cpus is empty; write a value or leave the key out"]],
  [
    "a mapping for a value",
    "staters: [{}]\ncpus: { a: 1 }\n",
    ["2:7: cpus takes a single value, not a mapping"],
  ],
  [
    "a negative duration",
    "staters: [{ interval: -1s }]\n",
    ["1:23: interval: -1s lies in the past; a duration is 0 or more"],
  ],
  ["an absurd duration", "staters: [{}]\nuntil: 100000s\n", ["2:8: until: 100000s is more than a day"]],
  [
    "a duration without a unit",
    "staters: [{ interval: 10 }]\n",
    ["1:23: interval: 10 of what? Write 10s, 10ms or 10us"],
  ],
  [
    "a duration of an unknown unit",
    "staters: [{ interval: 10sec }]\n",
    ['1:23: interval: no unit "sec"; did you mean s?'],
  ],
  [
    "a duration finer than the clock",
    "staters: [{ interval: 0.5us }]\n",
    ["1:23: interval: 0.5us is no whole number of us"],
  ],
  [
    "no duration at all",
    "staters: [{ interval: soon }]\n",
    ['1:23: interval: "soon" is no duration; write 10s, 200ms or 5us'],
  ],
  [
    "no steps",
    "staters: [{}]\nmax-steps: 0\n",
    ['2:12: max-steps: "0" is no whole number from 1 to 1000000000'],
  ],
  [
    "a bad port",
    "staters: [{}]\nservers: [{ name: server, host: 192.168.1.200, port: 99999 }]\n",
    ['2:54: port: "99999" is no whole number from 1 to 65535'],
  ],
  [
    "a bad address",
    "staters: [{}]\nservers: [{ name: server, host: 192.168.1.300 }]\n",
    ['2:33: host: "192.168.1.300" is no IPv4 address; write one as 192.168.1.200'],
  ],
  [
    "a server without an address",
    "staters: [{}]\nservers: [{ name: server }]\n",
    ['2:11: servers needs the key "host"'],
  ],
  ["no server", "staters: [{}]\nservers: []\n", ["1:1: servers is empty; leave the key out or name one"]],
  ["no stater", "staters: []\n", ['1:1: staters is empty; write "staters: [{}]"']],
  [
    "a name of two words",
    "staters: [{ name: hang me }]\n",
    ['1:19: name: "hang me" is no name; a name is one word'],
  ],
  [
    "two staters of one name",
    "staters:\n  - {}\n  - {}\n",
    ['3:5: the name "hang.py" is taken; give this one another'],
  ],
  [
    "a stater called rpciod",
    "staters: [{ name: rpciod }]\n",
    ["1:11: rpciod is the kernel's; give this one another name"],
  ],
  [
    "two servers at one address",
    "staters: [{}]\nservers:\n  - { name: a, host: 10.0.0.1 }\n  - { name: b, host: 10.0.0.1 }\n",
    ["4:5: two servers at 10.0.0.1:2049; give b another port"],
  ],
  [
    "a stater of an unknown server",
    "staters: [{ server: sever }]\n",
    ['1:11: no server "sever"; did you mean server?'],
  ],
  [
    "a stater that starts after the end",
    "until: 5s\nstaters: [{ start: 7s }]\n",
    ["2:11: hang.py starts at 7s, but the run ends at 5s"],
  ],
  [
    "a typo in a mount option",
    "staters: [{}]\nmount: timeout=600\n",
    ['2:8: mount: no mount option "timeout"; did you mean timeo?'],
  ],
  [
    "a mount option without its number",
    "staters: [{}]\nmount: hard,timeo=x\n",
    ["2:8: mount: mount option timeo takes a number, as timeo=600"],
  ],
  [
    "a version the model has not",
    "staters: [{}]\nmount: vers=4\n",
    ["2:8: mount: the model has vers=3 only, not vers=4"],
  ],
  ["a soft mount", "staters: [{}]\nmount: soft\n", ["2:8: mount: the model's mount is hard; write hard"]],
  [
    "timeo twice",
    "staters: [{}]\nmount: timeo=600\ntimeo: 600\n",
    ["3:8: timeo stands in mount already; keep one"],
  ],
  ["a timeo of nothing", "staters: [{}]\ntimeo: 0\n", ['2:8: timeo: "0" is no whole number from 1 to 36000']],
  [
    "a timeline out of order",
    "staters: [{}]\ntimeline:\n  - { at: 12s, blackhole: 192.168.1.200 }\n  - { at: 3s, heal: 192.168.1.200 }\n",
    ["4:5: the step at 3s stands after one at 12s; move it up or give it a later time"],
  ],
  [
    "a step after the end",
    "staters: [{}]\nuntil: 5s\ntimeline:\n  - { at: 6s, rpcinfo: server }\n",
    ["4:5: the step at 6s never comes: the run ends at 5s; raise until"],
  ],
  [
    "a typo in a deed",
    "staters: [{}]\ntimeline:\n  - { at: 1s, blackhle: 192.168.1.200 }\n",
    ['3:15: no key "blackhle" in timeline; did you mean blackhole?'],
  ],
  [
    "a step without a deed",
    "staters: [{}]\ntimeline:\n  - { at: 1s }\n",
    [
      "3:5: a step needs one of: blackhole, heal, restart, icmp, taskset, chrt, kill, rpcinfo, wait, wait-for",
    ],
  ],
  [
    "an empty step",
    "staters: [{}]\ntimeline:\n  - {}\n",
    [
      "3:5: a step needs one of: blackhole, heal, restart, icmp, taskset, chrt, kill, rpcinfo, wait, wait-for",
    ],
  ],
  [
    "a step of two deeds",
    "staters: [{}]\ntimeline:\n  - { kill: hang.py, wait: 1s }\n",
    ["3:5: a step is one deed, this is kill and wait; make it two steps"],
  ],
  [
    "a key of another deed",
    "staters: [{}]\ntimeline:\n  - { kill: hang.py, closing: rst }\n",
    ['3:5: "closing" does not go with kill; take it out'],
  ],
  [
    "chrt without a priority",
    "staters: [{}]\ntimeline:\n  - { chrt: rpciod }\n",
    ['3:5: chrt needs the key "sched"'],
  ],
  [
    "a typo in closing",
    "staters: [{}]\ntimeline:\n  - { restart: server, closing: rts }\n",
    ['3:33: closing: no way of closing "rts"; did you mean rst?'],
  ],
  [
    "a typo in an event",
    "staters: [{}]\ntimeline:\n  - { wait-for: stat-in-fligth }\n",
    ['3:17: wait-for: no event "stat-in-fligth"; did you mean stat-in-flight?'],
  ],
  [
    "a restart of an unknown server",
    "staters: [{}]\ntimeline:\n  - { restart: servr }\n",
    ['3:5: no server "servr"; did you mean server?'],
  ],
  [
    "a kill of an unknown stater",
    "staters: [{}]\ntimeline:\n  - { kill: hang }\n",
    ['3:5: no stater "hang"; did you mean hang.py?'],
  ],
  [
    "a chrt of an unknown thread",
    "staters: [{}]\ntimeline:\n  - { chrt: rpcoid, sched: RR 51 }\n",
    ['3:5: no thread "rpcoid"; did you mean rpciod?'],
  ],
  [
    "rpcinfo of an unknown server",
    "staters: [{}]\ntimeline:\n  - { rpcinfo: zebra }\n",
    ['3:5: no server "zebra"; known: server'],
  ],
  [
    "a blackhole of a host nobody has",
    "staters: [{}]\ntimeline:\n  - { blackhole: 192.168.1.201 }\n",
    ["3:5: no server has the address 192.168.1.201; did you mean 192.168.1.200?"],
  ],
  [
    "a blackhole of a name",
    "staters: [{}]\ntimeline:\n  - { blackhole: server }\n",
    ['3:18: blackhole: "server" is no IPv4 address; write one as 192.168.1.200'],
  ],
  [
    "a blackhole twice",
    "staters: [{}]\ntimeline:\n  - { blackhole: 192.168.1.200 }\n  - { blackhole: 192.168.1.200 }\n",
    ["4:5: 192.168.1.200 is in a blackhole already; heal it first"],
  ],
  [
    "a heal without a blackhole",
    "staters: [{}]\ntimeline:\n  - { heal: 192.168.1.200 }\n",
    ['3:5: 192.168.1.200 is in no blackhole; put "blackhole: 192.168.1.200" before'],
  ],
  ["a tab", "staters:\n\t- {}\n", ["2:1: YAML: indented with a tab; use spaces"]],
  [
    "an open bracket",
    "staters: [{}\n",
    ["2:1: YAML: Flow sequence in block collection must be sufficiently indented and end with a ]"],
  ],
  [
    "a colon in a text",
    "title: one: two\nstaters: [{}]\n",
    ["1:8: YAML: no mapping can start here; put a text that has a colon in quotes"],
  ],
  [
    "a key twice, and more",
    "staters: [{}]\ncpus: 1\ncpus: 2\npreset: v36\n",
    [
      "3:1: YAML: this key stands here a second time; keep one",
      '4:9: preset: no preset "v36"; did you mean v3.6?',
    ],
  ],
  [
    "two documents",
    "staters: [{}]\n---\nstaters: [{}]\n",
    ["2:1: YAML: a second document starts here; a file has one scenario"],
  ],
  ["an unknown tag", "staters: [{}]\ncpus: !many 1\n", ["2:7: YAML: a tag means nothing here; take it out"]],
  ["an unknown alias", "staters: [{}]\ntitle: *it\n", ["2:8: no anchor &it above; write the value itself"]],
  [
    "many things at once, in the order of the file",
    "preset: v3.8\ncpus: none\nstaters:\n  - { sched: RR 0, intervall: 1s }\ntimeline:\n  - { at: 2s, heal: 192.168.1.200 }\n  - { at: 1s, kill: nobody }\n",
    [
      '1:9: preset: no preset "v3.8"; did you mean v3.6?',
      '2:7: cpus: "none" is no whole number from 1 to 64',
      "4:14: sched: RR 0 does not exist: priorities go from 1 to 99; RR 1?",
      '4:20: no key "intervall" in staters; did you mean interval?',
      '6:5: 192.168.1.200 is in no blackhole; put "blackhole: 192.168.1.200" before',
      "7:5: the step at 1s stands after one at 2s; move it up or give it a later time",
      '7:5: no stater "nobody"; known: hang.py',
    ],
  ],
  [
    "a CPU that is not there",
    "cpus: 2\nstaters: [{ affinity: [2] }]\n",
    ["2:11: no CPU 2: CPUs go from 0 to 1; did you mean 1? Or raise cpus to 3"],
  ],
  [
    "an affinity to nothing",
    "staters: [{ affinity: [] }]\n",
    ["1:11: a thread needs a CPU to run on; name one, or leave the list out"],
  ],
  [
    "a taskset of a bound thread",
    "staters: [{}]\ntimeline:\n  - { taskset: rpciod, cpus: [0] }\n",
    ["3:5: rpciod's threads are bound, each to its CPU; taskset a stater"],
  ],
  [
    "a taskset without CPUs",
    "staters: [{}]\ntimeline:\n  - { taskset: hang.py }\n",
    ['3:5: taskset needs the key "cpus"'],
  ],
  [
    "a typo in a property to watch",
    "staters: [{}]\nwatch: [no-shutdown-while-conecting]\n",
    [
      '2:9: watch: no property to watch "no-shutdown-while-conecting"; did you mean no-shutdown-while-connecting?',
    ],
  ],
  [
    "a property watched twice",
    "staters: [{}]\nwatch: [no-shutdown-while-connecting, no-shutdown-while-connecting]\n",
    ["2:39: watch names no-shutdown-while-connecting twice; keep one"],
  ],
  ["a yes for true", "staters: [{}]\nrp_filter: yes\n", ['2:12: rp_filter: "yes" is neither true nor false']],
  [
    "a typo in an ICMP error",
    "staters: [{}]\ntimeline:\n  - { icmp: host-unreachabel, host: 192.168.1.200 }\n",
    ['3:13: icmp: no ICMP error "host-unreachabel"; did you mean host-unreachable?'],
  ],
];
