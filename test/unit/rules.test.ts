import { describe, expect, it } from 'vitest';
import { handlerRoles } from '../../machines/vocabulary.ts';
import { eventDefinitions, eventTypes } from '../../machines/events.ts';
import {
  bindingOf,
  ruleIds,
  rules,
  sourceOf,
  universalRules,
  type RuleId,
} from '../../machines/rules.ts';
import { sources } from '../../machines/sources.ts';
import { departing, type Sent } from '../support/cast.ts';
import { closed, reported } from '../support/chapters.ts';
import { rulesOfEvents } from '../support/rules-of-events.ts';
import { ruleStories } from '../support/rule-stories.ts';
import { caseOf, opened, play, sceneAfter, type Happening } from '../support/story.ts';

/** machines/README.md, "Comply or explain": who may depart from what, and on which grounds. */
const explained: Partial<Record<RuleId, readonly [who: readonly string[], grounds: string]>> = {
  'quiet-space-offered': [handlerRoles, 'safety impossible persons-wish'],
  'safety-checked': [handlerRoles, 'safety impossible persons-wish'],
  'reporter-thanked': [handlerRoles, 'safety impossible does-not-fit'],
  'authorities-at-reporters-request': [handlerRoles, 'safety legal-duty persons-wish'],
  'threat-needs-resources': [handlerRoles, 'impossible does-not-fit'],
  'interim-responses-only': [['lead', 'organizer'], 'safety'],
  'objectives-met': [['lead'], 'impossible does-not-fit'],
  'contact-after-meeting': [handlerRoles, 'safety'],
  'five-points-covered': [handlerRoles, 'impossible does-not-fit'],
  'violation-needs-response': [['lead'], 'does-not-fit'],
  'deciders-met': [['lead'], 'does-not-fit'],
  'reporter-contactable': [handlerRoles, 'persons-wish safety'],
  'follow-up-after-meeting': [handlerRoles, 'safety persons-wish'],
  'announcer-authority': [handlerRoles, 'safety'],
  'appeal-window': [['organizer'], 'does-not-fit'],
  'notice-before-close': [['lead', 'organizer'], 'impossible does-not-fit'],
  'settled-before-close': [['lead', 'organizer'], 'impossible does-not-fit'],
};

const stepOf = (story: readonly Happening[]) => {
  const last = story.at(-1);
  if (!last) throw new Error('a story without events');
  return play(sceneAfter(...story.slice(0, -1)), last);
};
const refusals = (story: readonly Happening[]): string[] =>
  stepOf(story).violations.map(({ rule }) => rule);
const lastOf = (story: readonly Happening[]) => story.at(-1) as Sent;
const lastType = (story: readonly Happening[]) => lastOf(story).event.type;

describe('the catalogue', () => {
  it('is asked of every event, those rules that are on each', () => {
    expect(universalRules).toEqual([
      'who-may-act',
      'in-its-stage',
      'known-reference',
      'recused-take-no-part',
      'case-closed',
      'case-erased',
      'happened-when-it-could',
      'departure-is-allowed',
    ]);
  });

  it('has every other rule on some event', () => {
    const own = [...universalRules, ...Object.keys(rulesOfEvents)];
    expect([...ruleIds].toSorted()).toEqual(own.toSorted());
  });

  it.each(Object.entries(rulesOfEvents))('has %s on the events that it names', (rule, events) => {
    const bearing = eventTypes.filter((type) =>
      eventDefinitions[type].rules.some((own) => own === rule),
    );
    expect(bearing.toSorted()).toEqual([...events].toSorted());
    expect(bearing).not.toEqual([]);
  });

  it('knows every rule that an event names, and names none twice', () => {
    for (const type of eventTypes) {
      const own = eventDefinitions[type].rules;
      expect(ruleIds).toEqual(expect.arrayContaining([...own]));
      expect(new Set([...universalRules, ...own]).size).toBe(universalRules.length + own.length);
    }
  });

  it.each(ruleIds)('says of %s what it demands, and what to do instead', (id) => {
    const { statement, instead } = rules[id];
    expect(statement).toMatch(/\S.*\.$/);
    expect(instead).toMatch(/\S.*\.$/);
    expect(sourceOf(id)).toMatch(/\S/);
  });

  it.each(ruleIds)('says of %s where it comes from, and why, where it is ours', (id) => {
    const { sources: cited, basis, why } = rules[id];
    for (const { source, section } of cited) {
      expect(Object.keys(sources)).toContain(source);
      expect(section).toMatch(/\S/);
    }
    if (basis === 'ours') expect(why).toMatch(/\S.*\.$/);
    else expect(cited).not.toEqual([]);
    // the default procedure is Boston Python's; all else is what others do
    if (basis === 'text')
      expect(cited.some(({ source }) => source === 'SP' || source === 'AP')).toBe(true);
  });

  it('is honest about what the sources say', () => {
    const ours = ['reporter-contactable', 'quorum', 'settled-before-close', 'reviewer-decides'];
    for (const rule of ours) expect(rules[rule as RuleId].basis).toBe('ours');
    const citedBy = (rule: RuleId) => [...new Set(rules[rule].sources.map(({ source }) => source))];
    expect(citedBy('interim-responses-only')).toEqual(['CNCF']);
    for (const rule of ['no-encouraged-apology', 'details-kept-out'] as const)
      expect([rules[rule].basis, rules[rule].why]).toEqual([
        'text',
        expect.stringContaining('binds'),
      ]);
  });

  it('names only events that there are where it says what to do instead', () => {
    const named = ruleIds.flatMap(
      (id) => (rules[id].instead ?? '').match(/\b[a-z][a-zA-Z]+\.[a-z][a-zA-Z]+\b/g) ?? [],
    );
    expect(named.length).toBeGreaterThan(20);
    expect(eventTypes).toEqual(expect.arrayContaining(named));
  });

  it.each(Object.values(sources).map((source) => [source.title, source] as const))(
    'can be read up in %s',
    (_, { address, licence, asOf }) => {
      expect(new URL(address).protocol).toBe('https:');
      expect(licence).toMatch(/\S/);
      expect(asOf).toMatch(/^20\d\d-\d\d(-\d\d)?$/);
    },
  );
});

