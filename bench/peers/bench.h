/* What the C peers share: the command line protocol of a contender, and time. */
#ifndef BENCH_H
#define BENCH_H
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

enum { OP_NULL, OP_GETATTR, OP_LOOKUP, OP_READ };

/* One line from bench.mjs: `op depth size seconds warm-seconds`. */
struct job {
	int op, depth;
	uint32_t size;
	double seconds, warm;
};

/* What a contender calls with: handles as hex on its command line, `-` for none. */
struct target {
	const char *host;
	int port;
	uint8_t fh[64], dir[64];
	uint32_t fhLen, dirLen;
	const char *name;
};

static double nowS(void) {
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

static double cpuS(void) {
	struct rusage r;
	getrusage(RUSAGE_SELF, &r);
	return r.ru_utime.tv_sec + r.ru_stime.tv_sec + (r.ru_utime.tv_usec + r.ru_stime.tv_usec) / 1e6;
}

static uint32_t unhex(const char *hex, uint8_t *out) {
	uint32_t n = 0;
	if (hex[0] == '-') return 0;
	for (; hex[0] && hex[1] && n < 64; hex += 2) {
		unsigned byte;
		if (sscanf(hex, "%2x", &byte) != 1) break;
		out[n++] = byte;
	}
	return n;
}

__attribute__((unused)) static void die(const char *what) {
	perror(what);
	exit(1);
}

/* argv: host port fh dir name */
__attribute__((unused)) static struct target parseTarget(int argc, char **argv) {
	struct target t = {0};
	if (argc != 6) {
		fprintf(stderr, "usage: %s HOST PORT FH-HEX DIR-HEX NAME; then lines `op depth size seconds warm` on stdin\n", argv[0]);
		exit(2);
	}
	t.host = argv[1];
	t.port = atoi(argv[2]);
	t.fhLen = unhex(argv[3], t.fh);
	t.dirLen = unhex(argv[4], t.dir);
	t.name = argv[5];
	return t;
}

__attribute__((unused)) static int nextJob(struct job *job) {
	char line[256], op[16];
	if (!fgets(line, sizeof line, stdin)) return 0;
	if (sscanf(line, "%15s %d %u %lf %lf", op, &job->depth, &job->size, &job->seconds, &job->warm) != 5) exit(2);
	job->op = !strcmp(op, "null") ? OP_NULL : !strcmp(op, "getattr") ? OP_GETATTR : !strcmp(op, "lookup") ? OP_LOOKUP : OP_READ;
	return 1;
}

/* Counts from the end of the warm-up to the end of the run. */
struct meter {
	double start, from, until, cpu;
	uint64_t calls;
	int counting;
};

__attribute__((unused)) static struct meter startMeter(const struct job *job) {
	struct meter m = {0};
	m.start = nowS();
	m.from = m.start + job->warm;
	m.until = m.from + job->seconds;
	return m;
}

/* Tells of `n` more calls; 0 when the time is over. Looks at the clock, so call it once a batch. */
__attribute__((unused)) static int tickMeter(struct meter *m, uint64_t n) {
	double now = nowS();
	if (m->counting) {
		m->calls += n;
		if (now < m->until) return 1;
		m->until = now;
		return 0;
	}
	if (now >= m->from) {
		m->counting = 1;
		m->until += now - m->from;
		m->from = now;
		m->cpu = cpuS();
	}
	return 1;
}

__attribute__((unused)) static void printMeter(const struct meter *m) {
	printf("{\"calls\":%llu,\"seconds\":%.6f,\"cpu\":%.6f}\n", (unsigned long long)m->calls, m->until - m->from, cpuS() - m->cpu);
	fflush(stdout);
}
#endif
