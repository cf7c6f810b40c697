/** What a Dockerfile says, done by hand, since tests have no engine: a folder stands for the root of each image. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, cp, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, matchesGlob, relative, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { Copy, DockerfileParser, Env, From, Workdir } from 'dockerfile-ast';
import { z } from 'zod';

const context = fileURLToPath(new URL('../..', import.meta.url));

interface Stage {
  readonly root: string;
  workdir: string;
  user: number | undefined;
  readonly env: Record<string, string>;
  entrypoint: readonly string[];
  command: readonly string[];
  check: readonly string[];
}

/** What ended, and what it said. */
interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** The last image of a Dockerfile. Whoever runs in it may write where the Dockerfile gave it a folder, and nowhere else. */
export interface Image {
  /** Where a path of the image is. */
  readonly at: (path: string) => string;
  /** Starts it, with other arguments than CMD's where there are some. */
  readonly start: (env: Readonly<Record<string, string>>, args?: readonly string[]) => ChildProcess;
  readonly run: (env: Readonly<Record<string, string>>, args: readonly string[]) => Promise<Ended>;
  /** The exit code of HEALTHCHECK. */
  readonly check: (env: Readonly<Record<string, string>>) => Promise<number | null>;
  readonly remove: () => Promise<void>;
}

/**
 * Builds it from the checkout of this file, with the Node that runs this for the one of the base image.
 *
 * @param file of the Dockerfile, with its .dockerignore beside it
 * @throws at an instruction that is not known here, or whose command is not in exec form
 */
export async function buildImage(file: string): Promise<Image> {
  const folder = await mkdtemp(join(tmpdir(), 'recourse-image-'));
  await chmod(folder, 0o755);
  const ignored = await readFile(join(context, `${file}.dockerignore`), 'utf8');
  const stages = new Map<string, Stage>();
  let stage = stageAt(folder);
  for (const instruction of DockerfileParser.parse(
    await readFile(join(context, file), 'utf8'),
  ).getInstructions()) {
    const words = instruction.getArguments().map((argument) => argument.getValue());
    const inExecForm = () => execForm(instruction.getRawArgumentsContent() ?? '');
    if (instruction instanceof From) {
      const name = instruction.getBuildStage() ?? 'last';
      stage = stageAt(join(folder, name));
      stages.set(name, stage);
    } else if (instruction instanceof Workdir) {
      stage.workdir = words[0] ?? '/';
      await mkdir(join(stage.root, stage.workdir), { recursive: true });
    } else if (instruction instanceof Env) {
      for (const property of instruction.getProperties())
        stage.env[property.getName()] = property.getValue() ?? '';
    } else if (instruction instanceof Copy) {
      const flags = new Map(
        instruction.getFlags().map((flag) => [flag.getName(), flag.getValue()]),
      );
      const from = stages.get(flags.get('from') ?? '');
      await copy(words, {
        from,
        to: stage,
        ignored,
        owner: Number(flags.get('chown')?.split(':')[0]),
      });
    } else {
      const keyword = instruction.getKeyword();
      if (keyword === 'RUN') runIn(stage, words.join(' '));
      else if (keyword === 'USER') stage.user = Number(words[0]?.split(':')[0]);
      else if (keyword === 'ENTRYPOINT') stage.entrypoint = inExecForm();
      else if (keyword === 'CMD') stage.command = inExecForm();
      else if (keyword === 'HEALTHCHECK') stage.check = inExecForm();
      else if (keyword !== 'EXPOSE') throw new Error(`${keyword} is not known here`);
    }
  }
  const image = stage;
  const at = (path: string) => join(image.root, path);
  await cp(process.execPath, at('/nodejs/bin/node'));
  spawnSync('chmod', ['-R', 'a-w', at(image.workdir)]);

  const begin = (
    [program = '', ...args]: readonly string[],
    env: Readonly<Record<string, string>>,
  ) =>
    spawn(at(program), args, {
      cwd: at(image.workdir),
      env: { ...image.env, RECOURSE_DATA_DIR: at(image.env['RECOURSE_DATA_DIR'] ?? ''), ...env },
      ...(process.getuid?.() === 0 && { uid: image.user, gid: image.user }),
    });
  const run = async (command: readonly string[], env: Readonly<Record<string, string>>) => {
    const child = begin(command, env);
    const [out, err, [code]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'close') as Promise<[number | null]>,
    ]);
    return { code, out, err };
  };
  return {
    at,
    start: (env, args = image.command) => begin([...image.entrypoint, ...args], env),
    run: async (env, args) => run([...image.entrypoint, ...args], env),
    check: async (env) => (await run(image.check, env)).code,
    async remove() {
      spawnSync('chmod', ['-R', 'u+w', folder]);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const stageAt = (root: string): Stage => ({
  root,
  workdir: '/',
  user: undefined,
  env: {},
  entrypoint: [],
  command: [],
  check: [],
});

/** A command as a list: one that a shell takes apart would not get the signals. */
const execForm = (instruction: string): string[] =>
  z.array(z.string()).parse(JSON.parse(instruction.slice(instruction.indexOf('['))));

async function copy(
  words: readonly string[],
  {
    from,
    to,
    ignored,
    owner,
  }: { from: Stage | undefined; to: Stage; ignored: string; owner: number },
): Promise<void> {
  const target = words.at(-1) ?? '';
  const destination = join(to.root, resolve(to.workdir, target));
  for (const word of words.slice(0, -1)) {
    const source = join(from?.root ?? context, word);
    const into = target.endsWith('/') ? join(destination, word) : destination;
    await mkdir(dirname(into), { recursive: true });
    await cp(source, into, {
      recursive: true,
      verbatimSymlinks: true,
      filter: (path) => from !== undefined || isSent(relative(context, path), ignored),
    });
    if (!Number.isNaN(owner) && process.getuid?.() === 0) await chown(into, owner, owner);
  }
}

/** As .dockerignore has it: the last line that fits the path, or a folder that it is in, decides. */
function isSent(path: string, ignored: string): boolean {
  const folders = path.split('/').map((_, i, parts) => parts.slice(0, i + 1).join('/'));
  const lines = ignored.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  const fitting = lines.findLast((line) =>
    folders.some((folder) => matchesGlob(folder, line.replace('!', ''))),
  );
  return fitting === undefined || fitting.startsWith('!');
}

function runIn(stage: Stage, command: string): void {
  const { status, stderr } = spawnSync('sh', ['-c', command], {
    cwd: join(stage.root, stage.workdir),
    env: { ...process.env, ...stage.env, npm_config_prefer_offline: 'true' },
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${command}: ${stderr}`);
}