describe('departures', () => {
  it('are open from these rules, to these people, on these grounds, and from no others', () => {
    const open = ruleIds.flatMap((id) => {
      const { departing: known } = rules[id];
      return known ? [[id, [known.who, known.grounds.toSorted()]] as const] : [];
    });
    const wanted = Object.entries(explained).map(
      ([id, [who, grounds]]) => [id, [who, grounds.split(' ').toSorted()]] as const,
    );
    expect(Object.fromEntries(open)).toEqual(Object.fromEntries(wanted));
    expect(open.every(([id]) => bindingOf(id) === 'explain')).toBe(true);
  });

  it('name only events that bear the rule', () => {
    for (const id of ruleIds)
      for (const type of rules[id].departing?.on ?? [])
        expect(eventDefinitions[type as (typeof eventTypes)[number]].rules).toContain(id);
  });

  it('are never open from what keeps a person safe', () => {
    const never = [
      ...ruleIds.filter((id) => ruleStories[id].passes === 'never'),
      ...([
        'who-may-act',
        'recused-take-no-part',
        'anonymity-respected',
        'consent-is-own',
      ] as const),
      ...(['reporter-not-revealed', 'no-identities-in-public', 'reveal-risk-asked'] as const),
      ...(['never-one-decider', 'no-judge-in-own-cause', 'independent-review'] as const),
    ];
    for (const id of never) expect(bindingOf(id)).toBe('always');
  });
});

describe('every rule has its stories', () => {
  it('and no story is left over', () => {
    expect(Object.keys(ruleStories).toSorted()).toEqual([...ruleIds].toSorted());
  });

  const entries = Object.entries(ruleStories) as [RuleId, (typeof ruleStories)[RuleId]][];
  const open = entries.filter(([id]) => bindingOf(id) === 'explain');

  it.each(entries)('%s refuses', (rule, { refused }) => {
    expect(refusals(refused)).toContain(rule);
  });

  it.each(entries.filter(([, { passes }]) => passes !== 'never'))(
    '%s lets an event of the same type pass',
    (rule, { refused, passes }) => {
      const told = passes === 'never' ? [] : passes;
      const type = lastType(told);
      expect(type).toBe(lastType(refused));
      expect([...universalRules, ...eventDefinitions[type].rules]).toContain(rule);
      expect(refusals(told)).toEqual([]);
    },
  );

  it.each(entries.filter(([, { passes }]) => passes === 'never'))(
    '%s is for what is never done',
    (rule, { refused }) => {
      expect(eventDefinitions[lastType(refused)].forbidden).toBe(true);
      expect(refusals(refused)).toEqual([rule]);
      for (const story of [[], reported, closed])
        expect(refusals([...story, ...refused.slice(-1)])).toContain(rule);
    },
  );

  it('and one of a departure, if anybody may depart from it', () => {
    const told = entries.filter(([, { departs }]) => departs).map(([id]) => id);
    expect(told.toSorted()).toEqual(open.map(([id]) => id).toSorted());
  });

  it.each(open)(
    '%s can be departed from, and that stands in the record',
    (rule, { departs = [] }) => {
      const { by, event, established } = lastOf(departs);
      const { departures: _, ...plain } = event;
      const before = departs.slice(0, -1);
      const without = { what: 'sent', by, event: plain as typeof event, established } as const;
      expect(refusals([...before, without])).toEqual([rule]);
      const { violations, scene } = stepOf(departs);
      expect(violations).toEqual([]);
      const { departures, proposals } = caseOf(scene).context;
      const waiting = proposals.flatMap(({ facts }) => facts['departures'] ?? []);
      expect([...departures, ...waiting]).toContainEqual(expect.objectContaining({ rule }));
    },
  );

  it.each(open)('%s tells that it can be, and on which grounds', (rule, { departs = [] }) => {
    const { by, event, established } = lastOf(departs);
    const { departures: _, ...plain } = event;
    const without = { what: 'sent', by, event: plain as typeof event, established } as const;
    const [violation] = stepOf([...departs.slice(0, -1), without]).violations;
    const grounds = rules[rule].departing?.grounds;
    expect(violation).toMatchObject({ rule, departure: { allowed: true, grounds } });
  });

  it.each(open)('%s is bound where the profile says that nobody departs from it', (rule, told) => {
    const { departs = [] } = told;
    const [first, ...rest] = departs;
    const bound = { neverDepart: [rule] };
    const story =
      first?.what === 'opened'
        ? [{ ...first, settings: { ...first.settings, ...bound } }, ...rest]
        : [opened({ settings: bound }), ...departs];
    expect(refusals(story)).toEqual(expect.arrayContaining([rule, 'departure-is-allowed']));
  });

  it.each(entries.filter(([id]) => bindingOf(id) === 'always'))(
    '%s cannot be explained away',
    (rule, { refused }) => {
      if (rule === 'departure-is-allowed') return;
      const told = departing(lastOf(refused), { rule, ground: 'safety' });
      expect(refusals([...refused.slice(0, -1), told])).toEqual(
        expect.arrayContaining([rule, 'departure-is-allowed']),
      );
    },
  );
});
