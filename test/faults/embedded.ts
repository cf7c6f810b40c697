/** What happens to the embedded database of one server: it is killed, it has no space left, it can't come back. */
import { spawnSync } from 'node:child_process';
import { chmod, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { postmasterOf } from './database.ts';
import type { Faults } from './load.ts';
import type { Server } from './servers.ts';

/** @param data the server's data directory */
export async function killAgain(data: string, times: number): Promise<void> {
  for (let i = 0; i < times; i += 1) {
    process.kill(await postmasterOf(data), 'SIGKILL');
    await delay(3_000);
  }
}

/** Kills it for good: the server has to end, and say why in one line. */
export async function loseForGood(
  server: Server,
  { data, log, faults }: { data: string; log: string; faults: Faults },
): Promise<void> {
  const version = join(data, 'postgres/data/PG_VERSION');
  const pid = await postmasterOf(data);
  await rename(version, `${version}.moved`);
  const ended = server.ends();
  process.kill(pid, 'SIGKILL');
  const how = await ended;
  await rename(`${version}.moved`, version);
  if (how !== 1) faults.add(`the server ended by ${how}`);
  const lines = (await readFile(log, 'utf8')).match(/^.* cannot be started again: .*$/gm);
  if (lines?.length !== 1) faults.add('the server did not say why');
}

/** Fills the file system for so long. */
export async function fillDisk(folder: string, seconds: number): Promise<void> {
  const ballast = join(folder, 'ballast');
  const file = await open(ballast, 'w');
  const megabyte = Buffer.alloc(2 ** 20);
  try {
    const until = performance.now() + seconds * 1000;
    // what is freed is filled again
    while (performance.now() < until) {
      const written = await file.write(megabyte).catch(() => undefined);
      if (!written) await delay(50);
    }
  } finally {
    await file.close();
    await rm(ballast);
  }
}

/** A small file system in memory, and what removes it; undefined where it may not be mounted. */
export async function mountSmall(
  folder: string,
  megabytes: number,
): Promise<(() => void) | undefined> {
  await mkdir(folder);
  if (!run('mount', '-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder)) return undefined;
  await chmod(folder, 0o755);
  const unmount = () => void run('umount', '--lazy', folder);
  // before the folder is removed
  process.prependListener('exit', unmount);
  return unmount;
}

const run = (program: string, ...args: readonly string[]): boolean =>
  spawnSync(program, args, { stdio: 'ignore' }).status === 0;
