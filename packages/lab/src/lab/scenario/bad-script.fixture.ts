/** Report scripts nobody can run, and all that is said about each. */
import type { Bad } from "./bad-yaml.fixture.js";

export const BAD_SCRIPTS: Bad = [
  [
    "prose",
    "mount -t nfs -o timeo=600 192.168.1.200:/export /mnt\nchrt 50 ./hang.py /mnt/file 10\nNow, on the client start the program\n",
    [
      '3:1: "Now," is no command of a report script; known: showmount, mkdir, touch, uname, mount, ./hang.py, chrt, taskset, ip, /etc/init.d/nfs, service, kill, pkill, rpcinfo, sleep; put # before prose',
    ],
  ],
  [
    "a typo in a command",
    "mount -t nfs -o timeo=600 192.168.1.200:/export /mnt\nchrt 50 ./hang.py /mnt/file 10\nrpcinf -p server\n",
    ['3:1: "rpcinf" is no command of a report script; did you mean rpcinfo?'],
  ],
  ["nothing", "", ["1:1: nothing stats a file; a script has at least a mount and ./hang.py FILE SECONDS"]],
  [
    "a mount only",
    "mount -t nfs -o timeo=600 192.168.1.200:/export /mnt\n",
    ["1:1: nothing stats a file; a script has at least a mount and ./hang.py FILE SECONDS"],
  ],
  [
    "a program before the mount",
    "./hang.py /mnt/file 10\nmount -t nfs -o timeo=600 192.168.1.200:/export /mnt\n",
    ["1:1: /mnt/file is on no NFS mount; mount first"],
  ],
  [
    "a file on no mount",
    "mount -t nfs -o timeo=600 192.168.1.200:/export /mnt\n./hang.py /mnt2/file 10\n",
    ["2:1: /mnt2/file is on no NFS mount; mounted: /mnt"],
  ],
  [
    "a program without its interval",
    "mount -t nfs -o timeo=600 192.168.1.200:/export /mnt\n./hang.py /mnt/file\n",
    ['2:1: cannot read "./hang.py /mnt/file"; write chrt 50 ./hang.py /mnt/test/file.txt 10'],
  ],
  [
    "a program that is none",
    "mount -t nfs -o timeo=600 192.168.1.200:/export /mnt\nchrt 50 ./hang.pl /mnt/file 10\n",
    ['2:1: cannot read "chrt 50 ./hang.pl /mnt/file 10"; write chrt 50 ./hang.py /mnt/test/file.txt 10'],
  ],
  [
    "RR 0",
    "mount -t nfs -o timeo=600 192.168.1.200:/export /mnt\nchrt 0 ./hang.py /mnt/file 10\n",
    ["2:1: chrt: RR 0 does not exist: priorities go from 1 to 99; RR 1?"],
  ],
  [
    "FIFO 100",
    "mount -t nfs -o timeo=600 192.168.1.200:/export /mnt\nchrt -f 100 ./hang.py /mnt/file 10\n",
    ["2:1: chrt: FIFO 100 does not exist: priorities go from 1 to 99; FIFO 99?"],
  ],
  [
    "OTHER 5",
    "mount -t nfs -o timeo=600 192.168.1.200:/export /mnt\nchrt -o 5 ./hang.py /mnt/file 10\n",
    ["2:1: chrt: OTHER has no priority 5; write OTHER, or RR 5"],
  ],
  [
    "an unknown class",
    "mount -t nfs -o timeo=600 192.168.1.200:/export /mnt\nchrt -x 5 ./hang.py /mnt/file 10\n",
    [
      '2:1: cannot read "chrt -x 5 ./hang.py /mnt/file 10"; write chrt 50 ./hang.py FILE SECONDS, or chrt -p 51 $(pgrep rpciod)',
    ],
  ],
  [
    "a mount without a directory",
    "mount -t nfs 192.168.1.200:/export\nchrt 50 ./hang.py /mnt/file 10\n",
    [
      '1:1: cannot read "mount -t nfs 192.168.1.200:/export"; write mount -t nfs -o timeo=600 192.168.1.200:/export/test /mnt/test',
      "2:1: /mnt/file is on no NFS mount; mount first",
    ],
  ],
  [
    "a mount of a name without an address",
    "mount -t nfs nas:/export /mnt\n",
    ['1:1: no address for "nas"; write it as 192.168.1.200, or "# host: nas 192.168.1.200" before'],
  ],
  [
    "a typo in a mount option",
    "mount -o timo=600 192.168.1.200:/export /mnt\n",
    ['1:1: mount -o: no mount option "timo"; did you mean timeo?'],
  ],
  [
    "two timeos",
    "mount -t nfs -o timeo=600 192.168.1.200:/export /mnt\nmount -o timeo=100 192.168.1.201:/export /mnt2\n",
    ["2:1: mount -o: all mounts have one timeo; line 1 has another"],
  ],
  [
    "a program after the blackhole",
    "mount -t nfs -o timeo=600 192.168.1.200:/export /mnt\nchrt 50 ./hang.py /mnt/file 10\nip route add blackhole 192.168.1.200/32\n./hang.py /mnt/file 10\n",
    ["4:1: hang.py starts after a blackhole, at a time nobody knows; start it before"],
  ],
  [
    "a blackhole of a host nobody has",
    "mount -t nfs -o timeo=600 192.168.1.200:/export /mnt\nchrt 50 ./hang.py /mnt/file 10\nip route add blackhole 192.168.1.20/32\n",
    ["3:1: no server has the address 192.168.1.20; did you mean 192.168.1.200?"],
  ],
  [
    "a blackhole of a network",
    "mount -t nfs -o timeo=600 192.168.1.200:/export /mnt\nchrt 50 ./hang.py /mnt/file 10\nip route add blackhole 192.168.1.0/24\n",
    ['3:1: ip route: "192.168.1.0/24" is no IPv4 address; write one as 192.168.1.200'],
  ],
  [
    "a route of another kind",
    "mount -t nfs -o timeo=600 192.168.1.200:/export /mnt\nchrt 50 ./hang.py /mnt/file 10\nip route add 192.168.1.200/32 via 192.168.1.1\n",
    [
      '3:1: cannot read "ip route add 192.168.1.200/32 via 192.168.1.1"; write ip route add blackhole 192.168.1.200/32, or ip route del 192.168.1.200/32',
    ],
  ],
  [
    "a heal without a blackhole",
    "mount -t nfs -o timeo=600 192.168.1.200:/export /mnt\nchrt 50 ./hang.py /mnt/file 10\nip route del 192.168.1.200/32\n",
    ['3:1: 192.168.1.200 is in no blackhole; put "blackhole: 192.168.1.200" before'],
  ],
  [
    "another deed of the init script",
    "mount -t nfs -o timeo=600 192.168.1.200:/export /mnt\nchrt 50 ./hang.py /mnt/file 10\nserver# /etc/init.d/nfs reload\n",
    ['3:9: cannot read "/etc/init.d/nfs reload"; write /etc/init.d/nfs restart'],
  ],
  [
    "a restart of nobody knows which",
    "mount -t nfs -o timeo=600 192.168.1.200:/export /mnt\nchrt 50 ./hang.py /mnt/file 10\nmount 192.168.1.201:/b /b\n/etc/init.d/nfs restart\n",
    ["4:1: which server restarts? write the prompt: server# or server2#"],
  ],
  [
    "a restart of an unknown server",
    "mount -t nfs -o timeo=600 192.168.1.200:/export /mnt\nchrt 50 ./hang.py /mnt/file 10\nsever# /etc/init.d/nfs restart\n",
    ['3:8: no server "sever"; did you mean server?'],
  ],
  [
    "a kill of nobody",
    "mount -t nfs -o timeo=600 192.168.1.200:/export /mnt\nchrt 50 ./hang.py /mnt/file 10\nkill $(pgrep hung.py)\n",
    ['3:1: nothing called "hung.py" runs; did you mean hang.py?'],
  ],
  [
    "a kill of no job",
    "mount -t nfs -o timeo=600 192.168.1.200:/export /mnt\nchrt 50 ./hang.py /mnt/file 10\nkill %2\n",
    ["3:1: no job %2; 1 started so far"],
  ],
  [
    "a bare kill",
    "mount -t nfs -o timeo=600 192.168.1.200:/export /mnt\nchrt 50 ./hang.py /mnt/file 10\nkill\n",
    ['3:1: cannot read "kill"; write kill … $(pgrep hang.py)'],
  ],
  [
    "a chrt of nobody",
    "mount -t nfs -o timeo=600 192.168.1.200:/export /mnt\nchrt 50 ./hang.py /mnt/file 10\nchrt -p 51 $(pgrep rpcoid)\n",
    ['3:1: nothing called "rpcoid" runs; did you mean rpciod?'],
  ],
  [
    "rpcinfo of a stranger",
    "mount -t nfs -o timeo=600 192.168.1.200:/export /mnt\nchrt 50 ./hang.py /mnt/file 10\nrpcinfo -p serer\n",
    ['3:1: no server "serer"; did you mean server?'],
  ],
  [
    "rpcinfo of nobody",
    "mount -t nfs -o timeo=600 192.168.1.200:/export /mnt\nchrt 50 ./hang.py /mnt/file 10\nrpcinfo\n",
    ['3:1: cannot read "rpcinfo"; write rpcinfo -p server'],
  ],
  [
    "a sleep of nothing",
    "mount -t nfs -o timeo=600 192.168.1.200:/export /mnt\nchrt 50 ./hang.py /mnt/file 10\nsleep\n",
    ['3:1: cannot read "sleep"; write sleep 5'],
  ],
  [
    "an unknown kernel",
    "mount -t nfs -o timeo=600 192.168.1.200:/export /mnt\nchrt 50 ./hang.py /mnt/file 10\nuname -r\n6.1.0-13-amd64\n",
    ["4:1: no preset is like kernel 6.1.0-13-amd64; known: el6-279, v3.6, v3.7-rc2, v3.7"],
  ],
  [
    "an unknown preset",
    "# kernel: el6-297\nmount -t nfs -o timeo=600 192.168.1.200:/export /mnt\nchrt 50 ./hang.py /mnt/file 10\n",
    ['1:1: # kernel: no preset "el6-297"; did you mean el6-279?'],
  ],
  [
    "an unknown verdict",
    "# expect: hang\nmount -t nfs -o timeo=600 192.168.1.200:/export /mnt\nchrt 50 ./hang.py /mnt/file 10\n",
    ['1:1: # expect: no verdict "hang"; did you mean hangs?'],
  ],
  [
    "an unknown fix",
    "# fix: quiet-abrot\nmount -t nfs -o timeo=600 192.168.1.200:/export /mnt\nchrt 50 ./hang.py /mnt/file 10\n",
    ['1:1: # fix: no fix "quiet-abrot"; did you mean quiet-abort?'],
  ],
  [
    "a step after the end",
    "# until: 5s\nmount -t nfs -o timeo=600 192.168.1.200:/export /mnt\nchrt 50 ./hang.py /mnt/file 10\nsleep 10\nrpcinfo -p server\n",
    ["5:1: the step at 12s never comes: the run ends at 5s; raise until"],
  ],
  [
    "two things at once",
    "# kernel: v3\nmount -t nfs -o timeo=600 192.168.1.200:/export /mnt\nchrt 50 ./hang.py /mnt/file 10\nFinally, remove the route\nsleep x\n",
    [
      '1:1: # kernel: no preset "v3"; did you mean v3.6?',
      '4:1: "Finally," is no command of a report script; known: showmount, mkdir, touch, uname, mount, ./hang.py, chrt, taskset, ip, /etc/init.d/nfs, service, kill, pkill, rpcinfo, sleep; put # before prose',
      '5:1: cannot read "sleep x"; write sleep 5',
    ],
  ],
  [
    "two lines of prose",
    "# kernel: v3.6\nTO REPRODUCE:\nClient is 192.168.1.100\n",
    [
      '2:1: "TO" is no command of a report script; known: showmount, mkdir, touch, uname, mount, ./hang.py, chrt, taskset, ip, /etc/init.d/nfs, service, kill, pkill, rpcinfo, sleep; put # before prose',
      '3:1: "Client" is no command of a report script; put # before prose',
    ],
  ],
  [
    "a taskset to a CPU that is not there",
    "mount -t nfs -o timeo=600 192.168.1.200:/export /mnt\ntaskset -c 1 chrt 50 ./hang.py /mnt/file 10\n",
    ["2:1: no CPU 1: there is only CPU 0; did you mean 0? Or raise cpus to 2"],
  ],
  [
    "a taskset to no list",
    "mount -t nfs -o timeo=600 192.168.1.200:/export /mnt\ntaskset -c x ./hang.py /mnt/file 10\n",
    ['2:1: taskset: "x" is no list of CPUs; write 0, 0,2 or 0-2'],
  ],
  [
    "a taskset of a bound thread",
    "mount -t nfs -o timeo=600 192.168.1.200:/export /mnt\n./hang.py /mnt/file 10\ntaskset -cp 0 $(pgrep rpciod)\n",
    ["3:1: rpciod's threads are bound, each to its CPU; taskset a stater"],
  ],
];
