import { sql } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';
import type { EventType } from '../../machines/events.ts';
import { ada, cleo } from '../support/cast.ts';
import { convened, welcomed } from '../support/chapters.ts';
import {
  asOwner,
  clock,
  closeAnyway,
  hour,
  openCase,
  send,
  tell,
  type Page,
  type Problem,
} from '../support/telling.ts';
import { useApp } from '../support/use-app.ts';

interface Related {
  readonly case: string;
  readonly codename: string;
  readonly status: string;
  readonly openedAt: string;
  readonly matches: readonly { ref: string; otherRef: string; kinds: string[] }[];
}

const time = clock();
const app = useApp({ now: time.now });

const report = (...reportedPersons: object[]) => [
  ...welcomed,
  cleo('intake.recordReport', { form: 'written', reportedPersons }),
];

/** A case that names these persons, a moment younger than the one before. */
async function caseOf(persons: object[], opening: { excluded?: string[] } = {}) {
  time.advance(1000);
  const opened = await openCase(app, 'cleo', opening);
  await tell(app, opened.id, report(...persons));
  return opened;
}

const relatedTo = async (caseId: string, by = 'ada', query = '') => {
  const answer = await app.as(by).get<Page<Related>>(`/v1/cases/${caseId}/related${query}`);
  expect(answer, answer.text).toMatchObject({ status: 200 });
  return answer.body;
};
const idsOf = ({ items }: Page<Related>) => items.map((item) => item.case);

describe('a case with the same reported person', () => {
  test('is found under another spelling, from either side', async () => {
    const one = await caseOf([{ name: 'Sinéad Quill' }]);
    const other = await caseOf([{ name: 'somebody else' }, { name: 'QUILL, Sinead' }]);
    expect(await relatedTo(one.id)).toEqual({
      items: [
        {
          case: other.id,
          codename: other.codename,
          status: 'open',
          openedAt: other.openedAt,
          matches: [{ ref: 'reported-1', otherRef: 'reported-2', kinds: ['name'] }],
        },
      ],
      next: null,
    });
    expect((await relatedTo(other.id)).items).toMatchObject([
      { case: one.id, matches: [{ ref: 'reported-2', otherRef: 'reported-1' }] },
    ]);
  });

  test('is found by all that the two have in common', async () => {
    const one = await caseOf([{ name: 'Tove Lark', badge: 'B-9' }, { name: 'b9' }]);
    const other = await caseOf([{ name: 'tove lark', badge: '#b9' }, { badge: 'B9' }]);
    const [found] = (await relatedTo(one.id)).items;
    expect(found?.case).toBe(other.id);
    expect(found?.matches.map((match) => ({ ...match, kinds: match.kinds.toSorted() }))).toEqual([
      { ref: 'reported-1', otherRef: 'reported-1', kinds: ['badge', 'name'] },
      { ref: 'reported-1', otherRef: 'reported-2', kinds: ['badge'] },
    ]);
  });

  test('is found by a clarification, numbered as the case numbers its people', async () => {
    const one = await caseOf([{ name: 'first' }, {}]);
    const other = await caseOf([{ name: 'Ottoline Wren' }]);
    expect(idsOf(await relatedTo(one.id))).toEqual([]);
    const naming = { answer: 'Two more.', reportedPersons: [{}, { name: 'Wren, Ottoline' }] };
    await tell(app, one.id, [cleo('intake.addClarification', naming)]);
    expect((await relatedTo(one.id)).items).toMatchObject([
      { case: other.id, matches: [{ ref: 'reported-4', otherRef: 'reported-1', kinds: ['name'] }] },
    ]);
    expect((await relatedTo(other.id)).items).toMatchObject([
      { case: one.id, matches: [{ ref: 'reported-1', otherRef: 'reported-4' }] },
    ]);
  });

  test('is not found by what was refused, or only asked about', async () => {
    const known = await caseOf([{ name: 'Zebedee Finch' }]);
    const { id } = await openCase(app);
    const said = cleo('intake.recordReport', {
      form: 'written',
      reportedPersons: [{ name: 'Zebedee Finch' }],
    });
    const refused = await send<Problem>(app, 'cleo', id, said.event);
    expect(refused.status).toBe(409);
    await tell(app, id, welcomed);
    await send(app, 'cleo', id, said.event, { query: '?dryRun=true' });
    expect(idsOf(await relatedTo(known.id))).toEqual([]);
    expect(idsOf(await relatedTo(id))).toEqual([]);
  });

  test('is found neither by nor from one that was erased, whose digests are gone', async () => {
    const kept = await caseOf([{ name: 'Ignatius Plover' }]);
    const erased = await caseOf([{ name: 'Ignatius Plover' }]);
    const digests = (caseId: string) =>
      asOwner(app, ({ db }) => db.execute(sql`select from digests where case_id = ${caseId}`));
    expect(await digests(erased.id)).toHaveLength(1);
    await closeAnyway(app, erased.id);
    expect((await relatedTo(kept.id)).items).toMatchObject([{ case: erased.id, status: 'closed' }]);
    await app.as('dov').post(`/v1/cases/${erased.id}/erasure`, { reason: 'request' });
    expect(await digests(erased.id)).toHaveLength(0);
    expect(await digests(kept.id)).toHaveLength(1);
    expect(idsOf(await relatedTo(kept.id))).toEqual([]);
    expect(idsOf(await relatedTo(erased.id))).toEqual([]);
  });
});

