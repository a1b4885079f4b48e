// What tshark calls the things that the RFCs call otherwise. A row: tshark's name, and the last parts of our paths that it stands for.
const rows = {
  "mount.dump.directory": "ml_directory",
  "mount.dump.hostname": "ml_hostname",
  "mount.export.directory": "ex_dir",
  "mount.flavor": "mountinfo.auth_flavors",
  "mount.flavors": "auth_flavors.[length]",
  "mount.path": "",
  "mount.status": "fhs_status",
  "nfs.access_check": "access",
  "nfs.access_rights": "resok.access",
  "nfs.atime.nsec": "atime.nseconds",
  "nfs.atime.sec": "atime.seconds",
  "nfs.attributes_follow": "attributes_follow",
  "nfs.count3_dircount": "dircount",
  "nfs.count3_maxcount": "maxcount",
  "nfs.createmode": "how.mode",
  "nfs.ctime.nsec": "ctime.nseconds obj_ctime.nseconds",
  "nfs.ctime.sec": "ctime.seconds obj_ctime.seconds",
  "nfs.dtime.nsec": "time_delta.nseconds",
  "nfs.dtime.sec": "time_delta.seconds",
  "nfs.fh.length": "fhandle.[length] data.[length]",
  "nfs.fhandle": "mountinfo.fhandle dir.data object.data symlink.data file.data handle.data fsroot.data",
  "nfs.handle_follow": "handle_follows",
  "nfs.mtime.nsec": "mtime.nseconds",
  "nfs.mtime.sec": "mtime.seconds",
  "nfs.sattrguard3": "guard.check",
  "nfs.set_size": "size.size",
  "nfs.symlink.to": "symlink.symlink_data",
  "nfs.verifier": "cookieverf verf",
  "nfs.write.committed": "resok.committed",
  "portmap.answer": "",
  "portmap.port": "port ", // GETPORT's whole result
  "portmap.proto": "prot",
  "portmap.rpcb.addr": "r_addr",
  "portmap.rpcb.netid": "r_netid",
  "portmap.rpcb.owner": "r_owner",
  "portmap.rpcb.prog": "r_prog",
  "portmap.rpcb.version": "r_vers",
  "portmap.uaddr": "",
  "portmap.version": "vers",
  "rpc.auth.flavor": "cred.flavor verf.flavor",
  "rpc.auth.gid": "gid gids",
  "rpc.auth.length": "body.[length]",
  "rpc.msgtyp": "body.mtype",
  "rpc.opaque_length": "[length]",
  "rpc.procedure": "cbody.proc",
  "rpc.program": "cbody.prog",
  "rpc.programversion": "cbody.vers",
  "rpc.programversion.max": "mismatch_info.high",
  "rpc.programversion.min": "mismatch_info.low",
  "rpc.replystat": "rbody.stat",
  "rpc.state_accept": "reply_data.stat",
  "rpc.state_auth": "rreply.why",
  "rpc.state_reject": "rreply.stat",
  "rpc.value_follows": "[follows]",
  "rpc.version": "cbody.rpcvers",
};

/** Whether tshark's name means the part at `path`. Without a row, their last words have to be the same. */
export function means(name, path) {
  const row = rows[name];
  if (row !== undefined)
    return row.split(" ").some((end) => end === path || (end !== "" && `.${path}`.endsWith(`.${end}`)));
  const last = name.split(".").at(-1);
  return `.${path}`.endsWith(`.${last}`) || `.${path}`.endsWith(`.${last.replace(/3$/, "")}`);
}
