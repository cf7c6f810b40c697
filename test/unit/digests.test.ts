import { describe, expect, test } from 'vitest';
import { digestsOf, identifiersOf } from '../../src/engine/confidential/digests.ts';

type Words = Readonly<Record<string, string>>;

const key = Buffer.alloc(32, 1);

/** Whether two descriptions have something in common. */
function alike(one: Words, other: Words): boolean {
  const [first = [], second = []] = [one, other].map((words) =>
    digestsOf(key, [{ ref: 'reported-1', words }]).map(({ digest }) => digest.toString('hex')),
  );
  return first.some((digest) => second.includes(digest));
}

describe('one person is recognised', () => {
  test.each([
    ['Robin Quill', 'robin QUILL', 'case'],
    ['Robin Quill', '  Robin \t Quill\n', 'spaces'],
    ['Robin Quill', 'Quill, Robin', 'order'],
    ['Robin Quill', 'Ｒｏｂｉｎ　Ｑｕｉｌｌ', 'full width'],
    ['Robin Quill', 'Robin (Quill)', 'brackets'],
    ['José Núñez', 'Jose Nunez', 'accents'],
    ['José Núñez', 'Jose\u0301 Nun\u0303ez', 'composition'],
    ['Straße', 'STRASSE', 'letters that have no single capital'],
    ['Jürgen Müller', 'Juergen Mueller', 'how those write it who lack the letter'],
    ["Sinéad O'Brien", 'Sinead OBrien', 'apostrophes'],
    ["Sinéad O'Brien", 'Sinead O’Brien', 'typographic apostrophes'],
    ['Jean-Luc Petit', 'Petit, Jean Luc', 'hyphens'],
    ['山田 太郎', '山田太郎', 'scripts that need no spaces'],
    ['robin.quill@example.org', 'Robin.Quill+talks@Example.ORG', 'an address for a name'],
    ['Robin <robin@example.org>', 'somebody: robin@example.org.', 'an address beside a name'],
    ['+1 617 555 0123', '(617) 555-0123 x', 'a telephone number'],
  ])('%s, %s: %s', (one, other) => {
    expect(alike({ name: one }, { name: other })).toBe(true);
  });

  test.each([
    ['A-117', 'a117'],
    ['Badge #42', '42'],
    ['blue  ribbon', 'Blue Ribbon'],
  ])('badge %s, badge %s', (one, other) => {
    expect(alike({ badge: one }, { badge: other })).toBe(true);
  });

  test('by the handle of a member of staff', () => {
    expect(alike({ staff: 'ben' }, { staff: 'ben', name: 'Ben' })).toBe(true);
  });
});

describe('two persons are told apart', () => {
  test.each<[Words, Words]>([
    [{ name: 'Robin Quill' }, { name: 'Robin Quilter' }],
    [{ name: 'Robin Quill' }, { name: 'Robin' }],
    [{ name: 'Robin Quill' }, { name: 'Robin Robin Quill' }],
    [{ name: '42' }, { badge: '42' }],
    [{ name: 'ben' }, { staff: 'ben' }],
    [{ name: '?' }, { name: '—' }],
    [{ name: '' }, {}],
    [{ badge: 'badge' }, { badge: '#' }],
    [{ name: 'seen on 2026-05-01' }, { name: '2026-05-01, tall' }],
    [{ name: 'robin@example.org' }, { name: 'kim@example.org' }],
  ])('%j, %j', (one, other) => {
    expect(alike(one, other)).toBe(false);
  });
});

test('a name and the address behind it are two things', () => {
  expect(identifiersOf({ name: 'Robin Quill <robin@example.org>', badge: 'A-1' })).toEqual([
    { kind: 'name', form: 'quill robin' },
    { kind: 'contact', form: 'robin@example.org' },
    { kind: 'badge', form: 'a1' },
  ]);
});

test('a digest tells nothing without its key', () => {
  const person = [{ ref: 'reported-1', words: { name: 'Robin Quill' } }];
  const [one] = digestsOf(key, person);
  expect(one?.digest).toHaveLength(32);
  expect(one?.digest).toEqual(digestsOf(key, person)[0]?.digest);
  expect(one?.digest).not.toEqual(digestsOf(Buffer.alloc(32, 2), person)[0]?.digest);
});

test('takes time in proportion to the longest texts that there may be', () => {
  const long = ['x', '1 ', '@', 'x@', '(1)', "'", 'ü '].map((part) =>
    part.repeat(20_000 / part.length),
  );
  const begin = performance.now();
  for (const name of long) identifiersOf({ name, badge: name });
  expect(performance.now() - begin).toBeLessThan(3_000);
});

describe('who reports and who is reported is known again', () => {
  const words = { name: 'Robin Quill', contact: 'robin@example.org' };
  const kindsOf = (ref: string) => digestsOf(key, [{ ref, words }]).map(({ kind }) => kind);

  test.each(['reporter', 'reporter-2', 'reported-1'])('as %s, by name and contact', (ref) => {
    expect(kindsOf(ref)).toEqual(['name', 'contact']);
  });

  test('and nobody else: who saw or suffered it leaves no digest', () => {
    expect(kindsOf('other-1')).toEqual([]);
  });

  test('the one as the other, and each by their own reference', () => {
    const [reporting] = digestsOf(key, [{ ref: 'reporter', words }]);
    const [reported] = digestsOf(key, [{ ref: 'reported-3', words }]);
    expect(reporting?.digest).toEqual(reported?.digest);
    expect([reporting?.ref, reported?.ref]).toEqual(['reporter', 'reported-3']);
  });
});