describe('a case with the same person in another part', () => {
  const reportBy = async (reporter: object, reportedPersons: object[] = [{}]) => {
    const { id } = await openCase(app);
    const taken = { form: 'transcribed', reporter, reportedPersons };
    await tell(app, id, [...welcomed, cleo('intake.recordReport', taken)]);
    return id;
  };

  test('is found: who reports here is reported there, and the other way round', async () => {
    const by = await reportBy({
      anonymous: false,
      name: 'Perpetua Rail',
      contact: 'pp@rail.example',
    });
    const against = await caseOf([{}, { name: 'Rail, Perpetua' }, { name: 'pp@rail.example' }]);
    const matchesOf = async (one: string, other: string) => {
      const found = (await relatedTo(one)).items.find((item) => item.case === other);
      return (found?.matches ?? [])
        .map(({ ref, otherRef, kinds }) => `${ref} ${otherRef} ${kinds.join()}`)
        .toSorted();
    };
    expect(await matchesOf(by, against.id)).toEqual([
      'reporter reported-2 name',
      'reporter reported-3 contact',
    ]);
    expect(await matchesOf(against.id, by)).toEqual([
      'reported-2 reporter name',
      'reported-3 reporter contact',
    ]);
  });

  test('is found for a second reporter as well, by their own reference', async () => {
    const { id } = await caseOf([{}]);
    const reporter = { anonymous: false, name: 'Cosima Bittern' };
    await tell(app, id, [
      ...welcomed,
      cleo('intake.recordReport', {
        form: 'transcribed',
        reporter: { anonymous: false, name: 'Somebody Elsewise' },
      }),
      ...welcomed,
      cleo('intake.recordReport', { form: 'transcribed', reporter }),
    ]);
    const against = await caseOf([{ name: 'cosima bittern' }]);
    const [found] = (await relatedTo(against.id)).items;
    expect(found).toMatchObject({ case: id, matches: [{ otherRef: 'reporter-3' }] });
  });

  test('is none: that somebody reports often is no pattern, nor that somebody saw two things', async () => {
    const reporter = { anonymous: false, name: 'Leopold Sandpiper' };
    const [one] = [await reportBy(reporter), await reportBy(reporter)];
    expect(idsOf(await relatedTo(one))).toEqual([]);
    const { id } = await openCase(app);
    const others = [{ role: 'witness', name: 'Leopold Sandpiper' }];
    await tell(app, id, [
      ...welcomed,
      cleo('intake.recordReport', { form: 'transcribed', others, reportedPersons: [{}] }),
    ]);
    expect(idsOf(await relatedTo(id))).toEqual([]);
    expect(idsOf(await relatedTo(one))).toEqual([]);
  });
});

