import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { commonWords } from '../../src/engine/confidential/common-words.ts';
import { identify } from '../../src/engine/confidential/screening.ts';
import type { Identifiable } from '../../src/engine/confidential/screening.ts';

/** A text and what is known of a person: a name, or whichever else is given. */
type Row = [text: string, known: string];

describe('a name', () => {
  test.each<Row>([
    ...rows('Robin Quill', 'We thank robin quill.', 'ROBIN QUILL', 'Robin-Quill', 'robin.quill'),
    ...rows('Robin Quill', 'robin_quill', 'Quill, Robin', 'R. Quill', 'Robin', "quill's view"),
    ...rows('Robin Quill', 'Quill’s', 'the Quills', '#RobinQuill', 'Robin\nQuill', 'Qui-\nll'),
    ...rows('Robin Quill', 'Qui-\r\n  ll', 'R o b i n Q u i l l', 'Robins Vortrag', 'Röbin'),
    ...rows('Robin Quill', 'ro\u0301bin', 'Ro\u200Bbin', 'Qu\u00ADill', 'ｒｏｂｉｎ', '𝐑𝐨𝐛𝐢𝐧'),
    ...rows('Robin Quill', '我和Robin说'),
  ])('is found in %j', (text, name) => {
    expect(identifies(text, { names: [name] })).toBe(true);
  });

  test.each(['Robinson', 'quilling', 'A robing room', 'We took action.', ''])(
    'is not seen in %j',
    (text) => {
      expect(identifies(text, { names: ['Robin Quill'] })).toBe(false);
    },
  );

  test.each<Row>([
    ...rows('Jo Müller', 'Mueller', 'Muller', 'MÜLLER'),
    ...rows('Jo Mueller', 'Müller'),
    ...rows('Straßer', 'STRASSER'),
    ...rows('Łukasz', 'Lukasz'),
    ...rows('Søren', 'Soren', 'Soeren'),
    ...rows('ΣΩΚΡΆΤΗΣ', 'Σωκράτης'),
    ...rows('İlker', 'ilker'),
    ...rows('Al O’Brien', "O'Brien", 'Oʼbrien', 'OBrien'),
    ...rows('Al OBrien', 'O’Brien'),
    ...rows('Jean-Luc', 'Jeanluc', 'Jean Luc'),
    ...rows('Dr. J. van der Berg', 'Berg'),
    ...rows('He An', 'he an'),
    ...rows('Will So', 'will so'),
    ...rows('Le Van', 'le van'),
    ...rows('Mark Rose', 'mark von der rose'),
  ])('is found in other letters: %j for %j', (text, name) => {
    expect(identifies(text, { names: [name] })).toBe(true);
  });

  test.each<Row>([
    ...rows('王小明', '昨天王小明说', '王 小明'),
    ...rows('王 小明', '小明说'),
    ...rows('王 明', '王明说'),
    ...rows('김민수', '김민수가 말했다'),
    ...rows('ロビン・クイル', 'ロビンさん', 'ﾛﾋﾞﾝさん'),
    ...rows('राम', 'राम ने कहा'),
    ...rows('Михайлов', 'МИХАЙЛОВ'),
    ...rows('محمد', 'مُحَمَّد'),
  ])('is found in every script: %j', (text, name) => {
    expect(identifies(text, { names: [name] })).toBe(true);
  });

  test.each<Row>([
    ...rows('王 小明', '国王说'),
    ...rows('김민수', '김민숙'),
    ...rows('リン', 'オリンピック'),
    ...rows('ガク', 'カク'),
    ...rows('राम', 'रम'),
    ...rows('Glas', 'a glass'),
    ...rows('Im', "I'm here"),
    ...rows('Wan Ting', 'We were wanting to help.'),
    ...rows('Dr. J. van der Berg', 'J. said that Dr. J. van der'),
    ...rows('Robin (they/them)', 'They use they/them.'),
    ...rows('the speaker', 'What the speaker said'),
  ])('is not mistaken: %j is not %j', (text, name) => {
    expect(identifies(text, { names: [name] })).toBe(false);
  });
});

