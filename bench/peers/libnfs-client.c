/* The same calls through libnfs' asynchronous RPC API, `depth` of them under way; each callback makes the next call. */
#include "bench.h"
/* In this order: the raw headers lean on the first one. */
#include <nfsc/libnfs.h>
#include <nfsc/libnfs-raw.h>
#include <nfsc/libnfs-raw-nfs.h>
#include <errno.h>
#include <poll.h>

static struct target target;
static struct job job;
static struct rpc_context *rpc;
static uint64_t fresh;
static int connected, failed, going, underWay;

static void next(void);

static void done(struct rpc_context *r, int status, void *data, void *priv) {
	(void)r;
	(void)data;
	(void)priv;
	underWay--;
	if (status != RPC_STATUS_SUCCESS) {
		failed = 1;
		return;
	}
	if (job.op == OP_GETATTR && ((GETATTR3res *)data)->status != NFS3_OK) failed = 1;
	if (job.op == OP_LOOKUP && ((LOOKUP3res *)data)->status != NFS3_OK) failed = 1;
	if (job.op == OP_READ && ((READ3res *)data)->status != NFS3_OK) failed = 1;
	fresh++;
	if (going) next();
}

static void next(void) {
	int result = 0;
	switch (job.op) {
	case OP_NULL:
		result = rpc_nfs3_null_async(rpc, done, NULL);
		break;
	case OP_GETATTR: {
		GETATTR3args a = {.object.data = {target.fhLen, (char *)target.fh}};
		result = rpc_nfs3_getattr_async(rpc, done, &a, NULL);
		break;
	}
	case OP_LOOKUP: {
		LOOKUP3args a = {.what = {.dir.data = {target.dirLen, (char *)target.dir}, .name = (char *)target.name}};
		result = rpc_nfs3_lookup_async(rpc, done, &a, NULL);
		break;
	}
	case OP_READ: {
		READ3args a = {.file.data = {target.fhLen, (char *)target.fh}, .offset = 0, .count = job.size};
		result = rpc_nfs3_read_async(rpc, done, &a, NULL);
		break;
	}
	}
	if (result != 0) failed = 1;
	underWay++;
}

static void onConnect(struct rpc_context *r, int status, void *data, void *priv) {
	(void)r;
	(void)data;
	(void)priv;
	if (status == RPC_STATUS_SUCCESS) connected = 1;
	else failed = 1;
}

static void turn(void) {
	struct pollfd p = {.fd = rpc_get_fd(rpc), .events = rpc_which_events(rpc)};
	if (poll(&p, 1, 1000) < 0 && errno != EINTR) die("poll");
	if (rpc_service(rpc, p.revents) < 0) failed = 1;
	if (!failed) return;
	fprintf(stderr, "libnfs-client: %s\n", rpc_get_error(rpc) ? rpc_get_error(rpc) : "the server closed");
	exit(1);
}

int main(int argc, char **argv) {
	target = parseTarget(argc, argv);
	rpc = rpc_init_context();
	if (rpc_connect_port_async(rpc, target.host, target.port, 100003, 3, onConnect, NULL) != 0) die("rpc_connect_port_async");
	while (!connected) turn();
	while (nextJob(&job)) {
		struct meter m = startMeter(&job);
		going = 1;
		for (int i = 0; i < job.depth; i++) next();
		do {
			fresh = 0;
			turn();
		} while (tickMeter(&m, fresh));
		going = 0;
		while (underWay > 0) turn();
		printMeter(&m);
	}
	rpc_destroy_context(rpc);
	return 0;
}
