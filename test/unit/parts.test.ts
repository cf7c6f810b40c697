/** What is confidential in an event is kept in parts, and the parts make the whole again. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { eventSchemas, type EventInput, type Resolved } from '../../machines/events.ts';
import { newDataKey, SealBroken } from '../../src/crypto/sealing.ts';
import { openParts, sealParts } from '../../src/engine/step/seal-parts.ts';
import { partsOf, splitEvent, type Parts } from '../../src/engine/step/split.ts';
import { anyEvent } from '../support/arbitrary.ts';

const key = newDataKey();
const place = { caseId: 'case-1', seq: 4 };

/** References such as a case gives, for whatever an event names. */
const resolved = (event: EventInput): Resolved => {
  const { reportedPersons = [], others = [] } = event as {
    reportedPersons?: readonly { ref?: string }[];
    others?: readonly unknown[];
  };
  return {
    for: 'reporter',
    named: {
      reporter: 'reporter',
      reportedPersons: reportedPersons.map(({ ref }, i) => ref ?? `reported-${i + 7}`),
      others: others.map((_, i) => `other-${i + 7}`),
    },
  };
};
const parse = (event: object) =>
  eventSchemas[(event as EventInput).type].parse(event) as unknown as EventInput;
const split = (event: EventInput, prefix?: string): Parts =>
  partsOf(event, splitEvent(event).confidential, resolved(event), prefix);
const sealed = (event: EventInput) => sealParts(key, place, [split(event)], false);

const report = parse({
  type: 'intake.recordReport',
  form: 'transcribed',
  description: 'An arm around me.',
  reporter: { anonymous: false, name: 'Robin Quill', contact: 'robin@example.org', staff: 'cleo' },
  reportedPersons: [{ staff: 'ben' }, { name: 'Morgan Vale', badge: 'Speaker 14' }],
  others: [{ role: 'witness', name: 'Uli Fern' }],
});

describe('the parts of an event', () => {
  test('are the content, and who each person is, by their reference', () => {
    const { content, identities } = split(report);
    expect(content).toMatchObject({ description: 'An arm around me.' });
    expect(JSON.stringify(content)).not.toMatch(/Quill|robin|Vale|14|Fern|cleo/);
    // a reported member of staff is a fact: who is outside the case stands on it
    expect(Object.fromEntries(identities)).toEqual({
      reporter: [
        {
          pointer: '/reporter',
          value: { name: 'Robin Quill', contact: 'robin@example.org', staff: 'cleo' },
        },
      ],
      'reported-8': [
        { pointer: '/reportedPersons/1', value: { name: 'Morgan Vale', badge: 'Speaker 14' } },
      ],
      'other-7': [{ pointer: '/others/0', value: { name: 'Uli Fern' } }],
    });
  });

  test('make the whole again, whatever the event, and in any order', () => {
    fc.assert(
      fc.property(anyEvent(), fc.boolean(), (event, backwards) => {
        const { confidential } = splitEvent(event);
        const parts = Object.entries(sealed(event));
        const opened = openParts(
          key,
          place,
          Object.fromEntries(backwards ? parts.toReversed() : parts),
        );
        expect(opened).toEqual(confidential ?? {});
      }),
    );
  });

  test('leave the rest readable when one is taken away', () => {
    const { 'identity:reported-8': _, ...left } = sealed(report);
    const opened = openParts(key, place, left);
    expect(JSON.stringify(opened)).not.toContain('Vale');
    expect(opened).toMatchObject({
      description: 'An arm around me.',
      reporter: { name: 'Robin Quill' },
      others: [{ name: 'Uli Fern' }],
    });
  });

  test('open at their own place alone', () => {
    const { content, 'identity:reporter': who } = sealed(report);
    if (!content || !who) throw new Error('nothing was sealed');
    for (const [at, parts] of [
      [place, { content: who }],
      [{ ...place, seq: 5 }, { content }],
      [{ ...place, caseId: 'case-2' }, { content }],
    ] as const)
      expect(() => openParts(key, at, parts)).toThrow(SealBroken);
  });

  test('of several events hold each at its place', () => {
    const more = parse({
      type: 'care.provide',
      kind: 'contact-for-follow-up',
      contact: 'robin@elsewhere.example',
      notes: 'Evenings.',
    });
    const events = [report, more];
    const all = events.map((event, i) => split(event, `/events/${i}`));
    const parts = sealParts(key, place, all, true);
    expect(Object.keys(parts).toSorted()).toEqual([
      'content',
      'identity:other-7',
      'identity:reported-8',
      'identity:reporter',
    ]);
    expect(openParts(key, place, parts)).toEqual({
      events: events.map((event) => splitEvent(event).confidential),
    });
  });
});
