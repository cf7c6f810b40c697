import type { Ref } from '../context.ts';
import { handlerRoles, type ConsentAudience } from '../vocabulary.ts';
import {
  actionStands,
  byHas,
  byIs,
  canonical,
  refsOf,
  responseStands,
  violationStands,
} from './case-facts.ts';
import { consents, identified } from './reported-person-follow-up.ts';
import {
  ask,
  cite,
  depends,
  holds,
  needs,
  never,
  none,
  standing,
  type Answer,
  type Facts,
  type Rule,
  type Step,
} from './rule.ts';

/** Whom a word goes to, and so whose consent to what it needs; the public hears more than the aware. */
const audiencesOf = (type: Step['type']): readonly ConsentAudience[] =>
  type === 'publicity.informAware' ? ['people-aware', 'public'] : ['public'];

/** Whether an account of somebody is to be published: then their own name is no secret. */
const accountDecided = (step: Step, ref: Ref): boolean =>
  standing(step.context).some(
    (person) =>
      person.ref === canonical(step.context, ref) &&
      (person.decision?.responses ?? []).some(
        (response) => response.kind === 'publish-account' && responseStands(response),
      ),
  );

const purposeOf = ({ purpose = 'notice' }: Facts): string => purpose;

/** Whether what a word claims is so. */
function isTrue({ context }: Step, purpose: string): Answer {
  switch (purpose) {
    case 'notice':
      return needs(
        context.immediateResponse.actions.some(actionStands) || violationStands(context),
      );
    case 'no-violation':
      return needs(
        standing(context).some(({ decision }) => decision?.finding === 'no-violation') &&
          !violationStands(context),
        { needs: 'a finding of no violation' },
      );
    case 'correction':
      return needs(context.publicCommunication.spoken, { needs: 'an earlier word' });
    default:
      return holds;
  }
}

export const publicCommunicationRules = {
  'announcer-authority': {
    statement:
      'Announcements come from the organizer, or from somebody to whom the organizer gave that authority.',
    sources: [cite('SP', 'public communication')],
    basis: 'text',
    instead: 'Ask an organizer to announce it, or to delegate it: publicity.delegateAuthority.',
    departing: {
      who: handlerRoles,
      grounds: ['safety'],
      condition: 'Of an announcement whose purpose is safety.',
      when: ({ facts }) => facts === undefined || facts.purpose === 'safety',
    },
    check: (step) => needs(byHas(step, 'organizer') || byIs(step, ...step.context.staff.delegates)),
  },
  'delegation-by-organizer': {
    statement: 'Only an organizer delegates the authority to announce.',
    sources: [cite('SP', 'public communication')],
    basis: 'text',
    instead: 'Ask an organizer.',
    check: (step) => needs(byHas(step, 'organizer')),
  },
  'no-identities-in-public': {
    statement: 'No public word identifies a person of the case.',
    sources: [cite('SP', 'public communication'), cite('AP', 'confidentiality')],
    basis: 'text',
    instead:
      'Say what was against policy and that it was acted on, without names or marks; consent is the person’s own to give: publicity.recordDisclosureConsent.',
    check: (step) => {
      const allowed = (ref: Ref) =>
        accountDecided(step, ref) ||
        audiencesOf(step.type).some((to) => consents(step.context, ref, to));
      const kept = refsOf(step.context).filter((ref) => !allowed(ref));
      if (kept.length === 0) return holds;
      return ask(step, () => none('identifies', identified(step, kept)));
    },
  },
  'notice-says-both': {
    statement:
      'A notice says both: that it was against policy, and that official action was taken.',
    sources: [cite('SP', 'public communication')],
    basis: 'text',
    instead: 'Say both, and mark both: saysAgainstPolicy, saysActionTaken.',
    check: (step) =>
      ask(step, (facts) =>
        purposeOf(facts) === 'notice'
          ? none('missing', [
              ...(facts.saysAgainstPolicy ? [] : ['saysAgainstPolicy']),
              ...(facts.saysActionTaken ? [] : ['saysActionTaken']),
            ])
          : holds,
      ),
  },
  'action-before-notice': {
    statement:
      'What is said must be so: a notice that action was taken, that there was no violation, or a correction of an earlier word.',
    sources: [cite('SP', 'public communication')],
    basis: 'ours',
    why: 'A notice that action was taken must be true.',
    instead:
      'Wait for the decision, or for an interim action; until then say only what is so, with the purpose holding or safety.',
    check: (step) =>
      step.facts
        ? isTrue(step, purposeOf(step.facts))
        : ['notice', 'no-violation', 'correction'].every(
              (purpose) => isTrue(step, purpose).verdict === 'holds',
            )
          ? holds
          : depends,
  },
  'details-kept-out': {
    statement: 'People who only saw it get no details.',
    sources: [cite('SP', 'public communication')],
    basis: 'text',
    why: 'Advice in the text; that it binds always is ours.',
    instead: 'Tell them that it was against policy and was acted on: publicity.informAware.',
    check: never,
  },
  'consent-is-own': {
    statement: 'Only a person themself can allow that they are named.',
    sources: [cite('AP', 'confidentiality')],
    basis: 'text',
    instead: 'Ask the person, and record what they said.',
    check: (step) => ask(step, ({ instructedByPerson }) => needs(instructedByPerson === true)),
  },
} as const satisfies Record<string, Rule>;
