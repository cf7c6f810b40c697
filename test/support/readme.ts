/** README.md as its readers use it: its commands, to the letter, in a folder that is a checkout of its own. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * The commands of the paragraphs from the one that begins with `from`, up to the one with `to`: a block
 * each, as it stands there.
 *
 * @throws where there are none
 */
export async function commandsOf(from: string, to: string): Promise<string[]> {
  const readme = await readFile(join(root, 'README.md'), 'utf8');
  const begin = readme.indexOf(`\n${from}`);
  const part = readme.slice(begin, readme.indexOf(`\n${to}`, begin));
  const blocks = [...part.matchAll(/```sh\n(.*?)```/gs)].map(([, commands = '']) => commands);
  if (begin === -1 || blocks.length === 0) throw new Error(`README.md has no commands at ${from}`);
  return blocks;
}

/** What a block of commands said in the end. */
interface Done {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** A block of commands whose last one is a server, which listens. */
interface Serving {
  /** Where, such as `http://127.0.0.1:41234/v1`. */
  readonly url: string;
  /** What was said up to then. */
  readonly said: string;
  /** Ends it, and waits until it is gone. */
  readonly stop: () => Promise<void>;
}

/** A checkout with a shell in it. */
export interface Checkout {
  readonly folder: string;
  readonly run: (commands: string, env?: Readonly<Record<string, string>>) => Promise<Done>;
  readonly serve: (commands: string, env?: Readonly<Record<string, string>>) => Promise<Serving>;
  readonly remove: () => Promise<void>;
}

/** A folder that looks like a checkout of this one, without the data of anybody's server. */
export async function checkout(path = process.env['PATH']): Promise<Checkout> {
  const folder = await mkdtemp(join(tmpdir(), 'recourse-readme-'));
  for (const name of ['package.json', '.npmrc', 'node_modules', 'src', 'machines', 'drizzle'])
    await symlink(join(root, name), join(folder, name));
  const running = new Set<ChildProcess>();
  const shell = (commands: string, env: Readonly<Record<string, string>>) => {
    const child = spawn('bash', ['-euo', 'pipefail', '-c', commands], {
      cwd: folder,
      env: { PATH: path, HOME: folder, PORT: '0', NO_COLOR: '1', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      // a group of its own, which ends as a whole
      detached: true,
    });
    running.add(child);
    child.once('close', () => running.delete(child));
    return child;
  };
  const end = async (child: ChildProcess) => {
    if (!running.has(child) || child.pid === undefined) return;
    const closed = once(child, 'close');
    process.kill(-child.pid, 'SIGTERM');
    await closed;
  };
  return {
    folder,
    async run(commands, env = {}) {
      const child = shell(commands, env);
      const [out, err, [code]] = await Promise.all([
        text(child.stdout),
        text(child.stderr),
        once(child, 'close') as Promise<[number | null]>,
      ]);
      return { code, out, err };
    },
    async serve(commands, env = {}) {
      const child = shell(commands, env);
      let said = '';
      const url = await new Promise<string>((resolve, reject) => {
        child.stderr.on('data', (chunk) => (said += String(chunk)));
        child.stdout.on('data', (chunk) => {
          said += String(chunk);
          const address = /^listening on (\S+)$/m.exec(said)?.[1];
          if (address !== undefined) resolve(`${address}/v1`);
        });
        child.once('close', () => reject(new Error(`it ended before it listened: ${said}`)));
      });
      return { url, said, stop: () => end(child) };
    },
    async remove() {
      await Promise.all([...running].map(end));
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
