// Reads from an NFS share without mounting it into the file system. usage: node examples/read.mjs HOST:/EXPORT [OPTIONS]
import { mount } from "unstuck";

const [source = "192.168.1.200:/export/test", options = "ro,hard,timeo=600"] = process.argv.slice(2);

const nfs = await mount(source, options);
for await (const entry of await nfs.opendir("/")) {
  // Each call takes a signal and a deadline of its own, on a hard mount too.
  const { size, mtimeMs } = await nfs.stat(`/${entry.name}`, { deadlineMs: 5000 });
  console.log(new Date(mtimeMs).toISOString(), String(size).padStart(10), entry.name);
}
await nfs.unmount();
