/*
 * The client side of the raw limit: the same calls as bytes, `depth` of them under way, one epoll loop, one write per turn.
 * Looks at nothing in a reply but its length and, once a run, that the first ones said success.
 */
#include "bench.h"
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define IN_BYTES (4 << 20)
#define MAX_DEPTH 1024

static uint8_t call[512];
static size_t callLen;

static uint8_t *put(uint8_t *p, uint32_t v) {
	v = htonl(v);
	memcpy(p, &v, 4);
	return p + 4;
}

static uint32_t get(const uint8_t *p) {
	uint32_t v;
	memcpy(&v, p, 4);
	return ntohl(v);
}

static uint8_t *putOpaque(uint8_t *p, const void *bytes, uint32_t len) {
	p = put(p, len);
	memset(p, 0, (len + 3) & ~3u);
	memcpy(p, bytes, len);
	return p + ((len + 3) & ~3u);
}

static void makeCall(const struct target *t, const struct job *job) {
	static const uint32_t procs[] = {[OP_NULL] = 0, [OP_GETATTR] = 1, [OP_LOOKUP] = 3, [OP_READ] = 6};
	uint8_t *p = call + 8;
	const uint32_t head[] = {0, 2, 100003, 3, procs[job->op]};
	for (int i = 0; i < 5; i++) p = put(p, head[i]);
	/* AUTH_SYS as root of a nameless host, as the other clients send one too. */
	p = put(put(p, 1), 24);
	p = put(putOpaque(put(p, 0), "raw", 3), 0);
	p = put(put(p, 0), 0);
	p = put(put(p, 0), 0);
	if (job->op == OP_GETATTR) p = putOpaque(p, t->fh, t->fhLen);
	if (job->op == OP_LOOKUP) p = putOpaque(putOpaque(p, t->dir, t->dirLen), t->name, strlen(t->name));
	if (job->op == OP_READ) p = put(put(put(putOpaque(p, t->fh, t->fhLen), 0), 0), job->size);
	callLen = p - call;
	put(call, 0x80000000u | (uint32_t)(callLen - 4));
}

static int dial(const struct target *t) {
	struct sockaddr_in addr = {.sin_family = AF_INET, .sin_port = htons(t->port)};
	int one = 1, fd = socket(AF_INET, SOCK_STREAM, 0);
	inet_pton(AF_INET, t->host, &addr.sin_addr);
	if (connect(fd, (void *)&addr, sizeof addr)) die("connect");
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	fcntl(fd, F_SETFL, O_NONBLOCK);
	return fd;
}

static void run(const struct target *t, const struct job *job) {
	static uint8_t in[IN_BYTES], out[MAX_DEPTH * sizeof call];
	int fd = dial(t), ep = epoll_create1(0);
	struct epoll_event e = {.events = EPOLLIN}, got;
	size_t inLen = 0, outLen = 0, outAt = 0;
	uint64_t checked = 0;
	uint32_t xid = 1, due = job->depth;
	int going = 1;
	makeCall(t, job);
	epoll_ctl(ep, EPOLL_CTL_ADD, fd, &e);
	struct meter m = startMeter(job);
	while (going) {
		for (; due > 0; due--) {
			memcpy(out + outLen, call, callLen);
			put(out + outLen + 4, xid++);
			outLen += callLen;
		}
		while (outAt < outLen) {
			ssize_t n = write(fd, out + outAt, outLen - outAt);
			if (n < 0 && errno != EAGAIN) die("write");
			if (n > 0) outAt += n;
		}
		outAt = outLen = 0;
		if (epoll_wait(ep, &got, 1, -1) < 0) die("epoll_wait");
		ssize_t n = read(fd, in + inLen, sizeof in - inLen);
		if (n == 0) die("the server closed");
		if (n < 0) continue;
		inLen += n;
		size_t at = 0;
		while (inLen - at >= 4) {
			size_t len = 4 + (get(in + at) & 0x7fffffff);
			if (inLen - at < len) break;
			if (checked++ < 3 && (get(in + at + 8) != 1 || get(in + at + 12) != 0 || get(in + at + 24) != 0 || (job->op != OP_NULL && get(in + at + 28) != 0))) {
				fprintf(stderr, "raw-client: the server did not say success\n");
				exit(1);
			}
			at += len;
			due++;
		}
		memmove(in, in + at, inLen - at);
		inLen -= at;
		going = tickMeter(&m, due);
	}
	printMeter(&m);
	close(fd);
	close(ep);
}

int main(int argc, char **argv) {
	struct target t = parseTarget(argc, argv);
	struct job job;
	while (nextJob(&job)) {
		if (job.depth > MAX_DEPTH) exit(2);
		run(&t, &job);
	}
	return 0;
}
