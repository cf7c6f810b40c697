/** Which cases the next checkpoint looks at: those of which a step is not logged, whenever it was committed. */
import { expect, test } from 'vitest';
import { unloggedHeads } from '../../drizzle/schema.ts';
import { inclusionOf, takeCheckpoint } from '../../src/engine/audit/checkpoint.ts';
import { submit } from '../../src/engine/step/advance.ts';
import { measureBeyondLog } from '../../src/store/log.ts';
import { cleo } from '../support/cast.ts';
import { asOwner, clock, openCase, tell } from '../support/telling.ts';
import { useApp } from '../support/use-app.ts';

const app = useApp({ now: clock().now }, { per: 'test' });
const thanks = cleo('intake.thankReporter');
const unlogged = () => asOwner(app, ({ db }) => db.$count(unloggedHeads));

test('cases that it covers are not looked at, until they move', async () => {
  const { id } = await openCase(app);
  await openCase(app);
  await tell(app, id, [thanks]);
  expect(await unlogged()).toBe(3);
  expect(await takeCheckpoint(app.engine)).toMatchObject({ size: 2 });
  expect(await unlogged()).toBe(0);
  await tell(app, id, [thanks]);
  expect(await unlogged()).toBe(1);
});

test('a step that is under way does not hold it up, and is not missed', async () => {
  const { id } = await openCase(app);
  const size = async () => (await takeCheckpoint(app.engine)).size;
  await app.db.transaction(async (tx) => {
    const step = { person: 'cleo', caseId: id, events: [thanks.event] };
    expect(await submit({ ...app.engine, db: tx }, step)).toMatchObject({ outcome: 'accepted' });
    expect([await size(), await size()]).toEqual([1, 1]);
  });
  expect((await measureBeyondLog(app.db)).entries).toBe(1);
  expect(await size()).toBe(2);
  expect(await inclusionOf(app.engine, id)).toMatchObject({ leaf: { seq: 2 } });
  expect([(await measureBeyondLog(app.db)).entries, await unlogged()]).toEqual([0, 0]);
});
