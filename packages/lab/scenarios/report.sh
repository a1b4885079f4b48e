# title: The report, as its author typed it
# kernel: el6-279
# expect: hangs

# Client is 192.168.1.100
# Server is 192.168.1.200

client# showmount -e server
Export list for server:
/export/test 192.168.1.100
client# mkdir -p /mnt/test
client# mount -t nfs -o \
	ro,relatime,vers=3,rsize=131072,wsize=524288,namlen=255,acregmin=0,acregmax=0,acdirmin=0,acdirmax=0,hard,proto=tcp,timeo=600,retrans=2,sec=sys \
	192.168.1.200:/export/test /mnt/test

# Start the program with real time priority (SCHED_RR), stat'ing a file on the NFS mount:

client# touch /mnt/test/file.txt
client# chrt 50 ./hang.py /mnt/test/file.txt 10

# Make the client unable to talk to the server, while the server can still talk to the client:

client# ip route add blackhole 192.168.1.200/32 && ip route flush cache

# Once the program makes its next stat call, restart the NFS server:

server# /etc/init.d/nfs restart

# Finally, remove the blackhole route:

client# ip route del 192.168.1.200/32 && ip route flush cache
client# rpcinfo -p server
