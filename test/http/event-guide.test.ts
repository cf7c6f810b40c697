/** What the options, and the machine, say of an event: enough to send it without reading anything else. */
import { describe, expect, test } from 'vitest';
import { responseKinds } from '../../machines/vocabulary.ts';
import {
  eventDefinitions,
  eventSchemas,
  eventTypes,
  type EventType,
} from '../../machines/events.ts';
import { rules } from '../../machines/rules.ts';
import type { Violation } from '../../src/errors.ts';
import { sendable } from '../support/arbitrary.ts';
import { ada } from '../support/cast.ts';
import { met, recorded, reported } from '../support/chapters.ts';
import { caseAfter, openCase, send, type Page, type Problem } from '../support/telling.ts';
import { useApp } from '../support/use-app.ts';

interface Json {
  readonly enum?: readonly string[];
  readonly properties?: Readonly<Record<string, Json>>;
  readonly [key: string]: unknown;
}
interface Guide {
  readonly type: EventType;
  readonly title: string;
  readonly description: string;
  readonly example: Readonly<Record<string, unknown>>;
  readonly schema: Json;
}
interface Option extends Guide {
  readonly verdict: 'allowed' | 'conditional' | 'refused';
  readonly violations: readonly Violation[];
}

const extra = ['refund-travel-grant', 'end-mentoring'];
const bound = ['quiet-space-offered'];
const app = useApp({ settings: { extraResponses: extra, neverDepart: bound } });

const optionsOf = async (id: string, by: string, type?: EventType) => {
  const query = type === undefined ? '' : `?type=${type}`;
  return (await app.as(by).get<Page<Option>>(`/v1/cases/${id}/options${query}`)).body.items;
};
const optionOf = async (id: string, by: string, type: EventType): Promise<Option> => {
  const [option] = await optionsOf(id, by, type);
  if (!option) throw new Error(`no option ${type}`);
  return option;
};
const guides = async () =>
  (await app.as('eve').get<{ events: readonly Guide[] }>('/v1/machine')).body.events;

/** Every schema inside a schema. */
const within = (schema: unknown): Json[] =>
  typeof schema === 'object' && schema !== null
    ? [schema as Json, ...Object.values(schema).flatMap(within)]
    : [];
/** The rules that may be named in departures. */
const departableBy = (schema: Json): readonly string[] =>
  within(schema).find(({ properties }) => properties?.['ground'])?.properties?.['rule']?.enum ?? [];

describe('the guide to an event', () => {
  test('has an example that its own schema takes', async () => {
    const all = await guides();
    expect(all.map(({ type }) => type)).toEqual(eventTypes);
    for (const { type, example } of all) {
      expect(example['type']).toBe(type);
      expect(eventSchemas[type].safeParse(example).error?.issues ?? [], type).toEqual([]);
    }
  });

  test('refers to nothing outside itself, and to nothing that is not there', async () => {
    for (const { type, schema } of await guides()) {
      const refs = within(schema).flatMap(({ $ref }) => (typeof $ref === 'string' ? [$ref] : []));
      const there = Object.keys(schema['$defs'] ?? {});
      for (const ref of refs) expect(there, type).toContain(ref.replace('#/$defs/', ''));
      expect(schema['required'], type).toContain('type');
    }
  });

  test('lists every response kind, the profile’s too, wherever one is named', async () => {
    const kinds = [...responseKinds, ...extra];
    const naming = (await guides()).filter(({ schema }) =>
      within(schema).some((inner) => inner.enum?.includes('leave-event')),
    );
    expect(naming.map(({ type }) => type)).toEqual([
      'immediate.takeAction',
      'meeting.discussResponses',
      'decision.record',
      'decision.amend',
      'appeal.decide',
    ]);
    for (const { schema, type } of naming)
      for (const inner of within(schema))
        if (inner.enum?.includes('leave-event')) expect(inner.enum, type).toEqual(kinds);
  });

  test('offers departures from those rules alone that are on the event and allow it', async () => {
    const offering: string[] = [];
    for (const { type, schema } of await guides()) {
      const may = eventDefinitions[type].rules.filter((rule) => {
        const { departing } = rules[rule];
        return departing && (departing.on?.includes(type) ?? true) && !bound.includes(rule);
      });
      expect(departableBy(schema), type).toEqual(may);
      expect('departures' in (schema.properties ?? {}), type).toBe(may.length > 0);
      if (may.length > 0) offering.push(type);
    }
    expect(offering).toContain('intake.recordReport');
    expect(offering).not.toContain('intake.promiseResponse');
  });
});

describe('the options of a case', () => {
  test('can be asked for one type of event, refused or not, with its schema', async () => {
    const { id } = await caseAfter(app, recorded);
    const all = await optionsOf(id, 'cleo');
    expect(all.map(({ type }) => type)).toEqual(sendable);
    for (const type of ['care.provide', 'meeting.convene', 'intake.promiseResponse'] as const) {
      const [option, ...others] = await optionsOf(id, 'cleo', type);
      expect(others).toEqual([]);
      expect(option).toMatchObject({ type, schema: { type: 'object' } });
      const { schema: _, ...listed } = all.find((one) => one.type === type) ?? { schema: null };
      expect(option).toMatchObject(listed);
    }
    for (const type of ['nonsense', '', 'case.open', '__proto__'])
      expect((await app.as('cleo').get(`/v1/cases/${id}/options?type=${type}`)).status).toBe(400);
  });

  test('say of what is refused only where its schema stands', async () => {
    const { id } = await openCase(app);
    for (const { verdict, schema } of await optionsOf(id, 'cleo'))
      expect('$ref' in schema).toBe(verdict === 'refused');
  });

  test('list the response kinds of the case', async () => {
    const { id } = await caseAfter(app, met);
    const { schema } = await optionOf(id, 'ada', 'decision.record');
    const [named] = within(schema).filter((inner) => inner.enum?.includes('ban'));
    expect(named?.enum).toEqual([...responseKinds, ...extra]);
  });
});

describe('a rule that the caller may depart from', () => {
  const objectives = async (by: string) => {
    const { id } = await caseAfter(app, [
      ...reported,
      ada('meeting.convene', { attendees: ['ada', 'ben'] }),
    ]);
    const option = await optionOf(id, by, 'meeting.conclude');
    const answer = await send<Problem>(app, by, id, { type: 'meeting.conclude' });
    const of = (violations: readonly Violation[]) =>
      violations.find(({ rule }) => rule === 'objectives-met')?.departure;
    return {
      verdict: option.verdict,
      asked: of(option.violations),
      told: of(answer.body.violations),
    };
  };

  test('makes the verdict conditional, and the refusal says on which grounds', async () => {
    const departure = { allowed: true, grounds: ['impossible', 'does-not-fit'] };
    expect(await objectives('ada')).toEqual({
      verdict: 'conditional',
      asked: departure,
      told: departure,
    });
  });

  test('is just refused to whoever may not', async () => {
    const departure = { allowed: false, grounds: [] };
    expect(await objectives('cleo')).toEqual({
      verdict: 'refused',
      asked: departure,
      told: departure,
    });
  });

  test('stays refused where the profile binds it', async () => {
    const { id } = await openCase(app);
    const event = { type: 'intake.recordReport', form: 'written', description: 'It.' };
    const { body } = await send<Problem>(app, 'cleo', id, event);
    expect(body.violations.map(({ rule, departure }) => [rule, departure.allowed])).toEqual([
      ['quiet-space-offered', false],
      ['safety-checked', true],
    ]);
  });
});
