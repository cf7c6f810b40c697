/**
 * `npm run bench`: how fast the engine is, each time beside a floor that is measured in the same run
 * on the same machine: the ratio says more than the number. Takes about a minute.
 */
import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { history } from '../../drizzle/schema.ts';
import type { CaseState } from '../../machines/system.ts';
import { teamFor } from '../support/established.ts';
import { submit } from '../../src/engine/step/advance.ts';
import { entriesOf, verifyCase } from '../../src/engine/audit/audit.ts';
import { linesOf } from '../../src/engine/audit/bundle.ts';
import { decide, optionsFor } from '../../src/engine/step/decide.ts';
import { exportCase } from '../../src/engine/audit/export.ts';
import { openCase } from '../../src/engine/step/open.ts';
import { engineReader } from '../../src/engine/audit/verify-all.ts';
import { openBundle } from '../../src/engine/audit/verify-bundle.ts';
import { ada, actor, cleo, type Sent } from '../support/cast.ts';
import { recorded, safe } from '../support/chapters.ts';
import { begin, stamped } from '../support/story.ts';
import { write } from '../support/written.ts';
import { insertWritten, startBench, type Bench } from './database.ts';
import { note, peak, repeated, tell, timed } from './measure.ts';

/** A report, and then what may be said again and again, every third time in vain. */
function* endless(length: number): Generator<Sent> {
  const again = [safe, cleo('care.provide', { kind: 'water' }), ada('case.close')];
  yield* recorded;
  for (let i = recorded.length + 1; i < length; i += 1) yield again[i % 3] ?? safe;
}

const megabyte = (bytes: number) => `${(bytes / 1024 / 1024).toFixed(0)} MiB`;

/** Verifying a case of 10,000 entries, in the database and from its bundle. */
async function benchVerification({ engine, owner, folder }: Bench): Promise<void> {
  const [small, large] = [write(endless(1_000)), write(endless(10_000))];
  for (const written of [small, large]) await insertWritten(owner, written);
  const { caseId, headSeq } = large.row;

  const verify = async (id: string) => {
    const { ok, entries } = await verifyCase(engine, engineReader, id);
    if (!ok) throw new Error('the case does not verify');
    return entries;
  };
  const read = async (id: string) => {
    let count = 0;
    for await (const _ of entriesOf(engine.db, engineReader.person, id)) count += 1;
    return count;
  };
  // the first one warms up; what it needed is not counted as growth
  await verify(small.row.caseId);
  const before = peak();
  const rows = await timed('reading its rows', async () => read(caseId));
  const verified = await timed('entries verified, in the database', async () => verify(caseId));
  tell(verified, rows);
  note(`memory: peak grew by ${megabyte(peak() - before)} over ${headSeq} entries`);

  const file = join(folder, 'bundle.ndjson');
  const exported = await timed('entries exported', async () => {
    const { lines } = await exportCase(engine, engineReader, caseId);
    await writeFile(file, lines);
    return headSeq;
  });
  tell(exported, rows);
  const parsed = await timed('JSON and SHA-256 of its lines', async () => {
    let count = 0;
    for await (const line of linesOf(createReadStream(file))) {
      JSON.parse(line.toString());
      createHash('sha256').update(line).digest();
      count += 1;
    }
    return count;
  });
  note(`the bundle has ${megabyte((await stat(file)).size)}`);
  const between = peak();
  const offline = await timed('entries verified, from the bundle', async () => {
    const reading = await openBundle(createReadStream(file));
    for await (const _ of reading.steps());
    if (!reading.finish().ok) throw new Error('the bundle does not verify');
    return headSeq;
  });
  tell(offline, parsed);
  note(`memory: peak grew by ${megabyte(peak() - between)} over ${headSeq} entries`);
}

/** Events sent one after another, as one client would; and what the database takes for a bare row. */
async function benchEvents({ engine, owner }: Bench): Promise<void> {
  const { case: opened } = await openCase(engine, {
    person: 'cleo',
    channel: 'phone',
    excluded: [],
  });
  const [written] = write([]).entries;
  if (!written) throw new Error('nothing was written');
  const { sealed: _, ...row } = written;
  const events = await repeated('events through submit', 4, async () =>
    submit(engine, { person: 'cleo', caseId: opened.id, events: [safe.event] }),
  );
  const caseId = randomUUID();
  const inserts = await repeated('a bare INSERT of an entry', 4, async (i) =>
    owner.db.insert(history).values({ ...row, caseId, seq: i + 1 }),
  );
  tell(events, inserts);
}

/** What somebody may do now, for every type of event; and a single event, judged. */
async function benchOptions(): Promise<void> {
  const { row } = write(recorded);
  const state = row.snapshot as CaseState;
  const event = stamped(safe, { state, at: begin, seq: row.headSeq });
  const by = actor('ada');
  const known = { team: teamFor(state.context, 'ada') };
  const options = await repeated('options, of every type of event', 2, () =>
    optionsFor(state, { at: begin, by, known }),
  );
  const decisions = await repeated('one event decided', 2, () => decide(state, event));
  tell(options, decisions);
}

const bench = await startBench();
try {
  await benchVerification(bench);
  await benchEvents(bench);
  await benchOptions();
} finally {
  await bench.close();
}
