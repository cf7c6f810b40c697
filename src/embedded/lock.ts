/** postmaster.pid: whose a cluster is, and whether that can still be so. */
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** A server that has the cluster. */
export interface Holder {
  readonly pid: string;
  /** PostgreSQL's word, such as `ready` or `stopping`; nothing where it has none yet. */
  readonly status: string;
}

/**
 * Who has the cluster. A lock that can't be anybody's is removed: PostgreSQL believes one whose process
 * exists, and after a restart of a container the number is soon someone else's; and it gives up on one
 * that is empty, as a power cut leaves it. That a process is no server of this cluster only /proc tells;
 * where there is none, and for what is left of a server that was killed, the shared memory decides,
 * which PostgreSQL finds by the folder.
 *
 * @param data the cluster's folder, as its real path
 */
export async function findHolder(data: string): Promise<Holder | undefined> {
  const file = join(data, 'postmaster.pid');
  const lock = await readFile(file, 'utf8').catch(() => undefined);
  if (lock === undefined) return undefined;
  // the process, and on line 8 its status
  const [first = '', , , , , , , status = ''] = lock.split('\n').map((line) => line.trim());
  const named = /^[1-9]\d*$/.test(first) ? first : undefined;
  const pid = named ?? (await findServer(data));
  if (pid === undefined || (await isServer(pid, data)) === false) {
    await rm(file, { force: true });
    return undefined;
  }
  return { pid, status };
}

/** Finds it by how it was called; undefined where nothing tells. */
async function findServer(data: string): Promise<string | undefined> {
  const names = await readdir('/proc').catch(() => []);
  for (const pid of names.filter((name) => /^\d+$/.test(name)))
    if (await isServer(pid, data)) return pid;
  return undefined;
}

/** Undefined where there is no such process, or nothing that tells. */
async function isServer(pid: string, data: string): Promise<boolean | undefined> {
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => undefined);
  return command?.includes(`\0-D\0${data}\0`);
}