describe('of related cases', () => {
  test('everybody sees those that they see anyway', async () => {
    const one = await caseOf([{ name: 'Una Heron' }]);
    const open = await caseOf([{ name: 'Una Heron' }]);
    const hidden = await caseOf([{ name: 'Una Heron' }], { excluded: ['ben', 'eve'] });
    await tell(app, one.id, [cleo('case.bringIn', { person: 'rui' })]);
    for (const seesAll of ['ada', 'kim', 'dov', 'cleo'])
      expect(idsOf(await relatedTo(one.id, seesAll))).toEqual([hidden.id, open.id]);
    for (const seesOne of ['ben', 'eve']) {
      expect(idsOf(await relatedTo(one.id, seesOne))).toEqual([open.id]);
      // nothing is left that a page would betray
      expect(await relatedTo(one.id, seesOne, '?limit=1')).toMatchObject({ next: null });
    }
    expect(idsOf(await relatedTo(one.id, 'rui'))).toEqual([]);
  });

  test('who is reported in both sees neither', async () => {
    const one = await caseOf([{ staff: 'ben' }]);
    const other = await caseOf([{ staff: 'ben', name: 'Ben' }]);
    expect((await relatedTo(one.id)).items).toMatchObject([
      { case: other.id, matches: [{ kinds: ['staff'] }] },
    ]);
    expect(await app.as('ben').get(`/v1/cases/${one.id}/related`)).toMatchObject({ status: 404 });
  });

  test('pages hold each once, newest first', async () => {
    const one = await caseOf([{ name: 'Wilhelmina Stork' }]);
    const others: string[] = [];
    for (let i = 0; i < 5; i++) others.push((await caseOf([{ name: 'wilhelmina stork' }])).id);
    const paged: string[] = [];
    let next: string | null = null;
    do {
      const page: Page<Related> = await relatedTo(
        one.id,
        'ada',
        `?limit=2${next ? `&cursor=${next}` : ''}`,
      );
      paged.push(...idsOf(page));
      next = page.next;
    } while (next);
    expect(paged).toEqual(others.toReversed());
  });

  test('admins are told nothing, whether there is a case or not', async () => {
    const { id } = await openCase(app);
    for (const place of [id, '3f1f3f43-2bd5-4d2c-9a43-6f7f0f1c9a11'])
      expect(await app.as('admin').get(`/v1/cases/${place}/related`)).toMatchObject({
        status: 403,
        body: { type: 'urn:recourse:problem:not-allowed' },
      });
  });
});

describe('the meeting', () => {
  interface Option {
    readonly type: EventType;
    readonly offers?: { readonly related: string[] };
  }
  const offeredTo = async (caseId: string, by: string) => {
    const { body } = await app.as(by).get<Page<Option>>(`/v1/cases/${caseId}/options`);
    const offering = body.items.filter(({ offers }) => offers);
    return Object.fromEntries(offering.map(({ type, offers }) => [type, offers?.related]));
  };

  test('is offered the related cases once it may consult them, and can name them', async () => {
    time.advance(hour);
    const past = await caseOf([{ name: 'words' }]);
    const { id } = await openCase(app);
    await tell(app, id, convened.slice(0, -1));
    expect(await offeredTo(id, 'ada')).toEqual({});
    await tell(app, id, convened.slice(-1));
    expect(await offeredTo(id, 'cleo')).toEqual({});
    const offered = await offeredTo(id, 'ada');
    expect(offered).toEqual({ 'meeting.consultPastIncidents': [past.id] });
    const consulting = { related: [past.id], patternFound: true };
    await tell(app, id, [ada('meeting.consultPastIncidents', consulting)]);
  });

  test('is offered an empty list where nobody was reported before', async () => {
    const { id } = await caseOf([{ name: 'Xanthippe Moorhen' }]);
    await tell(app, id, convened.slice(3));
    expect(await offeredTo(id, 'ada')).toEqual({ 'meeting.consultPastIncidents': [] });
  });
});
