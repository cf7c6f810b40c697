import { actionStands, byHas, byIs, refsOf, violationStands } from './case-facts.ts';
import { ask, holds, needs, never, none, type Rule } from './rule.ts';

export const publicCommunicationRules = {
  'announcer-authority': {
    statement:
      'Announcements come from the organizer, or from somebody to whom the organizer gave that authority.',
    source: 'SP, public communication',
    instead: 'Ask an organizer to announce it, or to delegate it: publicity.delegateAuthority.',
    check: (step) => needs(byHas(step, 'organizer') || byIs(step, ...step.context.staff.delegates)),
  },
  'delegation-by-organizer': {
    statement: 'Only an organizer delegates the authority to announce.',
    source: 'SP, public communication',
    instead: 'Ask an organizer.',
    check: (step) => needs(byHas(step, 'organizer')),
  },
  'no-identities-in-public': {
    statement: 'No public word identifies a person of the case.',
    source: 'SP, public communication; AP, confidentiality',
    instead:
      'Say what was against policy and that it was acted on, without names or marks; consent is the person’s own to give: publicity.recordDisclosureConsent.',
    check: (step) => {
      const { people, decision } = step.context;
      const accounts = (decision?.responses ?? []).filter(({ kind }) => kind === 'publish-account');
      const named = (ref: string) =>
        people.consents.includes(ref) ||
        (ref.startsWith('reported-') &&
          accounts.some((account) => account.for === null || account.for === ref));
      const kept = refsOf(step.context).filter((ref) => !named(ref));
      if (kept.length === 0) return holds;
      return ask(step, ({ screening }) =>
        none(
          'identifies',
          kept.filter((ref) => screening?.identifies.includes(ref)),
        ),
      );
    },
  },
  'notice-says-both': {
    statement:
      'A notice says both: that it was against policy, and that official action was taken.',
    source: 'SP, public communication',
    instead: 'Say both, and mark both: saysAgainstPolicy, saysActionTaken.',
    check: (step) =>
      ask(step, ({ saysAgainstPolicy, saysActionTaken }) =>
        none('missing', [
          ...(saysAgainstPolicy ? [] : ['saysAgainstPolicy']),
          ...(saysActionTaken ? [] : ['saysActionTaken']),
        ]),
      ),
  },
  'action-before-notice': {
    statement: 'A notice must be true: official action was taken before it says so.',
    source: 'SP, public communication',
    instead: 'Wait for the decision, or for an interim action: immediate.takeAction.',
    check: ({ context }) =>
      needs(context.immediateResponse.actions.some(actionStands) || violationStands(context)),
  },
  'details-kept-out': {
    statement: 'People who only saw it get no details.',
    source: 'SP, public communication',
    instead: 'Tell them that it was against policy and was acted on: publicity.informAware.',
    check: never,
  },
  'consent-is-own': {
    statement: 'Only a person themself can allow that they are named.',
    source: 'AP, confidentiality',
    instead: 'Ask the person, and record what they said.',
    check: (step) => ask(step, ({ instructedByPerson }) => needs(instructedByPerson === true)),
  },
} as const satisfies Record<string, Rule>;
