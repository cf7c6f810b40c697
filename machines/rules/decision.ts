import type { Decision, Reported } from '../context.ts';
import { byIs, responseStands } from './case-facts.ts';
import { speaksForStaff } from './reported-person-follow-up.ts';
import {
  ask,
  cite,
  eachReported,
  holds,
  needs,
  none,
  standing,
  type Answer,
  type Facts,
  type ResponseFacts,
  type Rule,
  type Step,
} from './rule.ts';

export const needATerm: ReadonlySet<string> = new Set([
  'ban',
  'no-further-talks',
  'no-future-volunteering',
]);

/** The responses of a list that one person gets: those that are for nobody else. */
export const responsesFor = (
  ref: string,
  responses: readonly ResponseFacts[] | undefined,
): readonly ResponseFacts[] =>
  (responses ?? []).filter((response) => response.for === undefined || response.for === ref);

/** Of a list, the kinds of what is imposed; what is kept is looked up. */
function kindsFor({ ref, decision }: Reported, facts: Facts): readonly string[] {
  const standingKinds = new Map((decision?.responses ?? []).map((r) => [r.response, r.kind]));
  const listed = facts.responses
    ? responsesFor(ref, facts.responses).map(({ keep, kind }) =>
        keep === undefined ? (kind ?? '') : (standingKinds.get(keep) ?? ''),
      )
    : (decision?.responses ?? []).filter(responseStands).map(({ kind }) => kind);
  return listed.filter((kind) => kind !== 'none');
}

/** What would be found: as the event says, or as it was. */
const findingOf = (step: Step, person: Reported, facts: Facts): string | undefined =>
  step.type === 'appeal.decide'
    ? facts.outcome === 'modified'
      ? 'violation'
      : undefined
    : (facts.finding ?? person.decision?.finding);

const sameDeciders = ({ deciders }: Decision, facts: Facts): boolean => {
  const before = deciders.map(({ person }) => person).toSorted();
  return JSON.stringify(before) === JSON.stringify((facts.deciders ?? []).toSorted());
};

/** Whether what is listed is no more than what stands: the same kinds, none of them for longer. */
function onlyEases({ decision }: Reported, responses: readonly ResponseFacts[]): boolean {
  const stands = (decision?.responses ?? []).filter(responseStands);
  return responses.every(
    ({ keep, kind, until, indefinite }) =>
      keep !== undefined ||
      kind === 'none' ||
      stands.some(
        (r) =>
          r.kind === kind &&
          (r.indefinite || r.until === null
            ? r.indefinite || !needATerm.has(r.kind) || indefinite !== true
            : until !== undefined && !indefinite && until <= r.until),
      ),
  );
}

const deciderMet =
  (step: Step) =>
  (facts: Facts): Answer => {
    const { leadsMeeting } = step.context;
    return none(
      'didNotMeet',
      (facts.deciders ?? []).filter((person) => !leadsMeeting.leads.includes(person)),
    );
  };

