/*
 * An NFSv3 server without a file system: one epoll loop that answers NULL, GETATTR, LOOKUP and READ from memory,
 * with well-formed replies of the real sizes. The server side of the raw limit, and the ideal peer for clients.
 * Prints its port. A record has to be one fragment, as every client here sends it. With the argument `awake` it looks
 * for work again and again before it sleeps, so that no client pays for waking it.
 */
#include "bench.h"
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#define IN_BYTES (256 << 10)
#define HEAD_BYTES (256 << 10)
#define MAX_IOV 1024
#define MAX_READ (1 << 20)

struct conn {
	int fd;
	size_t inLen;
	uint8_t *in;
	/* Replies under way: heads are written one after another into `heads`, READ data is shared. */
	uint8_t *heads;
	size_t headLen;
	struct iovec iov[MAX_IOV];
	int iovAt, iovLen;
	int wantsOut;
};

static uint8_t *data;

static uint8_t *put(uint8_t *p, uint32_t v) {
	v = htonl(v);
	memcpy(p, &v, 4);
	return p + 4;
}

static uint8_t *putFattr3(uint8_t *p) {
	static const uint32_t words[21] = {
		1, 0644, 1, 0, 0,            /* NF3REG, mode, nlink, uid, gid */
		0, 64 << 20, 0, 64 << 20,    /* size, used */
		0, 0, 0, 42, 0, 7,           /* rdev, fsid, fileid */
		1700000000, 1, 1700000000, 2, 1700000000, 3,
	};
	for (int i = 0; i < 21; i++) p = put(p, words[i]);
	return p;
}

/* Adds bytes that follow the last ones directly to the same iovec. */
static void emit(struct conn *c, uint8_t *at, size_t len) {
	if (c->iovLen > c->iovAt) {
		struct iovec *last = &c->iov[c->iovLen - 1];
		if ((uint8_t *)last->iov_base + last->iov_len == at) {
			last->iov_len += len;
			return;
		}
	}
	c->iov[c->iovLen].iov_base = at;
	c->iov[c->iovLen++].iov_len = len;
}

static uint32_t get(const uint8_t *p) {
	uint32_t v;
	memcpy(&v, p, 4);
	return ntohl(v);
}

static void reply(struct conn *c, const uint8_t *call, size_t len) {
	uint8_t *start = c->heads + c->headLen, *p = start + 4;
	uint32_t dataLen = 0, proc = get(call + 20);
	size_t cred = (get(call + 28) + 3) & ~3u;
	const uint8_t *args = call + 40 + cred;
	if (len < 40 + cred) return;
	memcpy(p, call, 4);
	p = put(p + 4, 1);                    /* REPLY */
	for (int i = 0; i < 4; i++) p = put(p, 0); /* MSG_ACCEPTED, verf AUTH_NONE, SUCCESS */
	switch (proc) {
	case 0:
		break;
	case 1:
		p = putFattr3(put(p, 0));
		break;
	case 3:
		p = put(put(p, 0), 32);
		memset(p, 0xfb, 32);
		p = putFattr3(put(p + 32, 1));
		p = putFattr3(put(p, 1));
		break;
	case 6: {
		size_t fh = 4 + ((get(args) + 3) & ~3u);
		dataLen = get(args + fh + 8);
		if (dataLen > MAX_READ) dataLen = MAX_READ;
		p = putFattr3(put(put(p, 0), 1));
		p = put(put(put(p, dataLen), 0), dataLen);
		break;
	}
	default:
		put(p - 4, 3); /* PROC_UNAVAIL */
	}
	put(start, 0x80000000u | (uint32_t)(p - start - 4 + ((dataLen + 3) & ~3u)));
	c->headLen = p - c->heads;
	emit(c, start, p - start);
	if (dataLen) emit(c, data, (dataLen + 3) & ~3u);
}