describe('a name that is also a word', () => {
  test('does not count by itself', () => {
    const names = ['Will May', 'Mark Rich', 'Grace Bill', 'Hope Grant', 'Rose Frank', 'Summer Art'];
    const text =
      'You may mark it, I hope, with grace; will bill, grant, rose, summer and art, frank or rich.';
    expect(identifies(text, { names })).toBe(false);
  });

  test('leaves its uncommon part to be found', () => {
    expect(identifies('Will you? We will.', { names: ['Will Quill'] })).toBe(false);
    expect(identifies('We ask quill.', { names: ['Will Quill'] })).toBe(true);
  });

  test.each<Row>([
    ...rows('Grace May', 'grace may', 'GRACE-MAY', 'May, Grace', 'Grace A. May', "Grace\nMay's"),
    ...rows('Grace May', '#gracemay', 'with G. May there', 'told Ms. May', 'Grace M. said'),
    ...rows('Grace May', 'said May, G., today'),
  ])('counts beside another part of the name: %j', (text, name) => {
    expect(identifies(text, { names: [name] })).toBe(true);
  });

  test.each<Row>([
    ...rows('Grace May', 'in May we', 'with grace. May we', 'with grace\n\nMay we'),
    ...rows('Grace May', 'grace in may', 'I miss may', '- grace\n- may', 'Ms. Smith may'),
    ...rows('Grace May', 'We saw G. may be'),
  ])('does not count apart from it: %j', (text, name) => {
    expect(identifies(text, { names: [name] })).toBe(false);
  });

  test.each(['We thank Grace for it.', 'with Grace', 'As Dr. Grace said'])(
    'and is all there is counts by its capital: %j',
    (text) => {
      expect(identifies(text, { names: ['Grace'] })).toBe(true);
    },
  );

  test.each(['Grace is due. Grace, again!\n\nGrace\n- Grace', 'with grace', 'WITH GRACE'])(
    'and is all there is does not count where every word has one: %j',
    (text) => {
      expect(identifies(text, { names: ['Grace'] })).toBe(false);
    },
  );

  test('flags nobody in a text of common words', () => {
    const word = fc.constantFrom(...commonWords);
    fc.assert(
      fc.property(fc.array(word), fc.array(fc.tuple(word, word)), (text, names) => {
        // Two words of the text may be a name by chance.
        const absent = names.filter(([given]) => !text.includes(given));
        const known = absent.map((name) => name.join(' '));
        expect(identifies(text.join(' '), { names: [...known, ...text] })).toBe(false);
      }),
    );
  });
});

describe('a contact', () => {
  test.each<Row>([
    ...rows('robin.quill@example.org', 'To: <Robin.Quill@Example.org>!', 'robin quill'),
    ...rows('zorb@example.org', 'zorb at example dot org'),
    ...rows('zorb+conference@example.org', 'Ask zorb.', 'zorb@example.org'),
    ...rows('will@example.org', 'will@example.org'),
    ...rows('+1 617 555 0134 ext 12', '(617) 555-0134', '6175550134', '+1 617.555.0134'),
    ...rows('+1 617 555 0134', '００１ ６１７ ５５５ ０１３４', '617–555–0134'),
    ...rows('phone: +49 (0)170 1234567, evenings', '0170 1234567', '+49 170 12 34 567'),
    ...rows('@robin', 'see @robin there', 'see robin there'),
    ...rows('zorbq on Discord', 'zorbq'),
    ...rows('https://social.example/@zorbq', '@zorbq'),
    ...rows('@will', 'ask @will'),
    ...rows('hope', 'ask @hope'),
  ])('is found: %j shows %j', (text, contact) => {
    expect(identifies(text, { contacts: [contact] })).toBe(true);
  });

  test.each<Row>([
    ...rows('will@example.org', 'We will ask at example.org'),
    ...rows('+49 170 1234567', '0170 1234568'),
    ...rows('zorbq on Discord', 'on discord'),
    ...rows('https://social.example/@zorbq', 'social.example/@else'),
    ...rows('@will', 'we will'),
    ...rows('hope', 'we hope'),
    ...rows('n/a', 'a, n, none'),
    ...rows('room 12', '12 of us'),
  ])('is not mistaken: %j does not show %j', (text, contact) => {
    expect(identifies(text, { contacts: [contact] })).toBe(false);
  });
});

describe('a badge', () => {
  test.each<Row>([
    ...rows('A-1234', 'with a1234 on it', 'A 1234'),
    ...rows('A1234', 'with A-1234 on it'),
    ...rows('Speaker 14', 'speaker 14', 'badge number 14', '#14'),
    ...rows('7', 'badge 7', '#7'),
    ...rows('Speaker', 'the speaker badge'),
  ])('is found: %j shows %j', (text, badge) => {
    expect(identifies(text, { badges: [badge] })).toBe(true);
  });

  test.each<Row>([
    ...rows('A1234', 'XA12345'),
    ...rows('Speaker 14', '14 people heard a speaker'),
    ...rows('7', '7 of us, at 7'),
    ...rows('214', 'all 214 of us'),
    ...rows('Speaker', 'the speaker'),
  ])('is not mistaken: %j does not show %j', (text, badge) => {
    expect(identifies(text, { badges: [badge] })).toBe(false);
  });
});

