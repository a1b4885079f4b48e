/*
 * What Debian's commands never ask: every procedure of NFSv3, MOUNT 1 and 3 and rpcbind 2 and 3 through libnfs,
 * with answers of every kind. Arguments: the address of the server, the export's path.
 * The export holds what record.mjs puts there.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <errno.h>
#include <poll.h>
#include <sys/time.h>
/* In this order: the raw headers lean on the first one. */
#include <nfsc/libnfs.h>
#include <nfsc/libnfs-raw.h>
#include <nfsc/libnfs-raw-mount.h>
#include <nfsc/libnfs-raw-nfs.h>
#include <nfsc/libnfs-raw-portmap.h>

struct handle {
	u_int length;
	char bytes[64];
};

static struct rpc_context *rpc;
static const char *host;
static int waiting, status_;

static void done(struct rpc_context *r, int status, void *data, void *priv) {
	(void)r, (void)data, (void)priv;
	status_ = status;
	waiting = 0;
}

static void keep(void *priv, u_int length, const char *bytes) {
	struct handle *to = priv;
	to->length = length;
	memcpy(to->bytes, bytes, length);
}

static void found(struct rpc_context *r, int status, void *data, void *priv) {
	LOOKUP3res *res = data;
	if (status == RPC_STATUS_SUCCESS && res->status == NFS3_OK) {
		nfs_fh3 *fh = &res->LOOKUP3res_u.resok.object;
		keep(priv, fh->data.data_len, fh->data.data_val);
	}
	done(r, status, data, priv);
}

static void created(struct rpc_context *r, int status, void *data, void *priv) {
	CREATE3res *res = data;
	if (status == RPC_STATUS_SUCCESS && res->status == NFS3_OK) {
		nfs_fh3 *fh = &res->CREATE3res_u.resok.obj.post_op_fh3_u.handle;
		keep(priv, fh->data.data_len, fh->data.data_val);
	}
	done(r, status, data, priv);
}

static void mounted(struct rpc_context *r, int status, void *data, void *priv) {
	mountres3 *res = data;
	if (status == RPC_STATUS_SUCCESS && res->fhs_status == MNT3_OK) {
		fhandle3 *fh = &res->mountres3_u.mountinfo.fhandle;
		keep(priv, fh->fhandle3_len, fh->fhandle3_val);
	}
	done(r, status, data, priv);
}

/* Sends with `start` (an rpc_…_async whose callback clears `waiting`) and waits. */
static void settle(int start, const char *what) {
	if (start != 0) fprintf(stderr, "%s: %s\n", what, rpc_get_error(rpc)), exit(1);
	while (waiting) {
		struct pollfd p = {.fd = rpc_get_fd(rpc), .events = rpc_which_events(rpc)};
		if (poll(&p, 1, 5000) <= 0) fprintf(stderr, "%s: no answer\n", what), exit(1);
		if (rpc_service(rpc, p.revents) < 0) fprintf(stderr, "%s: %s\n", what, rpc_get_error(rpc)), exit(1);
	}
}

#define CALL(start) (waiting = 1, settle(start, #start))
#define AT(handle) {.data = {(handle).length, (handle).bytes}}

static void to(int port) {
	if (rpc != NULL) rpc_destroy_context(rpc);
	rpc = rpc_init_context();
	rpc_set_auth(rpc, libnfs_authunix_create("client.example", 1000, 100, 3, (uint32_t[]){4, 24, 27}));
	CALL(rpc_connect_async(rpc, host, port, done, NULL));
	if (status_ != RPC_STATUS_SUCCESS) fprintf(stderr, "no connection to port %d\n", port), exit(1);
}

static void rpcbind(void) {
	to(111);
	CALL(rpc_pmap2_null_async(rpc, done, NULL));
	CALL(rpc_pmap2_getport_async(rpc, 100003, 3, 6, done, NULL));
	CALL(rpc_pmap2_getport_async(rpc, 0x20000042, 1, 17, done, NULL));
	CALL(rpc_pmap2_set_async(rpc, 0x20000043, 1, 6, 4711, done, NULL));
	CALL(rpc_pmap2_unset_async(rpc, 0x20000043, 1, 6, 4711, done, NULL));
	CALL(rpc_pmap2_dump_async(rpc, done, NULL));

	pmap3_mapping map = {.prog = 100003, .vers = 3, .netid = "tcp", .addr = "", .owner = ""};
	CALL(rpc_pmap3_null_async(rpc, done, NULL));
	CALL(rpc_pmap3_getaddr_async(rpc, &map, done, NULL));
	map.prog = 0x20000042;
	CALL(rpc_pmap3_getaddr_async(rpc, &map, done, NULL));
	map.addr = "127.0.0.1.18.103", map.owner = "nobody";
	CALL(rpc_pmap3_set_async(rpc, &map, done, NULL));
	CALL(rpc_pmap3_unset_async(rpc, &map, done, NULL));
	CALL(rpc_pmap3_dump_async(rpc, done, NULL));
	CALL(rpc_pmap3_gettime_async(rpc, done, NULL));
	CALL(rpc_pmap3_uaddr2taddr_async(rpc, "127.0.0.1.8.1", done, NULL));
	char address[16] = {2, 0, 8, 1, 127, 0, 0, 1};
	struct pmap3_netbuf netbuf = {.maxlen = 16, .buf = {16, address}};
	CALL(rpc_pmap3_taddr2uaddr_async(rpc, &netbuf, done, NULL));
}

