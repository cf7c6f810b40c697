/**
 * What staff do who want to close a case truthfully: hand over what was reported, meet over it, decide
 * what can be decided, tell whoever can be told, and say of the rest that it can't be done. Each step
 * is one that anybody who is left can take at any time, and says nothing that is not so.
 */
import type { Context, Handle } from '../../machines/context.ts';
import { reportersOwed } from '../../machines/rules/care.ts';
import { isOutside, judgesOwnCause, rolesIn } from '../../machines/rules/case-facts.ts';
import { standing } from '../../machines/rules/rule.ts';
import { stagesOfMachine } from '../../machines/stages.ts';
import type { CaseState } from '../../machines/system.ts';
import { handlerRoles, type Role } from '../../machines/vocabulary.ts';
import { actor, roster, sent, type Sent } from './cast.ts';

type Left = (...roles: readonly Role[]) => readonly Handle[];

const leftIn =
  (context: Context): Left =>
  (...roles) =>
    Object.keys(roster).filter(
      (person) =>
        !isOutside(context, person) &&
        rolesIn(context, actor(person)).some((role) => roles.includes(role)),
    );

/** Somebody who may speak for the staff; assigned first, where there is nobody. */
function speaker(context: Context, left: Left): Handle | undefined {
  const { responder } = context.staff;
  return responder ?? left('coordinator')[0];
}

/** The next step on the way, and who takes it; undefined where there is nobody left to take it. */
export function nextTowardsTheEnd(state: CaseState): Sent | undefined {
  const { context } = state;
  const left = leftIn(context);
  const judges = left('lead').filter((person) => !judgesOwnCause(context, person));
  const [handler = '', lead = ''] = [left(...handlerRoles)[0], judges[0]];
  const say = (by: Handle | undefined, type: Sent['event']['type'], payload: object = {}) =>
    by ? sent(by, type, payload as Record<string, unknown>) : undefined;

  const enough = context.settings.quorum;
  if (judges.length < enough) return shortOfLeads(context, left, say);
  return (
    atOnce(context, handler, say) ??
    handingOver(context, handler, say) ??
    meeting(context, judges, say) ??
    people(state, { left, lead, judges }, say) ??
    looseEnds(context, { handler, lead, judges }, say) ??
    say(lead, 'case.close')
  );
}

type Say = (
  by: Handle | undefined,
  type: Sent['event']['type'],
  payload?: object,
) => Sent | undefined;

/** Substitutes for leads who are outside; whoever is left of an office names them. */
function shortOfLeads({ staff }: Context, left: Left, say: Say): Sent | undefined {
  const known = new Set(staff.substitutes.map(({ person }) => person));
  const [helper] = left(...handlerRoles).filter(
    (person) =>
      !known.has(person) &&
      !rolesOf(person).includes('lead') &&
      !staff.witnesses.some((witness) => witness.person === person),
  );
  const [namer] = left('lead', 'organizer');
  return helper && namer
    ? say(namer, 'case.nameSubstitute', { person: helper, as: 'lead' })
    : undefined;
}
const rolesOf = (person: Handle) => roster[person] ?? [];

function atOnce({ immediateResponse, intake }: Context, handler: Handle, say: Say) {
  const threat = intake.safety?.generalThreat === true && immediateResponse.resources.length === 0;
  if (threat) return say(handler, 'immediate.seekResource', { resource: 'other' });
  return immediateResponse.active ? say(handler, 'immediate.resolve') : undefined;
}

function handingOver(context: Context, handler: Handle, say: Say): Sent | undefined {
  const { intake, immediateResponse, people: known, duplicateOf } = context;
  if (duplicateOf !== null) return undefined;
  const waiting = intake.reports.filter(({ handedOver }) => !handedOver);
  if (waiting.length === 0) return undefined;
  if (intake.safety === null)
    return say(handler, 'intake.checkSafety', { everyoneSafe: 'unknown', generalThreat: false });
  if (immediateResponse.needed === null) return say(handler, 'immediate.assess', { needed: false });
  const unthanked = known.reporters.find(
    ({ ref, thanked }) => !thanked && intake.reports.some(({ from }) => from === ref),
  );
  return unthanked
    ? say(handler, 'intake.thankReporter', { for: unthanked.ref })
    : say(handler, 'intake.reportToLeads');
}