export const decisionRules = {
  'decision-after-meeting': {
    statement: 'The decision comes out of the leads’ meeting.',
    sources: [
      cite('AP', 'report handling'),
      cite('SP', 'the meeting of the leads, 3'),
      cite('CNCF', 'charter: how decisions are made'),
    ],
    basis: 'text',
    instead:
      'Conclude the meeting first: meeting.conclude. Whoever was named since needs another: meeting.reconvene.',
    check: (step) => {
      const { leadsMeeting } = step.context;
      if (!leadsMeeting.concluded) return needs(false);
      return eachReported(step, ({ namedAfter }) => needs(leadsMeeting.held > namedAfter));
    },
  },
  'deciders-met': {
    statement:
      'Those who decide sat as leads in the latest meeting; to amend, in one since the decision.',
    sources: [
      cite('OtterTech', 'decision making'),
      cite('CNCF', 'charter: how decisions are made'),
    ],
    basis: 'practice',
    instead: 'Name deciders who attended, or meet again with the others: meeting.reconvene.',
    departing: {
      who: ['lead'],
      grounds: ['does-not-fit'],
      on: ['decision.amend'],
      condition: 'A typo, put right by the same deciders.',
      when: (step) =>
        step.facts === undefined ||
        standing(step.context)
          .filter(({ ref }) => [step.facts?.for ?? []].flat().includes(ref))
          .every(({ decision }) => decision !== null && sameDeciders(decision, step.facts ?? {})),
    },
    check: (step) => {
      const { leadsMeeting } = step.context;
      if (step.type === 'decision.record') return ask(step, deciderMet(step));
      return eachReported(step, ({ decision }) =>
        decision !== null && (leadsMeeting.held <= decision.meeting || leadsMeeting.inSession)
          ? needs(false, { metSince: false })
          : ask(step, deciderMet(step)),
      );
    },
  },
  'never-one-decider': {
    statement: 'Nobody decides alone, but where the profile’s quorum is one.',
    sources: [
      cite('OtterTech', 'event procedures: centralized decision-making'),
      cite('OpenJS', 'charter: handling cases'),
      cite('Django', 'decision-making process'),
    ],
    basis: 'practice',
    instead: 'Decide together, with at least the quorum.',
    check: (step) =>
      ask(step, ({ deciders }) => {
        const { quorum } = step.context.settings;
        const count = deciders?.length ?? 0;
        return needs(count >= quorum, { quorum, deciders: count });
      }),
  },
  'no-violation-no-sanction': {
    statement: 'Where no violation was found, nothing is imposed.',
    sources: [cite('SP', 'possible responses, 1')],
    basis: 'text',
    instead: 'Decide on none, or record that there was a violation.',
    check: (step) =>
      ask(step, (facts) =>
        eachReported(step, (person) =>
          findingOf(step, person, facts) === 'violation'
            ? holds
            : none('kinds', kindsFor(person, facts)),
        ),
      ),
  },
  'violation-needs-response': {
    statement: 'A violation is answered.',
    sources: [cite('SP', 'possible responses, 1')],
    basis: 'ours',
    why: 'The text lists “nothing” only where there was no violation.',
    instead: 'Name at least one response; a warning is one.',
    departing: {
      who: ['lead'],
      grounds: ['does-not-fit'],
      on: ['decision.record', 'decision.amend'],
    },
    check: (step) =>
      ask(step, (facts) =>
        eachReported(step, (person) =>
          needs(
            findingOf(step, person, facts) !== 'violation' || kindsFor(person, facts).length > 0,
          ),
        ),
      ),
  },
  'lasting-responses-have-a-term': {
    statement: 'What lasts says how long: until a day, or indefinitely.',
    sources: [
      cite('SP', 'possible responses, 10 and 12'),
      cite('PSF', 'ongoing documentation of event and community bans'),
    ],
    basis: 'text',
    instead: 'Add until, or indefinite.',
    check: (step) =>
      ask(step, ({ responses }) =>
        none(
          'withoutTerm',
          (responses ?? []).flatMap((r) =>
            r.kind !== undefined && needATerm.has(r.kind) && !r.until && !r.indefinite
              ? r.kind
              : [],
          ),
        ),
      ),
  },
  'decision-stands': {
    statement: 'There must be a decision before it is told, carried out or put right.',
    sources: [],
    basis: 'ours',
    why: 'What was not decided cannot be told or carried out.',
    instead: 'Record the decision first: decision.record.',
    check: (step) => eachReported(step, ({ decision }) => needs(decision !== null)),
  },
  'assigned-responder-acts': {
    statement:
      'The responses are made by whom the leads assigned, or by the coordinator, and where neither is there by any lead; what an appeal decided its reviewers may tell.',
    sources: [cite('SP', 'the meeting of the leads, 4')],
    basis: 'text',
    why: 'That the coordinator may too is ours, and so is who steps in where neither is there.',
    instead: 'Leave it to them, or have the leads assign you: meeting.assignResponder.',
    reads: 'team',
    check: (step) => {
      const { responder } = step.context.staff;
      if (speaksForStaff(step)) return holds;
      if (step.type !== 'decision.notifyReportedPerson') return needs(false, { responder });
      return eachReported(step, ({ appeal }) =>
        needs(appeal.outcome !== null && byIs(step, ...appeal.reviewers), { responder }),
      );
    },
  },
  'appeal-not-pending': {
    statement: 'While an appeal is heard, the decision is in the reviewers’ hands.',
    sources: [],
    basis: 'ours',
    why: 'While reviewers hear it, the decision is in their hands.',
    instead: 'Wait for the appeal to be decided: appeal.decide.',
    check: (step) =>
      eachReported(step, ({ appeal }) => needs(!appeal.filed || appeal.outcome !== null)),
  },
  'appeal-only-eased': {
    statement: 'After an appeal the leads may drop or shorten what was decided, and add nothing.',
    sources: [],
    basis: 'ours',
    why: 'Else the leads could undo an appeal’s outcome.',
    instead:
      'Keep what stands, leave out what should go, or give it an earlier end. What the person did since is a case of its own: open it, and link this one.',
    check: (step) =>
      eachReported(step, (person) => {
        const { decision } = person;
        if (decision?.appealed !== true) return holds;
        return ask(step, ({ finding, responses }) =>
          needs(
            (finding !== 'violation' || decision.finding === 'violation') &&
              onlyEases(person, responsesFor(person.ref, responses)),
          ),
        );
      }),
  },
} as const satisfies Record<string, Rule>;