/* 0 when everything was taken. */
static int flush(struct conn *c) {
	while (c->iovAt < c->iovLen) {
		int n = c->iovLen - c->iovAt;
		ssize_t w = writev(c->fd, c->iov + c->iovAt, n);
		if (w < 0) return errno == EAGAIN ? 1 : -1;
		while (w > 0) {
			struct iovec *v = &c->iov[c->iovAt];
			size_t take = (size_t)w < v->iov_len ? (size_t)w : v->iov_len;
			v->iov_base = (uint8_t *)v->iov_base + take;
			v->iov_len -= take;
			w -= take;
			if (v->iov_len == 0) c->iovAt++;
		}
	}
	c->iovAt = c->iovLen = 0;
	c->headLen = 0;
	return 0;
}

static int serve(struct conn *c) {
	size_t at = 0;
	while (c->inLen - at >= 4 && c->iovLen < MAX_IOV - 2 && c->headLen < HEAD_BYTES - 512) {
		uint32_t mark = get(c->in + at), len = mark & 0x7fffffff;
		if (!(mark & 0x80000000u) || len < 40 || len > IN_BYTES - 4) return -1;
		if (c->inLen - at < 4 + len) break;
		reply(c, c->in + at + 4, len);
		at += 4 + len;
	}
	memmove(c->in, c->in + at, c->inLen - at);
	c->inLen -= at;
	return at > 0;
}

static void drop(struct conn *c) {
	close(c->fd);
	free(c->in);
	free(c->heads);
	free(c);
}

static void turn(int ep, struct conn *c) {
	for (;;) {
		int blocked = flush(c);
		if (blocked < 0) return drop(c);
		if (blocked) {
			struct epoll_event e = {.events = EPOLLOUT, .data.ptr = c};
			epoll_ctl(ep, EPOLL_CTL_MOD, c->fd, &e);
			c->wantsOut = 1;
			return;
		}
		int served = serve(c);
		if (served < 0) return drop(c);
		if (served) continue;
		ssize_t n = read(c->fd, c->in + c->inLen, IN_BYTES - c->inLen);
		if (n == 0 || (n < 0 && errno != EAGAIN)) return drop(c);
		if (n < 0) break;
		c->inLen += n;
	}
	if (c->wantsOut) {
		struct epoll_event e = {.events = EPOLLIN, .data.ptr = c};
		epoll_ctl(ep, EPOLL_CTL_MOD, c->fd, &e);
		c->wantsOut = 0;
	}
}

int main(int argc, char **argv) {
	/* Looks without sleeping: some milliseconds' worth. */
	const int looks = argc > 1 && strcmp(argv[1], "awake") == 0 ? 10000 : 0;
	int idle = 0;
	struct sockaddr_in addr = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t addrLen = sizeof addr;
	int one = 1, listener = socket(AF_INET, SOCK_STREAM, 0), ep = epoll_create1(0);
	/* A client may go away in the middle of a large reply. */
	signal(SIGPIPE, SIG_IGN);
	if (bind(listener, (void *)&addr, sizeof addr) || listen(listener, 64)) die("listen");
	getsockname(listener, (void *)&addr, &addrLen);
	data = malloc(MAX_READ + 4);
	for (int i = 0; i < MAX_READ; i++) data[i] = i * 31;
	struct epoll_event e = {.events = EPOLLIN, .data.ptr = NULL}, events[64];
	epoll_ctl(ep, EPOLL_CTL_ADD, listener, &e);
	printf("%d\n", ntohs(addr.sin_port));
	fflush(stdout);
	for (;;) {
		int n = epoll_wait(ep, events, 64, idle < looks ? 0 : -1);
		idle = n > 0 ? 0 : idle + 1;
		for (int i = 0; i < n; i++) {
			struct conn *c = events[i].data.ptr;
			if (c) {
				turn(ep, c);
				continue;
			}
			int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
			if (fd < 0) continue;
			setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
			c = calloc(1, sizeof *c);
			c->fd = fd;
			c->in = malloc(IN_BYTES);
			c->heads = malloc(HEAD_BYTES);
			e.events = EPOLLIN;
			e.data.ptr = c;
			epoll_ctl(ep, EPOLL_CTL_ADD, fd, &e);
		}
	}
}
