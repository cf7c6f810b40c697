import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { submit } from '../../src/engine/step/advance.ts';
import { takeCheckpoint } from '../../src/engine/audit/checkpoint.ts';
import { exportCase } from '../../src/engine/audit/export.ts';
import { openBundle } from '../../src/engine/audit/verify-bundle.ts';
import { NotFound } from '../../src/errors.ts';
import { ada, cleo, dov, sent } from '../support/cast.ts';
import { closed, recorded, reported, safe } from '../support/chapters.ts';
import { caseAfter, openCase, send, tell, type Page } from '../support/telling.ts';
import { useApp } from '../support/use-app.ts';

const app = useApp();

const get = async (id: string, by: string) => app.as(by).get(`/v1/cases/${id}/export`);

async function read(text: string, keys: string[] = []) {
  const reading = await openBundle(
    (async function* () {
      yield Buffer.from(text);
    })(),
    keys,
  );
  const steps = await Array.fromAsync(reading.steps());
  return {
    header: reading.header,
    entries: steps.map(({ entry }) => entry),
    verification: reading.finish(),
  };
}

describe('an export', () => {
  test('is a bundle that verifies by itself', async () => {
    const { id, codename, version } = await caseAfter(app, recorded);
    await send(app, 'ada', id, ada('case.close').event);
    const { status, headers, text } = await get(id, 'ada');
    expect(status).toBe(200);
    expect(headers).toMatchObject({
      'content-type': 'application/x-ndjson; charset=utf-8',
      'content-disposition': `attachment; filename="${codename}.ndjson"`,
      'cache-control': 'no-store',
    });
    const { header, entries, verification } = await read(text);
    expect(verification).toMatchObject({ ok: true, entries: recorded.length + 2, failures: [] });
    expect(header).toMatchObject({
      case: { id, codename, version, status: 'open', headSeq: recorded.length + 2 },
      machine: { id: 'case', definitionHash: expect.stringMatching(/^[0-9a-f]{64}$/) as string },
      settings: app.engine.settings,
      confidential: 'opened',
      verifierKey: null,
    });
    expect(entries.at(-1)).toMatchObject({ outcome: 'refused', type: 'case.close' });
    expect(JSON.stringify(entries)).toContain('"description":"words"');
  });

  test('withholds from auditors what they may not read, and verifies all the same', async () => {
    const { id } = await caseAfter(app, recorded);
    const { text } = await get(id, 'eve');
    expect(text).not.toContain('words');
    const { header, entries, verification } = await read(text);
    expect([header.confidential, verification.ok]).toEqual(['withheld', true]);
    expect(new Set(entries.map(({ confidential }) => confidential))).toEqual(new Set(['withheld']));
  });

  test('does not exist for who may not see the case', async () => {
    const { id } = await openCase(app, 'cleo', { excluded: ['ben'] });
    const answers = [await get(id, 'ben'), await get(id, 'rui'), await get(id, 'admin')];
    const unknown = await get(randomUUID(), 'ben');
    for (const { status, text } of answers)
      expect({ status, text: text.replace(id, '…') }).toEqual({
        status: 404,
        text: unknown.text.replace(/[0-9a-f-]{36}/, '…'),
      });
    expect((await get(id, 'nobody')).status).toBe(401);
  });

  test('names no case to who may not see that one', async () => {
    const hidden = await openCase(app, 'cleo', { excluded: ['ben'] });
    const { id } = await caseAfter(app, reported);
    const link = sent('ada', 'case.link', { case: hidden.id, relation: 'pattern' });
    await tell(app, id, [link]);
    expect((await get(id, 'ada')).text).toContain(hidden.id);
    const { text } = await get(id, 'ben');
    expect(text).not.toContain(hidden.id);
    expect((await read(text)).verification.ok).toBe(true);
  });

  test('says what was erased, and verifies all the same', async () => {
    const { id } = await caseAfter(app, closed);
    await app.as('dov').post(`/v1/cases/${id}/erasure`, { reason: 'request' });
    const { header, entries, verification } = await read((await get(id, 'ada')).text);
    expect([header.confidential, verification.ok]).toEqual(['erased', true]);
    expect(entries.at(-1)).toMatchObject({ type: 'case.erase', confidential: {} });
    const shown = new Set(entries.map(({ confidential }) => JSON.stringify(confidential)));
    expect(shown).toEqual(new Set(['"erased"', '{}']));
  });

  test('holds the latest checkpoint, and proves that it covers the case', async () => {
    const { id } = await caseAfter(app, recorded);
    await openCase(app);
    await takeCheckpoint(app.engine);
    await tell(app, id, [safe]);
    const { verifierKey } = app.engine.signer;
    const { header, verification } = await read((await get(id, 'eve')).text, [verifierKey]);
    expect(header).toMatchObject({ verifierKey, loggedSeq: recorded.length + 1 });
    expect(verification).toMatchObject({ ok: true, checked: { checkpoint: 'ok' } });
  });

  test('is as whole for a case that moves meanwhile, and longer than is read at once', async () => {
    const { id } = await openCase(app);
    const say = async () =>
      submit(app.engine, { person: 'cleo', caseId: id, events: [safe.event] });
    for (let i = 0; i < 210; i++) await say();
    const reader = { person: 'dov', roles: ['organizer'] as const };
    const { lines } = await exportCase(app.engine, reader, id);
    let text = String((await lines.next()).value);
    await say();
    for await (const line of lines) text += line;
    expect((await read(text)).verification).toMatchObject({ ok: true, entries: 211 });
  });

  test('breaks off for who leaves the case meanwhile', async () => {
    const { id } = await openCase(app);
    const { lines } = await exportCase(app.engine, { person: 'ben', roles: ['lead'] }, id);
    await lines.next();
    await tell(app, id, [dov('case.recuse', { person: 'ben' })]);
    await expect(lines.next()).rejects.toThrow(NotFound);
  });

  test('is on the list of who opened content, but for who opened none', async () => {
    const { id } = await caseAfter(app, [...recorded, cleo('intake.thankReporter')]);
    await get(id, 'eve');
    await get(id, 'ada');
    const { body } = await app.as('eve').get<Page<object>>(`/v1/cases/${id}/accesses`);
    expect(body.items).toMatchObject([{ person: 'ada' }]);
  });
});
