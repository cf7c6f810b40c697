/** A database that lasts as long as the bench. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'drizzle-orm';
import { cases, deadlines, history, sealedParts } from '../../drizzle/schema.ts';
import { parseSettings } from '../../machines/procedure.ts';
import type { CaseState } from '../../machines/system.ts';
import { keyringOf } from '../../src/crypto/keyring.ts';
import { makeSigner } from '../../src/engine/audit/checkpoint.ts';
import type { Engine } from '../../src/engine/engine.ts';
import { deadlinesOf } from '../../src/engine/step/clocks.ts';
import { connect, migrate, serverRole, type Database } from '../../src/store/database.ts';
import { startEmbedded } from '../../src/embedded/start.ts';
import { insertPerson } from '../../src/store/people.ts';
import { roster } from '../support/cast.ts';
import type { Written } from '../support/written.ts';

export interface Bench {
  readonly engine: Engine;
  /** Of the tables, who sees and writes every row. */
  readonly owner: Database;
  /** A folder of its own. */
  readonly folder: string;
  readonly close: () => Promise<void>;
}

/** Starts PostgreSQL as it is, with a roster of staff. */
export async function startBench(): Promise<Bench> {
  const folder = await mkdtemp(join(tmpdir(), 'recourse-bench-'));
  const server = await startEmbedded(folder);
  await migrate(server.url);
  const owner = connect(server.url);
  const database = connect(server.url, { role: serverRole });
  const keyring = keyringOf(randomBytes(32));
  const engine: Engine = {
    db: database.db,
    keyring,
    signer: makeSigner(undefined, keyring),
    settings: parseSettings({}),
    now: () => new Date(),
  };
  for (const [id, roles] of Object.entries(roster))
    await insertPerson(engine.db, { id, name: id, roles }, engine.now());
  const close = async () => {
    await database.close();
    await owner.close();
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  };
  return { engine, owner, folder, close };
}

/** Writes a case that was made without a database, row for row. */
export async function insertWritten({ db }: Database, { row, entries }: Written): Promise<void> {
  const { caseId } = row;
  const clocks = deadlinesOf(row.snapshot as CaseState);
  await db.insert(cases).values(row);
  await db
    .insert(deadlines)
    .values(clocks.map((clock) => ({ ...clock, caseId, dueAt: new Date(clock.dueAt) })));
  const parts = entries.flatMap(({ seq, sealed }) =>
    Object.entries(sealed).map(([part, bytes]) => ({ caseId, seq, part, sealed: bytes })),
  );
  for (let at = 0; at < entries.length; at += 500) {
    const rows = entries.slice(at, at + 500).map((entry) => {
      const { sealed: _sealed, ...plain } = entry;
      return plain;
    });
    await db.insert(history).values(rows);
  }
  for (let at = 0; at < parts.length; at += 500)
    await db.insert(sealedParts).values(parts.slice(at, at + 500));
  // As autovacuum would soon: without statistics the planner takes it for a handful of rows.
  await db.execute(sql`analyze`);
}