describe('a description', () => {
  test.each<Row>([
    ...rows('a green jacket', 'who wore the Green Jacket', 'the green-\njacket'),
    ...rows('Tall, red hair', 'someone with red hair'),
    ...rows('mohawk', 'the mohawk'),
    ...rows('红色外套', '他穿红色外套'),
  ])('is found: %j shows %j', (text, description) => {
    expect(identifies(text, { descriptions: [description] })).toBe(true);
  });

  test.each<Row>([
    ...rows('green jacket', 'green trousers and a jacket', 'green jackets'),
    ...rows('Tall, red hair', 'tall, with hair'),
    ...rows('the man', 'the man'),
    ...rows('', 'anything'),
  ])('is not mistaken: %j does not show %j', (text, description) => {
    expect(identifies(text, { descriptions: [description] })).toBe(false);
  });
});

describe('screening', () => {
  test('names everybody who is found, in their order, once', () => {
    const people = [
      person({ ref: 'reported-1', names: ['Morgan Vale'] }),
      person({ ref: 'reporter', names: ['Robin Quill'] }),
      person({ ref: 'reported-1', contacts: ['@movale'] }),
      person({ ref: 'other-1', names: ['Sam Okoro'] }),
    ];
    expect(identify('Quill told movale, that is Morgan', people)).toEqual([
      'reported-1',
      'reporter',
    ]);
    expect(identify('Something happened.', people)).toEqual([]);
  });

  test('finds any full name in any text, however it is written', () => {
    const letter = fc.constantFrom(...Array.from('abcdefghijklmnopqrstuvwxyzøłßéšжщ'));
    const part = fc
      .oneof(
        fc.string({ unit: letter, minLength: 2, maxLength: 10 }),
        fc.constantFrom(...commonWords),
      )
      .filter((word) => word.length > 1)
      .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1));
    const gap = fc.constantFrom(' ', '-', '.', '_', '\n', ', ', ' \u200B', '’ ', ' A. ', ' / ');
    const style = fc.record({
      upper: fc.boolean(),
      mark: fc.constantFrom('', '\u0301', '\u0308', '\u00AD', '\uFE0F'),
    });
    const styles = fc.array(style, { minLength: 30, maxLength: 30 });
    const around = fc.string({ unit: 'grapheme' });
    fc.assert(
      fc.property(part, part, gap, fc.boolean(), styles, around, around, (...drawn) => {
        const [given, family, between, turned, how, before, after] = drawn;
        const written = (turned ? [family, given] : [given, family]).map((word) =>
          Array.from(word, (it, i) => {
            const { upper = false, mark = '' } = how[i] ?? {};
            return (upper ? it.toUpperCase() : it) + mark;
          }).join(''),
        );
        const text = `${before} ${written.join(between)} ${after}`;
        expect(identifies(text, { names: [`${given} ${family}`] })).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  test('takes time linear in the text, whatever is in it', () => {
    const crowd = Array.from({ length: 50 }, (_, i) =>
      person({
        names: [`Zork${i} Will Mark`],
        contacts: [`zork${i}@example.org`, `+1 617 555 ${1000 + i}`],
        badges: [`B-${1000 + i}`],
        descriptions: [`tall, green jacket number ${i}`],
      }),
    );
    for (const piece of ['a', 'a ', '.', '\n', '1 ', '- ', 'ü', 'will ', '@', 'G. ', '\u0301']) {
      const start = performance.now();
      expect(identify(piece.repeat(20_000 / piece.length), crowd)).toEqual([]);
      // Some milliseconds each; the quadratic takes seconds.
      expect(performance.now() - start).toBeLessThan(500);
    }
  });
});

function identifies(text: string, known: Partial<Identifiable>): boolean {
  return identify(text, [person(known)]).length > 0;
}

function person(known: Partial<Identifiable>): Identifiable {
  return { ref: 'reporter', names: [], contacts: [], badges: [], descriptions: [], ...known };
}

function rows(known: string, ...texts: string[]): Row[] {
  return texts.map((text) => [text, known]);
}
