/** The worst night, rehearsed: the commands of README.md, "Operations", to the letter. */
import { randomBytes } from 'node:crypto';
import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { installedPostgres, startCluster, type Cluster } from '../support/cluster.ts';
import { checkout, commandsOf, type Checkout } from '../support/readme.ts';

// Every command is a process of its own, npm's among them.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 120_000 });

const [backup, embeddedBackup] = await commandsOf('**Backup.**', '**Restore**');
const [restore, embeddedRestore] = await commandsOf('**Restore**', '**Lost tokens.**');
const [issueToken] = await commandsOf('**Lost tokens.**', '**Retention.**');
const [rotate] = await commandsOf('**Changing the master key**', '**The signing key**');
const [roles] = await commandsOf('With a PostgreSQL of yours', 'and start every server');

let place: Checkout;
beforeEach(async () => {
  place = await checkout();
});
afterEach(() => place.remove());

/** Sends a request, and expects it to be answered with success. */
async function call<Body>(token: string, url: string, body?: unknown): Promise<Body> {
  const method = body === undefined ? 'GET' : 'POST';
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const answer = await fetch(url, {
    method,
    headers,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  expect(answer.ok, `${method} ${url}: ${answer.status}`).toBe(true);
  return (await answer.json()) as Body;
}

const whatWasSaid = 'Somebody held my sleeve after a clear no.';

/** What stands in a database before it is lost, and how to tell that it is there again. */
async function record(url: string, admin: string) {
  const hire = async (id: string, role: string) => {
    await call(admin, `${url}/people`, { id, name: id, roles: [role] });
    const path = `${url}/people/${id}/tokens`;
    return (await call<{ token: string }>(admin, path, { label: 'laptop' })).token;
  };
  const [cleo, eve] = [await hire('cleo', 'responder'), await hire('eve', 'auditor')];
  const { id } = await call<{ id: string }>(cleo, `${url}/cases`, { channel: 'email' });
  const note = { type: 'case.addNote', text: whatWasSaid };
  const { entry } = await call<{ entry: { seq: number } }>(cleo, `${url}/cases/${id}/events`, note);
  const { note: checkpoint } = await call<{ note: string }>(eve, `${url}/checkpoints`, {});
  return {
    async isThere(at: string) {
      const path = `${at}/cases/${id}/history/${entry.seq}`;
      const { confidential } = await call<{ confidential: unknown }>(cleo, path);
      expect(confidential).toEqual({ text: whatWasSaid });
      expect(await call(eve, `${at}/cases/${id}/verification`)).toMatchObject({ ok: true });
      expect(await call(eve, `${at}/checkpoints/latest`)).toMatchObject({ note: checkpoint });
    },
  };
}

const whole = /^1 cases, 2 entries, .*\nwhole$/m;

describe('the embedded database', () => {
  test('is restored from its backup, its master key changed, and its admin let in again', async () => {
    const first = await place.serve('npm start');
    const tokenFile = join(place.folder, '.data/first-admin-token');
    expect(first.said).toContain(tokenFile);
    expect((await stat(tokenFile)).mode & 0o777).toBe(0o600);
    const admin = (await readFile(tokenFile, 'utf8')).trim();
    expect(first.said).not.toContain(admin);
    const kept = await record(first.url, admin);
    await first.stop();

    expect(await place.run(embeddedBackup ?? '')).toMatchObject({ code: 0 });
    await rm(join(place.folder, '.data'), { recursive: true });
    const restored = await place.serve(embeddedRestore ?? '');
    expect(restored.said).toMatch(whole);
    await kept.isThere(restored.url);
    await restored.stop();

    const rotated = await place.serve(rotate ?? '');
    expect(rotated.said).toContain('1 case rewrapped');
    await kept.isThere(rotated.url);
    await rotated.stop();
    // a day after
    const dayAfter = await place.serve(
      'rm .data/previous.key; npx recourse audit verify --all; npm start',
    );
    expect(dayAfter.said).toMatch(whole);
    await kept.isThere(dayAfter.url);
    await dayAfter.stop();

    const issued = await place.run(issueToken ?? '');
    const again = await place.serve('npm start');
    expect(await call(issued.out.trim(), `${again.url}/me`)).toMatchObject({ person: 'admin' });
    await again.stop();
  });

  test('without its master key, or over another, is not restored, in one line', async () => {
    const first = await place.serve('npm start');
    await first.stop();
    await place.run(embeddedBackup ?? '');
    expect(await place.run(embeddedRestore ?? '')).toMatchObject({ code: 1 });
    await rm(join(place.folder, '.data'), { recursive: true });
    await place.run('tar --extract --gzip --file=recourse.tgz');
    const keyless = await place.run('npm start --silent');
    expect(keyless).toMatchObject({ code: 2, out: '' });
    expect(keyless.err).toMatch(/^RECOURSE_MASTER_KEY: needed for the database in .*\n$/);
    await writeFile(join(place.folder, 'master.key'), randomBytes(32).toString('base64'));
    const wrong = await place.run('cp master.key .data/master.key; npm start --silent');
    expect(wrong).toMatchObject({ code: 2, out: '' });
    expect(wrong.err).toBe(
      'RECOURSE_MASTER_KEY: is not the key that this database is sealed with: ' +
        'give the one that was kept with its backup\n',
    );
  });
});

const installation = await installedPostgres();
if (!installation) {
  if (process.env['CI'])
    throw new Error("install Debian's postgresql: a restore is rehearsed with it");
  process.stderr.write(
    'a restore with pg_dump is not rehearsed: there is no /usr/lib/postgresql\n',
  );
}

describe.skipIf(!installation)("a PostgreSQL of one's own", () => {
  let old: Cluster;
  let fresh: Cluster;
  beforeAll(async () => {
    const start = () => startCluster(installation ?? '');
    [old, fresh] = await Promise.all([start(), start()]);
  });
  afterAll(() => Promise.all([old.stop(), fresh.stop()]));
  beforeEach(async () => {
    await place.remove();
    place = await checkout(`${installation}/bin:${process.env['PATH']}`);
  });

  /** Commands as they stand in the README, but for the port. */
  const at = ({ port }: Cluster, commands = '') => commands.replaceAll(':5432/', `:${port}/`);
  const databaseUrl = ({ port }: Cluster) =>
    `postgres://recourse:a-password@127.0.0.1:${port}/recourse`;
  /** A database with a case in it, its dump and its master key. */
  const dumped = async () => {
    const key = randomBytes(32).toString('base64');
    await writeFile(join(place.folder, 'master.key'), key, { mode: 0o600 });
    const admin = randomBytes(16).toString('hex');
    const env = { DATABASE_URL: databaseUrl(old), RECOURSE_MASTER_KEY: key };
    expect(await place.run(at(old, roles), old.env)).toMatchObject({ code: 0 });
    const server = await place.serve('npm start', { ...env, RECOURSE_ADMIN_TOKEN: admin });
    const kept = await record(server.url, admin);
    expect(await place.run(backup ?? '', env)).toMatchObject({ code: 0, err: '' });
    await server.stop();
    return kept;
  };
  const started = (env = {}) =>
    place.run('npm start --silent', {
      DATABASE_URL: databaseUrl(fresh),
      RECOURSE_MASTER_KEY_FILE: 'master.key',
      ...env,
    });
  const clean = async (cluster: Cluster) => {
    const gone = ['database', 'role', 'role'].map(
      (what, i) => `-c 'drop ${what} if exists ${['recourse', 'recourse', 'recourse_server'][i]}'`,
    );
    expect(await place.run(`psql ${gone.join(' ')}`, cluster.env)).toMatchObject({ code: 0 });
  };
  afterEach(async () => {
    await clean(old);
    await clean(fresh);
  });

  test('is dumped while a server runs, and restored into a new cluster', async () => {
    const kept = await dumped();
    const restored = await place.serve(at(fresh, restore), fresh.env);
    expect(restored.said).toMatch(whole);
    await kept.isThere(restored.url);
    await restored.stop();

    await writeFile(join(place.folder, 'master.key'), randomBytes(32).toString('base64'));
    const wrong = await started();
    expect(wrong).toMatchObject({ code: 2, out: '' });
    expect(wrong.err).toMatch(/^RECOURSE_MASTER_KEY_FILE: is not the key .* with its backup\n$/);
  });

  test('restored in another order, says in one line what to do, and nothing of what is in it', async () => {
    await dumped();
    // without the server's role, whose rights are left out
    const roleless = /psql[^]*owner recourse'/.exec(at(fresh, restore))?.[0];
    expect(await place.run(roleless ?? '', fresh.env)).toMatchObject({ code: 0 });
    const env = { DATABASE_URL: databaseUrl(fresh) };
    await place.run('pg_restore --dbname="$DATABASE_URL" recourse.dump', env);
    const refusedRole = await started();
    expect(refusedRole).toMatchObject({ code: 1, out: '' });
    expect(refusedRole.err).toMatch(
      /^the database user may not set up the role recourse_server: .*\n$/,
    );
    const late = `psql -c 'create role recourse_server nologin' -c 'grant recourse_server to recourse'`;
    expect(await place.run(late, fresh.env)).toMatchObject({ code: 0 });
    const rightless = await started();
    expect(rightless).toMatchObject({ code: 1, out: '' });
    expect(rightless.err).toBe(
      'the database was restored in part, or before there was the role recourse_server: ' +
        'drop it, and restore it in the order that README.md says under "Restore"\n',
    );

    // and as the README says after that
    await place.run(
      `psql -c 'drop database recourse' -c 'create database recourse owner recourse'`,
      fresh.env,
    );
    const ready = await place.serve('npm start', {
      ...env,
      RECOURSE_MASTER_KEY_FILE: 'master.key',
    });
    await ready.stop();
    // a server was started on the empty database before
    const over = at(fresh, restore).replace(/psql[^]*?&&/, '');
    const refused = await place.run(over, fresh.env);
    expect(refused.code).toBe(1);
    expect(refused.err).toContain('already exists');
  });
});
