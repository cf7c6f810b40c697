import type { Context, Reported } from '../context.ts';
import { addDuration } from '../time.ts';
import { actionStands, notificationSettled, violationStands } from './case-facts.ts';
import { reportersOwed } from './care.ts';
import {
  ask,
  broken,
  cite,
  complete,
  depends,
  holds,
  needs,
  standing,
  type Answer,
  type DepartureFacts,
  type Facts,
  type Rule,
  type Step,
} from './rule.ts';

/** Words that something is over, which are owed to people. */
const liftsOwed = ({ people, immediateResponse }: Context): string[] => [
  ...immediateResponse.actions
    .filter(({ lift }) => lift === 'owed')
    .map(({ action }) => `lift: action ${action}`),
  ...people.reported.flatMap(({ ref, decision }) =>
    (decision?.responses ?? [])
      .filter(({ state }) => state === 'liftOwed')
      .map(({ response }) => `lift: ${ref} ${response}`),
  ),
];

function owedTo({ ref, decision, appeal }: Reported): string[] {
  if (decision === null) return [`decision: ${ref}`];
  const mustBeTold =
    decision.finding === 'violation' || appeal.outcome !== null || decision.changed;
  return [
    ...decision.responses
      .filter(({ state }) => state === 'due')
      .map(({ response }) => `response: ${ref} ${response}`),
    ...(appeal.filed && appeal.outcome === null ? [`appeal: ${ref}`] : []),
    ...(mustBeTold && !notificationSettled(decision) ? [`notification: ${ref}`] : []),
  ];
}

/** Whether the incident is dealt with in another case. */
const othersStandFor = ({ context, original }: Step): boolean =>
  context.duplicateOf !== null && original?.gone !== true;

/** What is still to be done before the case can rest, by name: the stage or what is owed, and to whom. */
function outstanding(step: Step): string[] {
  const { context } = step;
  const { intake, immediateResponse, leadsMeeting } = context;
  const always = [
    ...(immediateResponse.active ? ['immediateResponse'] : []),
    ...liftsOwed(context),
  ];
  const care = reportersOwed(context).map(({ ref }) => `reporterCare: ${ref}`);
  const unreviewed = immediateResponse.actions.filter(({ outcome }) => outcome === null);
  // no meeting is owed here that would review them, but none may stand on with nobody looking
  if (intake.reports.length === 0 || othersStandFor(step))
    return [...always, ...(unreviewed.some(actionStands) ? ['interimActions'] : []), ...care];
  const meetingDone = leadsMeeting.concluded && intake.reports.every(({ takenUp }) => takenUp);
  const still = standing(context).map(({ ref }) => ref);
  // whoever is owed an answer for their report is named already; nothing is owed to who was named by mistake
  const planned = leadsMeeting.followUps.filter(
    (followUp) =>
      !followUp.settled &&
      !care.includes(`reporterCare: ${followUp.for}`) &&
      (!followUp.for.startsWith('reported-') || still.includes(followUp.for)),
  );
  return [
    ...always,
    ...(intake.reports.every(({ handedOver }) => handedOver) ? [] : ['intake']),
    ...(unreviewed.length > 0 ? ['interimActions'] : []),
    ...(meetingDone ? [] : ['leadsMeeting']),
    ...standing(context).flatMap(owedTo),
    ...care,
    ...planned.map((followUp) => `followUp: ${followUp.for}`),
  ];
}

/** Nobody closes a case over these. */
const neverLeft = /^(immediateResponse|lift|appeal)(:|$)/;
/** An item may be named whole, or by what stands before the colon. */
const names = (named: string, item: string) => named === item || item.startsWith(`${named}:`);

function itemsNamed(step: Step, _: Answer, departure?: DepartureFacts): boolean {
  const items = outstanding(step);
  if (items.some((item) => neverLeft.test(item))) return false;
  if (!departure) return true;
  const named = departure.items ?? [];
  return (
    items.every((item) => named.some((name) => names(name, item))) &&
    named.every((name) => items.some((item) => names(name, item)))
  );
}

/** Who is missing in an office: outside the case, a witness, or away, as somebody else has noted. */
function missing(
  { staff, people, settings }: Context,
  office: 'lead' | 'organizer',
  by: string | undefined,
) {
  const decided = people.reported.some(({ decision }) =>
    (decision?.deciders ?? []).some(({ organizer }) => organizer),
  );
  return (
    [...staff.outside, ...staff.witnesses].some(({ offices }) => offices.includes(office)) ||
    staff.absent.some((away) => away.offices.includes(office) && away.by !== by) ||
    // an organizer who decided would have to hear the appeal
    (settings.independentAppeal && decided)
  );
}

