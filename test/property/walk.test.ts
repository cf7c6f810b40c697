/**
 * Random histories with several people in them: whatever happens, what protects people holds, and
 * whoever is left can bring the case to its end without saying anything that is not so.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Context, Handle } from '../../machines/context.ts';
import type { CaseEvent } from '../../machines/events.ts';
import { canonical, isOutside, responseStands } from '../../machines/rules/case-facts.ts';
import { consents } from '../../machines/rules/reported-person-follow-up.ts';
import type { Facts } from '../../machines/rules/rule.ts';
import { deadlinesOf } from '../../src/engine/step/clocks.ts';
import { replayEntry } from '../../src/engine/step/replay.ts';
import { anyEvent } from '../support/arbitrary.ts';
import { identifying, roster, sent, type Sent } from '../support/cast.ts';
import * as upTo from '../support/chapters.ts';
import { moves } from '../support/moves.ts';
import {
  caseOf,
  elapsed,
  later,
  opened,
  play,
  sceneAfter,
  stamped,
  type Happening,
  type Scene,
} from '../support/story.ts';
import { nextTowardsTheEnd } from '../support/way-to-the-end.ts';

/** Whom a text identifies, where the step has one: mostly nobody. */
const anybody = fc.oneof(
  { weight: 3, arbitrary: fc.constant<string[]>([]) },
  { weight: 1, arbitrary: fc.subarray(['reporter', 'other-1', 'other-2']) },
);
/** Forwards along what is usual, with jumps, or towards the end; now and then whatever a client may send. */
const anyStep = fc.oneof(
  {
    weight: 20,
    arbitrary: fc.record({ jump: fc.constantFrom(1, 1, 1, 1, 1, 2), identifies: anybody }),
  },
  { weight: 3, arbitrary: fc.record({ move: fc.nat({ max: 999 }), identifies: anybody }) },
  {
    weight: 2,
    arbitrary: fc.record({
      by: fc.constantFrom(...Object.keys(roster)),
      event: anyEvent(),
      identifies: fc.subarray(['reporter', 'reported-1', 'other-1', 'other-2']),
    }),
  },
  { weight: 8, arbitrary: fc.record({ onwards: fc.constant(true) }) },
  { weight: 2, arbitrary: fc.record({ second: fc.constantFrom('una', 'ben', 'uma') }) },
  { weight: 2, arbitrary: fc.record({ due: fc.nat({ max: 9 }) }) },
  { weight: 1, arbitrary: fc.record({ wait: fc.constantFrom('PT1H', 'PT25H', 'P8D', 'P31D') }) },
);
type Step = typeof anyStep extends fc.Arbitrary<infer S> ? S : never;

/** Whatever took the last lead and the last organizer away leaves nobody to go on: one of each stays. */
const keeps: readonly Handle[] = ['ben', 'una', 'oli'];
const takesAway = ({ event }: Sent) =>
  keeps.some((person) => JSON.stringify(event).includes(`"${person}"`)) &&
  /recuse|recordReport|addClarification|identify/.test(event.type);

function happeningOf(step: Step, place: { at: number }, scene: Scene): Happening | undefined {
  if ('onwards' in step)
    return caseOf(scene).context.closedAt === null ? nextTowardsTheEnd(caseOf(scene)) : undefined;
  if ('wait' in step) return later(step.wait);
  if ('due' in step) {
    const due = deadlinesOf(caseOf(scene)).filter((d) => d.pending && d.dueAt <= scene.at);
    const one = due[step.due % Math.max(due.length, 1)];
    return one && elapsed(one.name, one.ref);
  }
  if ('second' in step) {
    const [proposal] = caseOf(scene).context.proposals;
    return proposal && sent(step.second, 'case.confirm', { seq: proposal.seq });
  }
  if ('event' in step)
    return sent(step.by, step.event.type, step.event, identifying(...step.identifies));
  place.at = 'jump' in step ? place.at + step.jump : step.move;
  const move = moves[place.at % moves.length];
  const screening = identifying(...step.identifies);
  return move && { ...move, established: { ...move.established, ...screening } };
}

/** (a) Nobody who is recused, excluded or reported acts, or gets a task. */
function outsidersTakeNoPart(
  { context: before }: { context: Context },
  after: Context,
  event: CaseEvent,
) {
  if (event.by) expect(isOutside(before, event.by.person)).toBe(false);
  const { staff, people } = after;
  const tasks = [
    staff.responder,
    staff.followUp,
    ...staff.broughtIn,
    ...staff.delegates,
    ...staff.substitutes.map(({ person }) => person),
    ...people.reported.flatMap(({ appeal }) => appeal.reviewers),
  ];
  for (const { person } of staff.outside) expect(tasks).not.toContain(person);
}

