import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { parseSettings } from '../../machines/procedure.ts';
import { keyringOf } from '../../src/crypto/keyring.ts';
import { openNote } from '../../src/crypto/note.ts';
import { submit } from '../../src/engine/step/advance.ts';
import { fitsDatabase } from '../../src/engine/confidential/rotate.ts';
import { establishSigner } from '../../src/engine/audit/signing-keys.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { openCase } from '../../src/engine/step/open.ts';
import { buildApp } from '../../src/http/app.ts';
import { connect, serverRole, type Database } from '../../src/store/database.ts';
import { insertPerson } from '../../src/store/people.ts';
import { ada, roster } from '../support/cast.ts';
import { recorded, safe } from '../support/chapters.ts';
import { cloneDatabase, type TestDatabase } from '../support/database.ts';
import { vouchFor } from '../support/forgery.ts';
import { recourse, type Said } from '../support/terminal.ts';

// Every command is a process of its own, which takes its time on a busy machine.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const masterKey = randomBytes(32);
const history = [...recorded, ada('case.close')];
const entries = history.length + 1;

let owner: TestDatabase;
let database: Database;
let engine: Engine;
let cwd: string;
let caseId: string;
let bundle: string;

const offline = async (...args: string[]) => recourse(args, { cwd });
const online = async (...args: string[]) => {
  const key = { RECOURSE_MASTER_KEY: masterKey.toString('base64') };
  return recourse(args, { cwd, env: { DATABASE_URL: owner.url, ...key } });
};
const json = ({ out }: Said) => JSON.parse(out) as Record<string, unknown>;
const file = (name: string) => join(cwd, name);

/** A copy of the bundle, changed. */
async function changed(name: string, change: (lines: string[]) => string[]): Promise<string> {
  const lines = (await readFile(bundle, 'utf8')).split('\n');
  await writeFile(file(name), change(lines).join('\n'));
  return file(name);
}

beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'recourse-cli-'));
  owner = await cloneDatabase();
  database = connect(owner.url, { role: serverRole, max: 2 });
  const keyring = keyringOf(masterKey);
  const signer = await establishSigner({ db: database.db, keyring });
  const settings = parseSettings({});
  const now = () => new Date();
  engine = { db: database.db, keyring, signer, settings, now, databaseNow: async () => now() };
  await fitsDatabase(engine);
  for (const [id, roles] of Object.entries(roster))
    await insertPerson(engine.db, { id, name: id, roles }, engine.now());
  const opened = await openCase(engine, { person: 'cleo', channel: 'phone', excluded: ['ben'] });
  caseId = opened.case.id;
  for (const { by, event } of history)
    await submit(engine, { person: by ?? '', caseId, events: [event] });
  bundle = file('case.ndjson');
  const { code, err } = await online('audit', 'export', caseId, '-o', bundle);
  if (code !== 0) throw new Error(err);
});
afterAll(async () => {
  await database.close();
  await owner.close();
  await rm(cwd, { recursive: true, force: true });
});

describe('audit verify, of a bundle', () => {
  test('needs no database, and exits with 0 where it is whole', async () => {
    const { code, out } = await offline('audit', 'verify', bundle);
    expect(code).toBe(0);
    expect(out).toContain(`whole: ${entries} entries`);
    expect(out).not.toContain('\u001B');
    const poisoned = { DATABASE_URL: 'postgres://nobody@192.0.2.1/none', RECOURSE_MASTER_KEY: '?' };
    const input = await readFile(bundle, 'utf8');
    const piped = await recourse(['audit', 'verify', '-', '--json'], { cwd, env: poisoned, input });
    expect([piped.code, json(piped)]).toMatchObject([
      0,
      { ok: true, entries, failures: [], confidential: 'withheld', case: { id: caseId } },
    ]);
  });

  test('exits with 1 where it differs, and says where', async () => {
    const forged = await changed('forged.ndjson', (lines) =>
      lines.with(3, String(lines[3]).replace('"cleo"', '"rui"')),
    );
    const told = await offline('audit', 'verify', forged);
    expect([told.code, told.out]).toEqual([1, expect.stringMatching(/entry 3 {2}hash: expected/)]);
    const { code, ...rest } = await offline('audit', 'verify', '--json', forged);
    expect([code, json({ code, ...rest })]).toMatchObject([1, { ok: false }]);
    const cut = await changed('cut.ndjson', (lines) => lines.slice(0, 5));
    expect(await offline('audit', 'verify', cut)).toMatchObject({ code: 1 });
  });

  test('exits with 2 where there is nothing to verify, in one line', async () => {
    const garbage = await changed('garbage.ndjson', () => ['garbage\u001B[2J']);
    const uses = [
      ['verify', garbage],
      ['verify', file('nothing.ndjson')],
      ['verify', bundle, '--key', 'no key'],
      ['verify', bundle, '--all'],
      ['replay', bundle, '--to', '99'],
    ];
    const told = await Promise.all(uses.map(async (use) => offline('audit', ...use)));
    for (const [i, { code, out, err }] of told.entries()) {
      expect([code, out], String(uses[i])).toEqual([2, '']);
      expect(err.trim().replace('\n(--help says more)', ''), err).toMatch(/^\P{Cc}+$/u);
    }
  });
});

