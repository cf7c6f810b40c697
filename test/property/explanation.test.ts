import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
// oxlint-disable-next-line no-restricted-imports -- the engine's answers are held against XState's own
import { transition, type ExecutableActionObject } from 'xstate';
import { caseMachine } from '../../machines/case.ts';
import type { DeadlineName, Time } from '../../machines/context.ts';
import type { CaseEvent, EventType } from '../../machines/events.ts';
import { addDuration } from '../../machines/time.ts';
import { decide, decideElapse, optionsFor } from '../../src/engine/step/decide.ts';
import {
  deadlinesOf,
  persist,
  restore,
  runningClocks,
  stagesOf,
  statusOf,
  type CaseSnapshot,
} from '../../src/engine/step/statechart.ts';
import { actor, dov, time, type Sent } from '../support/cast.ts';
import * as upTo from '../support/chapters.ts';
import { standing, told } from '../support/invariants.ts';
import { moves, nextStep } from '../support/moves.ts';
import { anyStep, type Step } from '../support/steps.ts';
import { begin, caseOf, opened, play, blank, stamped } from '../support/story.ts';

/** A case in memory, the same case as stored, and the clocks as XState itself set and cancelled them. */
interface Situation {
  readonly live: CaseSnapshot;
  readonly restored: CaseSnapshot;
  readonly timers: ReadonlyMap<string, Time>;
  readonly at: Time;
  readonly seq: number;
}

/** Where an accepted event of these types always leads. */
const leadsTo: Partial<Record<EventType, Readonly<Record<string, string>>>> = {
  'intake.recordReport': { intake: 'recorded' },
  'intake.reportToLeads': { intake: 'reported' },
  'immediate.resolve': { immediateResponse: 'resolved' },
  'care.followUpWithReporter': { reporterCare: 'followedUp' },
  'meeting.convene': { leadsMeeting: 'inSession' },
  'meeting.conclude': { leadsMeeting: 'concluded' },
  'meeting.reconvene': { leadsMeeting: 'awaiting', decision: 'idle' },
  'followUp.begin': { reportedPersonFollowUp: 'conversing' },
  'followUp.decline': { reportedPersonFollowUp: 'declined', decision: 'deliberating' },
  'followUp.complete': { reportedPersonFollowUp: 'completed', decision: 'deliberating' },
  'appeal.file': { status: 'open', appeal: 'filed' },
  'appeal.assignReviewers': { appeal: 'underReview' },
  'appeal.decide': { appeal: 'settled' },
  'publicity.informAware': { publicCommunication: 'noticeGiven' },
  'publicity.announce': { publicCommunication: 'noticeGiven' },
  'case.close': { status: 'closed' },
  'case.reopen': { status: 'open' },
};

const stored = (snapshot: CaseSnapshot) => JSON.stringify(persist(snapshot));

function setAndCancelled(
  before: Situation['timers'],
  actions: readonly ExecutableActionObject[],
  at: Time,
) {
  const timers = new Map(before);
  for (const { type, params } of actions) {
    const { id, delay, sendId } = (params ?? {}) as {
      id?: string;
      delay?: number;
      sendId?: string;
    };
    if (type === 'xstate.raise' && id !== undefined && delay !== undefined)
      timers.set(id, new Date(Date.parse(at) + delay).toISOString());
    if (type === 'xstate.cancel') timers.delete(sendId ?? '');
  }
  return timers;
}

/** The situation after a step, once everything that must hold of any situation holds of it. */
function arrive(
  before: Situation,
  live: CaseSnapshot,
  actions: readonly ExecutableActionObject[],
): Situation {
  const restored = restore(JSON.parse(stored(live)) as ReturnType<typeof persist>);
  const timers = setAndCancelled(before.timers, actions, before.at);
  expect(stored(restored)).toBe(stored(live));
  expect(stagesOf(restored)).toEqual(stagesOf(live));
  expect(told(live)).toEqual(standing(live));
  const clocks = deadlinesOf(live).filter(({ pending }) => pending);
  const ids = runningClocks(live);
  expect(
    Object.fromEntries(clocks.map(({ name, dueAt }) => [ids.get(name)?.event, dueAt])),
  ).toEqual(Object.fromEntries(timers));
  expect(deadlinesOf(restored)).toEqual(deadlinesOf(live));
  return { ...before, live, restored, timers, seq: before.seq + 1 };
}

/** The options that somebody is told agree with what sending then does. */
function explains(now: Situation, { type, by }: CaseEvent, refused: readonly string[]): void {
  if (!by) return;
  const option = optionsFor(now.restored, now.at, by).find((one) => one.type === type);
  const named = option?.violations.map(({ rule }) => rule) ?? [];
  const promised = {
    refused: refused.length > 0 && named.every((rule) => refused.includes(rule)),
    allowed: refused.length === 0,
    conditional: refused.every((rule) => named.includes(rule)),
  };
  const holds = option && promised[option.verdict];
  expect({ type, option: option?.verdict, named, refused, holds }).toMatchObject({ holds: true });
}

