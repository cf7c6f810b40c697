/** The databases of a bench, filled through `npm run seed`, in an embedded PostgreSQL as it is for everybody. */
import { access, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { keyringOf, type Keyring } from '../../src/crypto/keyring.ts';
import { checkpointSigner } from '../../src/crypto/note.ts';
import { digestKeys } from '../../src/engine/confidential/digests.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { issueToken } from '../../src/engine/staff/tokens.ts';
import { parseSettings } from '../../machines/procedure.ts';
import { copyOf, mouldOf } from '../../src/cli/seed/mould.ts';
import { insertCopies } from '../../src/cli/seed/rows.ts';
import { startEmbedded } from '../../src/embedded/start.ts';
import { readClock } from '../../src/store/clock.ts';
import { connect, migrate, serverRole, type Database } from '../../src/store/database.ts';
import { connectBare, type BareDatabase } from '../support/bare-database.ts';
import { safe, recorded } from '../support/chapters.ts';
import { ada, cleo, type Sent } from '../support/cast.ts';
import { write } from '../support/written.ts';
import { firstSnapshot } from './floors/machine.ts';
import { runScript } from './processes.ts';

/** What is in these databases is made up, so anybody may know their key. */
const masterKey = Buffer.alloc(32, 7);

/** One database of Recourse, with cases. */
export interface Filled {
  readonly url: string;
  readonly engine: Engine;
  /** Of the tables, who sees every row. */
  readonly owner: BareDatabase;
  readonly settings: Readonly<Record<string, string>>;
  readonly tokens: Readonly<Record<string, string>>;
  /** Open cases in which a safety check is taken whenever it is sent. */
  readonly open: readonly string[];
  /** Cases of so many entries. */
  readonly ofLength: (entries: number) => Promise<readonly string[]>;
  readonly close: () => Promise<void>;
}

export interface Cluster {
  readonly folder: string;
  /** A database with so many cases; made, if it is not there yet. `long`: with long cases beside them. */
  readonly filled: (cases: number, options: { long: boolean }) => Promise<Filled>;
  /** The database of the floors, with so many rows. */
  readonly floor: (rows: number) => Promise<string>;
  readonly stop: () => Promise<void>;
}

/** @param signal breaks the filling off */
export async function startCluster(folder: string, signal: AbortSignal): Promise<Cluster> {
  await mkdir(folder, { recursive: true });
  const server = await startEmbedded(folder);
  const create = async (name: string) => {
    const owner = connectBare(server.url, { max: 1 });
    const [there] = await owner.sql`select from pg_database where datname = ${name}`;
    if (!there) await owner.sql`create database ${owner.sql(name)}`;
    await owner.close();
    const url = new URL(server.url);
    url.pathname = name;
    return url.href;
  };
  return {
    folder,
    filled: async (cases, { long }) =>
      openFilled(await create(`cases_${cases}`), {
        cases,
        long,
        marker: join(folder, `${cases}`),
        signal,
      }),
    floor: async (rows) => fillFloor(await create('floor'), rows),
    stop: () => server.stop(),
  };
}

async function openFilled(
  url: string,
  {
    cases,
    long,
    marker,
    signal,
  }: { cases: number; long: boolean; marker: string; signal: AbortSignal },
): Promise<Filled> {
  const settings = { DATABASE_URL: url, RECOURSE_MASTER_KEY: masterKey.toString('base64') };
  const keyring = keyringOf(masterKey);
  await migrate(url);
  const owner = connectBare(url, { max: 2 });
  const isFilled = await access(marker).then(
    () => true,
    () => false,
  );
  if (!isFilled) {
    await runScript('src/cli/seed.ts', [String(cases)], { settings, signal });
    for (const length of long ? lengths : []) await insertLong(owner, keyring, length);
    // as autovacuum would soon
    await owner.sql`vacuum analyze`;
    await owner.sql`checkpoint`;
    await writeFile(marker, '');
  }
  const database = connect(url, { role: serverRole });
  const now = () => new Date();
  const { db } = database;
  const signer = checkpointSigner(masterKey);
  const databaseNow = () => readClock(db);
  const engine: Engine = { db, keyring, signer, settings: parseSettings({}), now, databaseNow };
  const tokens: Record<string, string> = {};
  for (const person of ['ada', 'nia']) {
    const wanted = { person, label: 'bench', expiresAt: null, now: now() };
    tokens[person] = (await issueToken(db, wanted)).token;
  }
  const open = await owner.sql<{ id: string }[]>`
    select case_id as id from cases where status = 'open' and stages ->> 'intake' = 'recorded'
      and head_seq < 50 order by case_id limit 2000`;
  const ofLength = async (entries: number) => {
    const rows = await owner.sql<{ id: string }[]>`
      select case_id as id from cases where codename like ${`long-${entries}-%`} order by codename`;
    return rows.map(({ id }) => id);
  };
  const close = async () => {
    await database.close();
    await owner.close();
  };
  return { url, engine, owner, settings, tokens, open: open.map(({ id }) => id), ofLength, close };
}

/** How long the cases are that are written beside the others, four of each. */
const lengths = [50, 1_000, 5_000, 10_000];

/** A report, and then what may be said again and again, every third time in vain. */
function* endless(length: number): Generator<Sent> {
  const again = [safe, cleo('care.provide', { kind: 'water' }), ada('case.close')];
  yield* recorded;
  for (let i = recorded.length + 1; i < length; i += 1) yield again[i % 3] ?? safe;
}

/** Long cases, whose entries lie a second apart; a third of them say something in confidence. */
async function insertLong(
  { db }: Pick<Database, 'db'>,
  keyring: Keyring,
  length: number,
): Promise<void> {
  const { entries } = write(endless(length));
  const apart = entries.map((entry) => ({
    ...entry,
    at: new Date(entry.at.getTime() + entry.seq * 1000),
  }));
  const parts = entries
    .filter(({ seq }) => seq % 3 === 2)
    .map(({ seq }) => ({ seq, part: 'content', value: { notes: `As was said before, ${seq}.` } }));
  const mould = mouldOf({ entries: apart, parts }, { earlier: 0, staff: {} });
  const keys = { db, keyring, digestKey: digestKeys(keyring)[0] };
  for (let i = 0; i < 4; i += 1)
    await insertCopies(db, [{ mould, copy: await copyOf(mould, `long-${length}-${i}`, keys) }]);
}

/** Rows as large as those of cases. */
async function fillFloor(url: string, rows: number): Promise<string> {
  const floor = connectBare(url, { max: 1 });
  const { sql } = floor;
  await sql`drop table if exists floor_cases, floor_history`;
  await sql`create table floor_cases (
    id int primary key, seq int not null, hash text not null, snapshot jsonb not null)`;
  await sql`create table floor_history (
    id int, seq int, hash text not null, entry jsonb not null, primary key (id, seq))`;
  await sql`insert into floor_cases
    select id, 0, md5(id::text), ${JSON.stringify(firstSnapshot())}::jsonb
    from generate_series(1, ${rows}::int) id`;
  await sql`vacuum analyze`;
  await floor.close();
  return url;
}