static void mount(char *path, struct handle *root) {
	to(20048);
	CALL(rpc_mount3_null_async(rpc, done, NULL));
	CALL(rpc_mount3_mnt_async(rpc, mounted, path, root));
	CALL(rpc_mount3_mnt_async(rpc, done, "/nowhere", NULL));
	CALL(rpc_mount3_export_async(rpc, done, NULL));
	CALL(rpc_mount3_dump_async(rpc, done, NULL));
	CALL(rpc_mount3_umnt_async(rpc, done, path, NULL));
	CALL(rpc_mount3_umntall_async(rpc, done, NULL));
	CALL(rpc_mount1_null_async(rpc, done, NULL));
	CALL(rpc_mount1_mnt_async(rpc, done, path, NULL));
	CALL(rpc_mount1_export_async(rpc, done, NULL));
	CALL(rpc_mount1_dump_async(rpc, done, NULL));
	CALL(rpc_mount1_umnt_async(rpc, done, path, NULL));
	CALL(rpc_mount1_umntall_async(rpc, done, NULL));
}

static struct handle lookup(struct handle *dir, char *name) {
	struct handle to = {0};
	LOOKUP3args a = {.what = {.dir = AT(*dir), .name = name}};
	CALL(rpc_nfs3_lookup_async(rpc, found, &a, &to));
	return to;
}

/* Once for a file and once for a folder: the wrong one is an error worth having. */
static void look(struct handle *h) {
	GETATTR3args getattr = {.object = AT(*h)};
	CALL(rpc_nfs3_getattr_async(rpc, done, &getattr, NULL));
	ACCESS3args access = {.object = AT(*h), .access = 0x3f};
	CALL(rpc_nfs3_access_async(rpc, done, &access, NULL));
	READLINK3args readlink = {.symlink = AT(*h)};
	CALL(rpc_nfs3_readlink_async(rpc, done, &readlink, NULL));
	READ3args read = {.file = AT(*h), .offset = 3, .count = 300};
	CALL(rpc_nfs3_read_async(rpc, done, &read, NULL));
	READDIR3args readdir = {.dir = AT(*h), .count = 512};
	CALL(rpc_nfs3_readdir_async(rpc, done, &readdir, NULL));
	READDIRPLUS3args plus = {.dir = AT(*h), .dircount = 512, .maxcount = 2048};
	CALL(rpc_nfs3_readdirplus_async(rpc, done, &plus, NULL));
	FSSTAT3args fsstat = {.fsroot = AT(*h)};
	CALL(rpc_nfs3_fsstat_async(rpc, done, &fsstat, NULL));
	FSINFO3args fsinfo = {.fsroot = AT(*h)};
	CALL(rpc_nfs3_fsinfo_async(rpc, done, &fsinfo, NULL));
	PATHCONF3args pathconf = {.object = AT(*h)};
	CALL(rpc_nfs3_pathconf_async(rpc, done, &pathconf, NULL));
}

