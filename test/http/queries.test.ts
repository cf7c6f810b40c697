/** Queries that no client of good will sends: what PostgreSQL cannot take is a 400 before it gets there. */
import { beforeAll, describe, expect, test } from 'vitest';
import { openCase, type Problem } from '../support/telling.ts';
import { useApp } from '../support/use-app.ts';

const app = useApp({ staff: { omni: ['lead', 'auditor', 'admin'] } });
let caseId = '';
beforeAll(async () => {
  caseId = (await openCase(app)).id;
  await app.as('omni').post('/v1/checkpoints');
});

/** The status, and what it is about. */
async function ask(path: string) {
  const { status, body } = await app.as('omni').get<Partial<Problem>>(path);
  return { path, status, pointers: body.errors?.map(({ pointer }) => pointer) };
}

test.each([
  ['codename=%00', '/query/codename'],
  ['codename=a%00b', '/query/codename'],
  ['stage=intake&state=%00', '/query/state'],
  ['stage=%00&state=x', '/query/stage'],
  ['assignee=%00', '/query/assignee'],
  ['status=%00', '/query/status'],
  ['overdue=%00', '/query/overdue'],
])('cases cannot be asked for by %s', async (query, pointer) => {
  expect(await ask(`/v1/cases?${query}`)).toMatchObject({ status: 400, pointers: [pointer] });
});

describe('a forged cursor', () => {
  const id = '3f1f3f43-2bd5-4d2c-9a43-6f7f0f1c9a11';
  const at = '2026-01-01T00:00:00.000Z';
  const cursorOf = (key: unknown) => Buffer.from(JSON.stringify(key)).toString('base64url');

  /** In the place of a moment. */
  const moments = [
    '0000-01-01T00:00:00.000Z',
    `2026-01-01T00:00:00.${'1'.repeat(300)}Z`,
    '2026-01-01T00:00:00Z',
    '2026-01-01T00:00Z',
    '2026-01-01T00:00:60.000Z',
    'infinity',
    'now',
    '\u0000',
    '',
    null,
    true,
    0,
    [at],
  ];
  const noIds = ['\u0000', `${id}\u0000`, '', null, true, 0, [id]];
  const pairs = [...moments.map((moment) => [moment, id]), ...noIds.map((other) => [at, other])];
  const cursors = [...pairs, [at], [at, id, id], {}, null, true, ''];

  test.each([
    ['/v1/cases', cursors],
    ['/v1/cases/{id}/related', cursors],
    ['/v1/cases/{id}/accesses', cursors],
    ['/v1/people/omni/tokens', cursors],
    [
      '/v1/deadlines',
      [
        ...pairs.map((pair) => [...pair, 'leadsMeet', 'case']),
        ...['\u0000', 'a\u0000', '\ud800', null, true, 0].flatMap((name) => [
          [at, id, name, 'case'],
          [at, id, 'leadsMeet', name],
        ]),
        [at, id, 'leadsMeet'],
        [at, id],
      ],
    ],
    ['/v1/people', ['\u0000', 'a\u0000b', '', null, true, 0, ['ada']].map((handle) => [handle])],
    ...['/v1/checkpoints', '/v1/checkpoints/1/leaves'].map((path): [string, unknown[]] => [
      path,
      [
        null,
        true,
        false,
        '',
        ' ',
        1,
        [],
        '-1',
        '01',
        '1.5',
        '1e3',
        '0x1',
        '\u0000',
        '9007199254740993',
        '9999999999999999',
        '9'.repeat(30),
        'Infinity',
      ].map((number) => [number]),
    ]),
  ])('of %s is none', async (path, keys) => {
    for (const key of keys) {
      const asked = await ask(`${path.replace('{id}', caseId)}?cursor=${cursorOf(key)}`);
      expect(asked).toMatchObject({ status: 400, pointers: ['/query/cursor'] });
    }
  });

  test('is told from one that could be', async () => {
    const could: readonly [string, unknown][] = [
      ['/v1/cases', [at, id]],
      ['/v1/cases/{id}/related', [at, id]],
      ['/v1/cases/{id}/accesses', [at, id]],
      ['/v1/people/omni/tokens', [at, id]],
      ['/v1/deadlines', ['0001-01-01T00:00:00.000Z', id, 'leadsMeet', 'case']],
      ['/v1/people', ['ada']],
      ['/v1/checkpoints', ['9007199254740991']],
      ['/v1/checkpoints/1/leaves', ['0']],
    ];
    for (const [path, key] of could) {
      const asked = await ask(`${path.replace('{id}', caseId)}?cursor=${cursorOf(key)}`);
      expect(asked).toMatchObject({ status: 200 });
    }
  });
});
