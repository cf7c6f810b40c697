import { byHas, byIs } from './case-facts.ts';
import { ask, holds, needs, none, type Facts, type Rule } from './rule.ts';

const needATerm = new Set(['ban', 'no-further-talks', 'no-future-volunteering']);

const sanctions = (facts: Facts) => (facts.responses ?? []).filter(({ kind }) => kind !== 'none');

export const decisionRules = {
  'decision-after-meeting': {
    statement: 'The decision comes out of the leads’ meeting.',
    source: 'SP, the meeting of the leads',
    instead: 'Conclude the meeting first: meeting.conclude.',
    check: ({ context: { leadsMeeting } }) => needs(leadsMeeting.concluded),
  },
  'follow-up-chosen': {
    statement: 'Whether to hear the reported person is settled before the decision.',
    source: 'SP, following up with a reported person',
    instead: 'Complete the conversation, or decline it: followUp.complete, followUp.decline.',
    check: ({ context: { reportedPersonFollowUp } }) =>
      needs(reportedPersonFollowUp.outcome !== null),
  },
  'deciders-met': {
    statement: 'Those who decide sat in the latest meeting.',
    source: 'SP, the meeting of the leads',
    instead: 'Name deciders who attended, or meet again with the others: meeting.reconvene.',
    check: (step) =>
      ask(step, ({ deciders }) =>
        none(
          'didNotAttend',
          (deciders ?? []).filter(
            (person) => !step.context.leadsMeeting.attendees.includes(person),
          ),
        ),
      ),
  },
  'never-one-decider': {
    statement: 'Nobody decides alone.',
    source: 'OpenJS; Otter Tech',
    instead: 'Decide together, with at least the quorum.',
    check: (step) =>
      ask(step, ({ deciders }) => {
        const { quorum } = step.context.settings;
        return needs((deciders?.length ?? 0) >= quorum, {
          quorum,
          deciders: deciders?.length ?? 0,
        });
      }),
  },
  'no-violation-no-sanction': {
    statement: 'Where nothing was violated, nothing is imposed.',
    source: 'SP, possible responses, 1',
    instead: 'Decide on none, or record that there was a violation.',
    check: (step) =>
      ask(step, (facts) =>
        facts.violation
          ? holds
          : none(
              'kinds',
              sanctions(facts).map(({ kind }) => kind),
            ),
      ),
  },
  'violation-needs-response': {
    statement: 'A violation is answered.',
    source: 'SP, possible responses',
    instead: 'Name at least one response; a warning is one.',
    check: (step) =>
      ask(step, (facts) => {
        const stands =
          step.type === 'appeal.decide' ? facts.outcome === 'modified' : facts.violation;
        return needs(!stands || sanctions(facts).length > 0);
      }),
  },
  'lasting-responses-have-a-term': {
    statement: 'What lasts says how long: until a day, or indefinitely.',
    source: 'SP, possible responses; PSF',
    instead: 'Add until, or indefinite.',
    check: (step) =>
      ask(step, ({ responses }) =>
        none(
          'withoutTerm',
          (responses ?? [])
            .filter((r) => needATerm.has(r.kind) && !r.until && !r.indefinite)
            .map(({ kind }) => kind),
        ),
      ),
  },
  'decision-stands': {
    statement: 'There must be a decision before it is told or carried out.',
    source: 'SP, possible responses',
    instead: 'Record the decision first: decision.record.',
    check: ({ context: { decision } }) => needs(decision !== null),
  },
  'assigned-responder-acts': {
    statement: 'The responses are made by the person assigned to make them, or by the coordinator.',
    source: 'SP, the meeting of the leads, 4',
    instead: 'Leave it to them, or have the leads assign you: meeting.assignResponder.',
    check: (step) =>
      needs(byIs(step, step.context.staff.responder) || byHas(step, 'coordinator'), {
        responder: step.context.staff.responder,
      }),
  },
} as const satisfies Record<string, Rule>;