static void change(struct handle *h, struct handle *dir) {
	sattr3 all = {
		.mode = {.set_it = 1, .set_mode3_u.mode = 0640},
		.uid = {.set_it = 1, .set_uid3_u.uid = 1000},
		.gid = {.set_it = 1, .set_gid3_u.gid = 100},
		.size = {.set_it = 1, .set_size3_u.size = 77},
		.atime = {.set_it = SET_TO_CLIENT_TIME, .set_atime_u.atime = {1349049600, 123456789}},
		.mtime = {.set_it = SET_TO_SERVER_TIME},
	};
	sattr3 mode = {.mode = {.set_it = 1, .set_mode3_u.mode = 0755}};
	SETATTR3args setattr = {.object = AT(*h), .new_attributes = all};
	CALL(rpc_nfs3_setattr_async(rpc, done, &setattr, NULL));
	setattr.guard.check = 1;
	setattr.guard.sattrguard3_u.obj_ctime = (nfstime3){1, 2};
	CALL(rpc_nfs3_setattr_async(rpc, done, &setattr, NULL));

	WRITE3args write = {.file = AT(*h), .offset = 5, .count = 11, .stable = UNSTABLE, .data = {11, "hello again"}};
	CALL(rpc_nfs3_write_async(rpc, done, &write, NULL));
	COMMIT3args commit = {.file = AT(*h), .offset = 0, .count = 0};
	CALL(rpc_nfs3_commit_async(rpc, done, &commit, NULL));

	CREATE3args create = {.where = {.dir = AT(*dir), .name = "new"}, .how = {.mode = UNCHECKED, .createhow3_u.obj_attributes = mode}};
	CALL(rpc_nfs3_create_async(rpc, done, &create, NULL));
	create.how.mode = GUARDED;
	CALL(rpc_nfs3_create_async(rpc, done, &create, NULL));
	create.where.name = "only";
	create.how.mode = EXCLUSIVE;
	memcpy(create.how.createhow3_u.verf, "\1\2\3\4\5\6\7\10", 8);
	CALL(rpc_nfs3_create_async(rpc, done, &create, NULL));
	MKDIR3args mkdir = {.where = {.dir = AT(*dir), .name = "folder"}, .attributes = mode};
	CALL(rpc_nfs3_mkdir_async(rpc, done, &mkdir, NULL));
	CALL(rpc_nfs3_mkdir_async(rpc, done, &mkdir, NULL));
	SYMLINK3args symlink = {.where = {.dir = AT(*dir), .name = "pointer"}, .symlink = {.symlink_attributes = mode, .symlink_data = "../new"}};
	CALL(rpc_nfs3_symlink_async(rpc, done, &symlink, NULL));
	CALL(rpc_nfs3_symlink_async(rpc, done, &symlink, NULL));
	MKNOD3args mknod = {.where = {.dir = AT(*dir), .name = "pipe"}, .what = {.type = NF3FIFO, .mknoddata3_u.pipe_attributes = mode}};
	CALL(rpc_nfs3_mknod_async(rpc, done, &mknod, NULL));
	CALL(rpc_nfs3_mknod_async(rpc, done, &mknod, NULL));
	LINK3args link = {.file = AT(*h), .link = {.dir = AT(*dir), .name = "linked"}};
	CALL(rpc_nfs3_link_async(rpc, done, &link, NULL));
	CALL(rpc_nfs3_link_async(rpc, done, &link, NULL));
	RENAME3args rename = {.from = {.dir = AT(*dir), .name = "linked"}, .to = {.dir = AT(*dir), .name = "renamed"}};
	CALL(rpc_nfs3_rename_async(rpc, done, &rename, NULL));
	CALL(rpc_nfs3_rename_async(rpc, done, &rename, NULL));
	REMOVE3args remove = {.object = {.dir = AT(*dir), .name = "renamed"}};
	CALL(rpc_nfs3_remove_async(rpc, done, &remove, NULL));
	CALL(rpc_nfs3_remove_async(rpc, done, &remove, NULL));
	RMDIR3args rmdir = {.object = {.dir = AT(*dir), .name = "full"}};
	CALL(rpc_nfs3_rmdir_async(rpc, done, &rmdir, NULL));
	rmdir.object.name = "folder";
	CALL(rpc_nfs3_rmdir_async(rpc, done, &rmdir, NULL));
}

int main(int argc, char **argv) {
	if (argc != 3) return 2;
	host = argv[1];
	rpcbind();
	struct handle root = {0};
	mount(argv[2], &root);

	to(2049);
	CALL(rpc_nfs3_null_async(rpc, done, NULL));
	struct handle file = lookup(&root, "file.txt");
	struct handle link = lookup(&root, "link");
	struct handle dir = lookup(&root, "open");
	struct handle closed = lookup(&root, "closed");
	lookup(&root, "absent");
	lookup(&root, "sp\303\244ce \377.txt");
	lookup(&file, "below-a-file");
	lookup(&closed, "secret");
	look(&root);
	look(&file);
	look(&link);
	look(&closed);
	READ3args past = {.file = AT(file), .offset = 1 << 20, .count = 10};
	CALL(rpc_nfs3_read_async(rpc, done, &past, NULL));
	READDIRPLUS3args tiny = {.dir = AT(root), .dircount = 1, .maxcount = 1};
	CALL(rpc_nfs3_readdirplus_async(rpc, done, &tiny, NULL));

	change(&file, &dir);
	change(&file, &closed);

	struct handle gone = {0};
	CREATE3args create = {.where = {.dir = AT(dir), .name = "gone"}, .how = {.mode = UNCHECKED}};
	CALL(rpc_nfs3_create_async(rpc, created, &create, &gone));
	REMOVE3args remove = {.object = {.dir = AT(dir), .name = "gone"}};
	CALL(rpc_nfs3_remove_async(rpc, done, &remove, NULL));
	look(&gone);
	struct handle forged = {.length = 16, .bytes = "not ours, is it?"};
	look(&forged);
	rpc_destroy_context(rpc);
	return 0;
}