/** Those who may give the second word, or the third. */
function takesTwo(step: Step, facts: Facts): Answer {
  const { context, by, at, type } = step;
  const person = by?.person ?? '';
  if (type === 'case.readmit') {
    const cleared = context.staff.cleared.find((c) => c.person === facts.person);
    return needs(!cleared?.by.includes(person), { who: 'a third person' });
  }
  if (type === 'case.erase') {
    // by the retention nobody acts
    if (context.voided === null || by === null) return holds;
    const later = context.closedAt !== null && at >= voidRetentionEnds(context);
    return needs(!context.voided.by.includes(person) && later, {
      who: 'a third person',
      from: voidRetentionEnds(context),
    });
  }
  const proposal = context.proposals.find(({ seq }) => seq === facts.seq);
  if (!proposal) return holds;
  if (proposal.by.person === person) return broken({ who: 'another person' });
  const onlyOmbud = proposal.type === 'case.void' && context.staff.ombudNeeded;
  return needs(!onlyOmbud || (by?.roles.includes('ombud') ?? false), { who: 'an ombud' });
}

const voidRetentionEnds = ({ closedAt, settings }: Context) =>
  closedAt === null ? '' : addDuration(closedAt, settings.voidRetention);

export const closingRules = {
  'settled-before-close': {
    statement: 'A case is closed when everything that the procedure owes is done.',
    sources: [],
    basis: 'ours',
    why: 'The texts know no closing; it gathers what they owe.',
    instead: 'Do what is outstanding; each item names its stage, or what is owed and to whom.',
    departing: {
      who: ['lead', 'organizer'],
      grounds: ['impossible', 'does-not-fit'],
      condition:
        'Naming the items; never an immediate response under way, a lift that is owed, or an appeal. Takes two.',
      when: itemsNamed,
    },
    reads: 'original',
    check: (step) => complete(outstanding(step)),
  },
  'notice-before-close': {
    statement:
      'Where people outside know of a violation, they are told that it was against policy and was acted on.',
    sources: [cite('SP', 'public communication')],
    basis: 'text',
    why: 'That it holds up the closing is ours.',
    instead: 'Give the notice: publicity.informAware or publicity.announce.',
    departing: {
      who: ['lead', 'organizer'],
      grounds: ['impossible', 'does-not-fit'],
      condition: 'Takes two.',
    },
    reads: 'original',
    check: (step) => {
      const { context } = step;
      const waiting = context.publicCommunication.audiences.filter(({ settled }) => !settled);
      return needs(waiting.length === 0 || !violationStands(context) || othersStandFor(step), {
        audiences: waiting.map(({ audience }) => audience),
      });
    },
  },
  'substitute-when-short': {
    statement:
      'A substitute stands in where somebody of that office cannot sit, or would judge their own decision.',
    sources: [
      cite('PY', 'attendee procedure: conflicts of interest'),
      cite('CNCF', 'charter: alternates'),
      cite('OpenJS', 'charter: handling cases'),
      cite('OtterTech', 'event procedures: centralized decision-making'),
    ],
    basis: 'practice',
    instead:
      'Bring a helper in without that office: case.bringIn. Where somebody is only away, note it (case.noteAbsence), and let another name the substitute.',
    check: (step) => {
      const { context, by } = step;
      const short = (office: 'lead' | 'organizer') => missing(context, office, by?.person);
      if (step.facts) return needs(short(step.facts.as ?? 'lead'));
      const answers = [short('lead'), short('organizer')];
      return answers.every(Boolean) ? holds : answers.some(Boolean) ? depends : broken();
    },
  },
  'void-before-work': {
    statement: 'A case is none only while nothing was met over, done to anybody, or decided.',
    sources: [],
    basis: 'ours',
    why: 'Voiding must never undo what was done to somebody.',
    instead: 'Go through with it: the leads can decide that it is out of scope.',
    check: ({ context: { leadsMeeting, immediateResponse, people } }) =>
      needs(
        leadsMeeting.attendees.length === 0 &&
          immediateResponse.actions.length === 0 &&
          people.reported.every(({ decision }) => decision === null),
      ),
  },
  'duplicate-of-a-live-case': {
    statement:
      'A duplicate stands behind a case that stands itself: one with a report, and neither duplicate, void nor erased.',
    sources: [],
    basis: 'ours',
    why: 'Its reporters are answered from the other case, so it must live.',
    instead: 'Link the case in which the incident is dealt with.',
    reads: 'linked',
    check: (step) =>
      ask(step, ({ relation, linked }) =>
        relation === 'duplicate' && linked
          ? needs(!linked.empty && !linked.duplicate && !linked.voided && !linked.erased)
          : holds,
      ),
  },
  'takes-two': {
    statement:
      'What cannot be undone, or leaves something owed, takes a second person; to let in again whom two took out, or to erase what two called none, a third.',
    sources: [],
    basis: 'ours',
    why: 'What makes a case or text vanish needs a second pair of eyes.',
    instead: 'Ask another lead, an organizer or an ombud.',
    check: (step) => {
      const { context, type } = step;
      if (type === 'case.readmit' && context.staff.cleared.length === 0) return holds;
      if (type === 'case.erase' && context.voided === null) return holds;
      return ask(step, (facts) => takesTwo(step, facts));
    },
  },
  'hold-prevents-erasure': {
    statement: 'Under a legal hold nothing is erased, and nothing taken away.',
    sources: [],
    basis: 'ours',
    why: 'What the law may ask for must not vanish.',
    instead: 'Have an organizer release the hold once it is over.',
    check: ({ context }) => needs(!context.held),
  },
} as const satisfies Record<string, Rule>;