/** (b) Nothing is announced without authority or a departure for safety, and nobody identified without consent. */
function wordsAreGuarded(before: Context, event: CaseEvent) {
  const facts = event.facts as Facts;
  if (event.type === 'publicity.announce' && event.by) {
    const { person, roles } = event.by;
    const may =
      roles.includes('organizer') ||
      roles.includes('ombud') ||
      before.staff.delegates.includes(person) ||
      before.staff.substitutes.some((s) => s.person === person && s.as === 'organizer');
    const departs = facts.departures?.some(({ ground }) => ground === 'safety') === true;
    expect(may || departs).toBe(true);
  }
  const identified = (facts.screening?.identifies ?? []).map((ref) => canonical(before, ref));
  const { reporters, reported, others } = before.people;
  for (const { ref } of [...reporters, ...reported, ...others]) {
    if (!identified.includes(canonical(before, ref))) continue;
    if (/^publicity\.(announce|informAware|apologize)/.test(event.type))
      expect(mayBeNamedIn(before, event.type, ref)).toBe(true);
    if (event.type === 'followUp.sendMessage' || event.type === 'decision.notifyReportedPerson') {
      const open = others.some((other) => other.ref === ref && other.role === 'involved');
      const themself = ref.startsWith('reported');
      expect(themself || open || consents(before, ref, 'reported-person')).toBe(true);
    }
  }
}

/** With their own consent to those who hear it, or because an account of them is to be published. */
function mayBeNamedIn(context: Context, type: string, ref: string): boolean {
  const published = context.people.reported.some(
    (person) =>
      person.ref === canonical(context, ref) &&
      !person.withdrawn &&
      person.decision?.responses.some((r) => r.kind === 'publish-account' && responseStands(r)),
  );
  const toThose = type === 'publicity.informAware' && consents(context, ref, 'people-aware');
  return published || toThose || consents(context, ref, 'public');
}

/** (c) No decision without its quorum of deciders who met as leads. */
function decidersMet(before: Context, event: CaseEvent) {
  if (event.type !== 'decision.record' && event.type !== 'decision.amend') return;
  const { deciders, departures = [] } = event.facts as Facts & { deciders: readonly Handle[] };
  expect(deciders.length).toBeGreaterThanOrEqual(before.settings.quorum);
  if (departures.some(({ rule }) => rule === 'deciders-met')) return;
  for (const person of deciders) expect(before.leadsMeeting.leads).toContain(person);
}

/** (e) What was recorded makes the same of the case. */
function replaysToTheSame(before: Scene, after: Scene, event: CaseEvent) {
  const { type, facts, at, by, seq } = event;
  const entry = { type, facts: facts as Record<string, unknown>, at: new Date(at), by, seq };
  const recorded = JSON.parse(JSON.stringify(entry)) as typeof entry;
  const again = replayEntry(caseOf(before), { ...recorded, at: new Date(at) } as never);
  expect(JSON.parse(JSON.stringify(again.state))).toEqual(JSON.parse(JSON.stringify(after.state)));
}

function check(before: Scene, happening: Sent, after: Scene) {
  const event = stamped(happening, before);
  const [was, is] = [caseOf(before).context, caseOf(after).context];
  outsidersTakeNoPart(caseOf(before), is, event);
  wordsAreGuarded(was, event);
  decidersMet(was, event);
  replaysToTheSame(before, after, event);
}

/** (d) Steps until the case is closed; throws where there is none left to take, or one is refused. */
function close(scene: Scene): void {
  let now = scene;
  for (let left = 120; caseOf(now).context.closedAt === null; left -= 1) {
    const step = nextTowardsTheEnd(caseOf(now));
    if (!step || left === 0)
      throw new Error(`nobody can go on: ${JSON.stringify(caseOf(now).machines)}`);
    const stepped = play(now, step);
    const why = stepped.violations.map(({ rule, detail }) => `${rule} ${JSON.stringify(detail)}`);
    if (!stepped.happened)
      throw new Error(`${step.by} ${JSON.stringify(step.event)}: ${why.join('; ')}`);
    check(now, step, stepped.scene);
    now = stepped.scene;
  }
}

const openings = [
  opened(),
  opened({ settings: { appealWindow: 'PT24H' } }),
  opened({ channel: 'email', settings: { oneAppeal: false } }),
  opened({ settings: { quorum: 1, independentAppeal: false } }),
];

describe('whatever happens in a case', () => {
  it('keeps what protects people, replays, and can be brought to its end truthfully', () => {
    const kinds = new Set<string>();
    fc.assert(
      fc.property(
        fc.constantFrom([], upTo.reported, upTo.met, upTo.notified),
        fc.array(anyStep, { minLength: 20, maxLength: 120 }),
        fc.boolean(),
        fc.constantFrom(...openings),
        (chapter, steps, early, opening) => {
          let scene = sceneAfter(opening, ...chapter);
          const place = { at: chapter.length > 0 ? 40 : -1 };
          for (const [index, step] of steps.entries()) {
            const happening = happeningOf(step, place, scene);
            if (!happening || (happening.what === 'sent' && takesAway(happening))) continue;
            const stepped = play(scene, happening);
            if (happening.what === 'sent' && stepped.happened) {
              check(scene, happening, stepped.scene);
              kinds.add(happening.event.type);
            }
            scene = stepped.scene;
            if (early && index % 40 === 39) close(scene);
          }
          close(scene);
        },
      ),
      { numRuns: 200, seed: 20 },
    );
    // the walks go somewhere
    for (const type of [
      'decision.amend',
      'appeal.file',
      'case.confirm',
      'case.refer',
      'case.recuse',
      'intake.identify',
    ])
      expect(kinds).toContain(type);
  }, 60_000);
});