function send(now: Situation, event: CaseEvent): Situation {
  const verdict = decide(now.live, event);
  const refused = verdict.outcome === 'refused' ? verdict.violations.map(({ rule }) => rule) : [];
  explains(now, event, refused);
  const again = decide(now.restored, event);
  expect(again.outcome === 'refused' ? again.violations.map(({ rule }) => rule) : []).toEqual(
    refused,
  );

  const taken = caseMachine.getTransitionData(now.live, event) ?? [];
  expect({ type: event.type, refused, taken: taken.length }).toMatchObject({
    taken: refused.length > 0 ? 0 : 1,
  });
  const [next, actions] = transition(caseMachine, now.live, event);
  if (verdict.outcome === 'refused') {
    expect({ value: next.value, context: next.context, actions }).toEqual({
      value: now.live.value,
      context: now.live.context,
      actions: [],
    });
    return { ...now, seq: now.seq + 1 };
  }
  expect(stored(next)).toBe(stored(verdict.snapshot));
  const stands = { status: statusOf(next), ...stagesOf(next) };
  expect(stands).toMatchObject(leadsTo[event.type] ?? {});
  return arrive(now, next, actions);
}

function elapse(now: Situation, name: DeadlineName): Situation {
  const clock = runningClocks(now.live).get(name);
  const due = now.live.context.due[name];
  const next = decideElapse(now.live, name, now.at, now.seq + 1);
  expect(next !== null).toBe(clock !== undefined && due !== null && due <= now.at);
  if (!clock || !next) return now;
  const stamp = { at: now.at, by: null, seq: now.seq + 1 };
  const [same, actions] = transition(caseMachine, now.live, {
    type: clock.event,
    ...stamp,
  } as never);
  expect(stored(same)).toBe(stored(next));
  return arrive(now, next, actions);
}

const asEvent = (sent: Sent, { live, at, seq }: Situation) =>
  stamped(sent, { snapshot: live, at, seq });

/** Of a few usual moves one that leads on to another state, or else one that is taken at all. */
function usual(now: Situation, indices: readonly number[]): Sent | undefined {
  const candidates = indices
    .map((index) => moves[index % moves.length])
    .filter((move) => move !== undefined);
  const ways = (move: Sent) => caseMachine.getTransitionData(now.live, asEvent(move, now)) ?? [];
  return (
    candidates.find((move) => ways(move).some(({ target }) => target !== undefined)) ??
    candidates.find((move) => ways(move).length > 0) ??
    candidates[0]
  );
}

function take(now: Situation, step: Step): Situation {
  if (step.do === 'wait')
    return elapse({ ...now, at: addDuration(now.at, step.duration) }, step.deadline);
  if (step.do === 'next') return send(now, asEvent(nextStep(now.live) ?? dov('case.reopen'), now));
  const sent = step.do === 'send' ? step.sent : usual(now, step.among);
  if (!sent) return now;
  const event = asEvent(sent, now);
  // somebody who was deactivated is nobody whom an event can name
  const gone = step.do === 'send' ? step.gone : '';
  const people = Object.entries(event.people ?? {}).filter(([person]) => person !== gone);
  return send(now, { ...event, people: Object.fromEntries(people) });
}

const openings = {
  'face to face': opened(),
  'by mail': opened({ channel: 'email', settings: { appealWindow: 'P30D' } }),
  'by phone': opened({
    channel: 'phone',
    settings: { independentAppeal: false, appealWindow: 'PT24H' },
  }),
};
const { recorded, reported, convened, met, covered, decided, notified, settled, closed } = upTo;
const chapters = { recorded, reported, convened, met, covered, decided, notified, settled, closed };

/** Cases that have come some way, each step of it checked like any other; by name, for the report of a failure. */
const begun = (): ReadonlyMap<string, Situation> =>
  new Map(
    Object.entries(openings).flatMap(([how, opening]) => {
      const live = caseOf(play(blank, opening).scene);
      const first: Situation = { live, restored: live, timers: new Map(), at: begin, seq: 1 };
      return Object.entries({ opened: [], ...chapters }).map(
        ([chapter, story]): [string, Situation] => [
          `${how}: ${chapter}`,
          story.reduce((now, sent) => take(now, { do: 'send', sent, gone: '' }), first),
        ],
      );
    }),
  );

const situationIn = (beginnings: ReadonlyMap<string, Situation>, name: string): Situation => {
  const situation = beginnings.get(name);
  if (!situation) throw new Error(`no case begins ${name}`);
  return situation;
};

describe('whatever happens to a case', () => {
  it('is explained truly, is taken or leaves no trace, and stands as it is told', () => {
    const beginnings = begun();
    fc.assert(
      fc.property(
        fc.constantFrom(...beginnings.keys()),
        fc.array(anyStep, { maxLength: 60, size: 'max' }),
        (beginning, steps) => {
          const end = steps.reduce(take, situationIn(beginnings, beginning));
          for (const person of ['ada', 'kim', 'dov'])
            expect(optionsFor(end.restored, end.at, actor(person))).toEqual(
              optionsFor(end.live, end.at, actor(person)),
            );
        },
      ),
      { numRuns: 300 },
    );
  }, 60_000);

  it('stays at rest once its content was erased', () => {
    const erase = time('case.erase', { reason: 'retention' });
    const atRest = situationIn(begun(), 'by mail: closed');
    const erased = take(atRest, { do: 'send', sent: erase, gone: '' });
    expect(erased.live.context.erased).toBe(true);
    fc.assert(
      fc.property(fc.array(anyStep, { maxLength: 20 }), (steps) => {
        expect(stored(steps.reduce(take, erased).live)).toBe(stored(erased.live));
      }),
      { numRuns: 30 },
    );
  });
});