function meeting(context: Context, judges: readonly Handle[], say: Say): Sent | undefined {
  const { leadsMeeting, intake, duplicateOf, immediateResponse, departures } = context;
  const [lead] = judges;
  if (duplicateOf !== null || intake.reports.length === 0) return undefined;
  if (leadsMeeting.inSession) {
    const { objectives } = leadsMeeting;
    const open = immediateResponse.actions.filter(({ outcome }) => outcome === null);
    if (!objectives.reviewReport) return say(lead, 'meeting.reviewReport');
    if (!objectives.consultPastIncidents)
      return say(lead, 'meeting.consultPastIncidents', { patternFound: false });
    if (!objectives.discussResponses) return say(lead, 'meeting.discussResponses', { options: [] });
    if (!objectives.assignResponder) return say(lead, 'meeting.assignResponder', { person: lead });
    if (!objectives.planFollowUps) return say(lead, 'meeting.planFollowUps', { followUps: [] });
    if (!objectives.assignFollowUp) return say(lead, 'meeting.assignFollowUp', { person: lead });
    if (open.length > 0)
      return say(lead, 'meeting.reviewInterimActions', {
        reviews: open.map(({ action }) => ({ action, outcome: 'confirmed' })),
      });
    return reviewing(departures, judges, say) ?? say(lead, 'meeting.conclude');
  }
  const toMeetAbout = standing(context).some(
    ({ decision, namedAfter }) => decision === null && namedAfter >= leadsMeeting.held,
  );
  const waits = intake.reports.some(({ takenUp }) => !takenUp) || toMeetAbout;
  if (leadsMeeting.concluded && !waits) return undefined;
  const calledFor = !leadsMeeting.concluded || intake.reports.some(({ takenUp }) => !takenUp);
  return calledFor
    ? say(lead, 'meeting.convene', { attendees: judges })
    : say(lead, 'meeting.reconvene');
}

/** Departures, each by a lead whose own it is not. */
function reviewing(departures: Context['departures'], judges: readonly Handle[], say: Say) {
  const open = departures.filter(({ review }) => review === null);
  const [first] = open;
  if (!first) return undefined;
  const reviewer = judges.find((person) => person !== first.by) ?? judges[0];
  const reviews = open
    .filter(({ by }) => by !== reviewer)
    .map(({ seq, rule }) => ({ seq, rule, outcome: 'endorsed' }));
  return say(reviewer, 'meeting.reviewDepartures', { reviews });
}

interface Staff {
  readonly left: Left;
  readonly lead: Handle;
  readonly judges: readonly Handle[];
}

function people(state: CaseState, { left, lead, judges }: Staff, say: Say): Sent | undefined {
  const { context } = state;
  const owed = context.immediateResponse.actions.find(({ lift }) => lift === 'owed');
  const voice = speaker(context, left);
  const lifts =
    owed !== undefined ||
    context.people.reported.some(({ decision }) =>
      decision?.responses.some(({ state: at }) => at === 'liftOwed'),
    );
  if (lifts && voice === undefined) return say(lead, 'meeting.assignResponder', { person: lead });
  if (owed) return say(voice, 'immediate.liftAction', { action: owed.action });
  if (context.duplicateOf !== null || context.intake.reports.length === 0) return undefined;
  for (const { ref, decision, appeal } of standing(context)) {
    const about = { for: ref };
    if (decision === null && stagesOfMachine(state, ref)['decision'] === 'deliberating') {
      const deciders = judges.filter((person) => context.leadsMeeting.leads.includes(person));
      // somebody who met has left since: the others meet again
      if (deciders.length < context.settings.quorum) return say(lead, 'meeting.reconvene');
      const inconclusive = { finding: 'inconclusive', deciders, responses: [] };
      return say(lead, 'decision.record', { ...about, ...inconclusive });
    }
    const due = decision?.responses.find(({ state: at }) => at === 'due');
    if (due) return say(lead, 'decision.abandonResponse', { ...about, response: due.response });
    const lift = decision?.responses.find(({ state: at }) => at === 'liftOwed');
    if (lift) return say(voice, 'decision.liftResponse', { ...about, response: lift.response });
    if (decision && appeal.filed && appeal.outcome === null) {
      const decided = decision.deciders.map(({ person }) => person);
      const body = left('organizer').filter(
        (p) => !decided.includes(p) && !judgesOwnCause(context, p),
      );
      return appeal.reviewers.length === 0
        ? say(left('organizer')[0], 'appeal.assignReviewers', { ...about, reviewers: body })
        : say(appeal.reviewers[0], 'appeal.decide', { ...about, outcome: 'upheld' });
    }
    if (decision && decision.notifiedAt === null && !decision.unnotifiable)
      return say(lead, 'decision.markUnnotifiable', about);
  }
  return undefined;
}

function looseEnds(
  context: Context,
  { handler, lead, judges }: { handler: Handle; lead: Handle; judges: readonly Handle[] },
  say: Say,
): Sent | undefined {
  const [owed] = reportersOwed(context);
  if (owed) return say(handler, 'care.markUnreachable', { for: owed.ref, attempts: 2 });
  const planned = context.leadsMeeting.followUps.find(({ settled }) => !settled);
  if (planned) return say(lead, 'care.dropFollowUp', { for: planned.for });
  const open = context.immediateResponse.actions.filter(({ outcome }) => outcome === null);
  if (open.length > 0 && context.leadsMeeting.concluded)
    return say(lead, 'meeting.reviewInterimActions', {
      reviews: open.map(({ action }) => ({ action, outcome: 'confirmed' })),
    });
  const waiting = context.publicCommunication.audiences.some(({ settled }) => !settled);
  if (waiting && standing(context).some(({ decision }) => decision?.finding === 'violation'))
    return say(handler, 'publicity.informAware', {
      saysAgainstPolicy: true,
      saysActionTaken: true,
    });
  return reviewing(context.departures, judges, say);
}