describe('audit replay', () => {
  test('tells what each entry changed', async () => {
    const { code, out } = await offline('audit', 'replay', bundle);
    expect(code).toBe(0);
    expect(out).toContain('intake: receiving → recorded');
    expect(out).toMatch(/✗ case\.close {2}ada/);
    expect(out).toContain('settled-before-close (');
    expect(out).toContain(`whole: ${entries} entries`);
  });

  test('ends where it is told, and answers in JSON', async () => {
    const { code, out } = await offline('audit', 'replay', bundle, '--to', '2', '--json');
    const steps = out
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as object);
    expect([code, steps]).toMatchObject([0, [{ seq: 1, type: 'case.open' }, { seq: 2 }]]);
  });

  test('exits with 1 where an entry differs', async () => {
    const forged = await changed('forged-too.ndjson', (lines) =>
      lines.with(2, String(lines[2]).replace('"accepted":true', '"accepted":false')),
    );
    const { code, out } = await offline('audit', 'replay', forged, '--to', '2');
    expect([code, out]).toEqual([1, expect.stringContaining('entry 2  hash')]);
  });
});

describe('audit export', () => {
  test('withholds content, or opens it for who may see it', async () => {
    expect(await readFile(bundle, 'utf8')).not.toContain('words');
    expect((await stat(bundle)).mode & 0o777).toBe(0o600);
    const { code, out } = await online('audit', 'export', caseId, '--as', 'ada');
    expect([code, out]).toEqual([0, expect.stringContaining('"description":"words"')]);
  });

  test('exits with 2 for a case that is not there, or not for that person', async () => {
    const uses = [
      [caseId, '--as', 'ben'],

      [caseId, '--as', 'zed'],
    ];
    uses.push(['6f7f0f1c-2bd5-4d2c-9a43-3f1f3f439a11'], ['7'], [caseId, '--output', bundle]);
    const told = await Promise.all(uses.map(async (use) => online('audit', 'export', ...use)));
    for (const [i, { code, out }] of told.entries())
      expect([code, out], String(uses[i])).toEqual([2, '']);
    expect(await offline('audit', 'verify', bundle)).toMatchObject({ code: 0 });
  });
});

describe('with a database', () => {
  test('there has to be one', async () => {
    const nowhere = await offline('audit', 'verify', '--all');
    expect(nowhere).toMatchObject({
      code: 2,
      err: expect.stringContaining('no database') as string,
    });
    const env = { DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none', RECOURSE_MASTER_KEY: 'no' };
    const bad = await recourse(['checkpoint'], { cwd, env });
    expect(bad).toMatchObject({
      code: 2,
      err: expect.stringContaining('RECOURSE_MASTER_KEY') as string,
    });
    const key = randomBytes(32).toString('base64');
    const away = await recourse(['checkpoint'], { cwd, env: { ...env, RECOURSE_MASTER_KEY: key } });
    expect(away).toMatchObject({ code: 2, err: expect.stringContaining('ECONNREFUSED') as string });
    const other = { DATABASE_URL: owner.url, RECOURSE_MASTER_KEY: key };
    const wrong = await recourse(['checkpoint'], { cwd, env: other });
    expect(wrong).toMatchObject({ code: 2, err: expect.stringContaining('not the key') as string });
  });

  test('people get tokens that let them in', async () => {
    const added = await online('people', 'add', 'zoe', 'Zoe', '--role', 'lead', 'organizer');
    expect(added).toMatchObject({ code: 0, out: 'added zoe: Zoe, lead, organizer\n' });
    expect(await online('people', 'add', 'zoe', 'Zoe', '--role', 'lead')).toMatchObject({
      code: 2,
    });
    expect(await online('people', 'add', 'zed', 'Zed', '-r', 'boss')).toMatchObject({ code: 2 });
    const issued = await online('token', 'issue', 'zoe', '--label', 'laptop', '--expires', 'P30D');
    expect(issued.code, issued.err).toBe(0);
    const app = await buildApp({ engine, logLevel: 'silent' });
    const headers = { authorization: `Bearer ${issued.out.trim()}` };
    const me = await app.inject({ url: '/v1/me', headers });
    expect(me.json()).toMatchObject({ person: 'zoe', roles: ['lead', 'organizer'] });
    await app.close();
    const past = ['token', 'issue', 'zoe', '-l', 'old', '-e', '2020-01-01'];
    expect(await online(...past)).toMatchObject({ code: 2, out: '' });
  });

  test('a case of another version is named, and carried over where its history holds', async () => {
    const none = await online('machine', 'diff', '--json');
    expect([none.code, json(none)]).toMatchObject([0, { machine: { version: '1' }, cases: [] }]);
    await owner.db.execute(sql`update cases set machine_version = '0'`);
    await vouchFor({ db: owner.db, engine }, caseId);
    const diff = await online('machine', 'diff');
    expect([diff.code, diff.out]).toEqual([0, expect.stringMatching(/of version 0: holds/)]);
    const carried = await online('machine', 'carry-over', '--json');
    expect(json(carried)).toMatchObject({ cases: [{ caseId, holds: true }] });
    expect((await online('machine', 'diff')).out).toContain('every case is of this version');
  });

  test('a kept checkpoint gives away what was rewritten since', async () => {
    const taken = await online('checkpoint');
    expect(openNote(taken.out, engine.signer.verifierKey)).toMatch(/^recourse\//);
    await writeFile(file('kept'), taken.out);
    await submit(engine, { person: 'cleo', caseId, events: [safe.event] });
    const all = ['audit', 'verify', '--all'];
    const whole = await online(...all, '--checkpoint', file('kept'), '--json');
    expect([whole.code, json(whole)]).toMatchObject([
      0,
      { ok: true, cases: 1, broken: [], log: [] },
    ]);
    expect(await online(...all, '-c', bundle)).toMatchObject({ code: 2 });

    await owner.db.execute(sql`alter table history disable trigger user`);
    await owner.db.execute(sql`update history set at = at - interval '1 day' where seq = 4`);
    const { code, out } = await online(...all);
    expect([code, out]).toEqual([1, expect.stringMatching(/entry 4 {2}hash/)]);
  });
});
