import type { Context } from '../context.ts';
import { handlerRoles } from '../vocabulary.ts';
import { addDuration, isAfter } from '../time.ts';
import { ask, cite, holds, needs, type Rule } from './rule.ts';

/** Decided by the leads together. A talk this afternoon can't wait for them: `no-further-talks` may be interim. */
export const lastingKinds: ReadonlySet<string> = new Set([
  'ban',
  'no-future-volunteering',
  'remove-membership',
  'publish-account',
]);
/** What no single person does, not even for a day. */
export const neverInterim: ReadonlySet<string> = new Set(['remove-membership', 'publish-account']);
const authorities = new Set(['law-enforcement', 'venue-security']);

/** Whether the latest safety check says that there is a threat to others. */
const threatens = ({ intake }: Context) => intake.safety?.generalThreat === true;

export const immediateResponseRules = {
  'authorities-at-reporters-request': {
    statement:
      'While everyone is safe and nothing threatens, police and security are brought in only when the reporter asks.',
    sources: [
      cite('SP', 'immediate response, 2'),
      cite('OtterTech', 'talking to reporters: dealing with immediate danger'),
    ],
    basis: 'text',
    instead:
      'Ask what the reporter wants; with their request, send it with atReporterRequest. Should safety change, record it first: intake.checkSafety.',
    departing: {
      who: handlerRoles,
      grounds: ['safety', 'legal-duty', 'persons-wish'],
      condition: 'persons-wish: an impacted person’s.',
    },
    check: (step) => {
      const { settings, intake } = step.context;
      const calm = intake.safety?.everyoneSafe === 'yes' && !intake.safety.generalThreat;
      if (settings.authorities === 'unrestricted' || !calm) return holds;
      return ask(step, ({ resource, atReporterRequest }) =>
        needs(!authorities.has(resource ?? '') || atReporterRequest === true),
      );
    },
  },
  'threat-needs-resources': {
    statement: 'While others are threatened, somebody who can deal with that has been called.',
    sources: [cite('SP', 'immediate response, 1'), cite('SP', 'taking a report, 4')],
    basis: 'text',
    why: 'That it holds up the end of an immediate response, and the closing, is ours.',
    instead:
      'Call them and record it: immediate.seekResource. Once the threat is over, record that: intake.checkSafety.',
    departing: { who: handlerRoles, grounds: ['impossible', 'does-not-fit'] },
    check: (step) => {
      const { type, context } = step;
      if (!threatens(context) || context.immediateResponse.resources.length > 0) return holds;
      return type === 'immediate.assess'
        ? ask(step, ({ needed }) => needs(needed === true))
        : needs(false);
    },
  },
  'interim-responses-only': {
    statement: 'What lasts beyond the moment is not decided in the moment, nor by one person.',
    sources: [
      cite('CNCF', 'procedures: interim protective measures'),
      cite('CNCF', 'charter: how decisions are made'),
    ],
    basis: 'practice',
    instead:
      'Take what keeps people safe now, such as leave-event; leave lasting responses to the leads.',
    departing: {
      who: ['lead', 'organizer'],
      grounds: ['safety'],
      condition: 'With an until within meetWithin; never for remove-membership or publish-account.',
      when: ({ at, context, facts }) => {
        if (!facts) return true;
        const { kind = '', until } = facts;
        const limit = addDuration(at, context.settings.meetWithin);
        return !neverInterim.has(kind) && until !== undefined && !isAfter(until, limit);
      },
    },
    check: (step) => ask(step, ({ kind }) => needs(!lastingKinds.has(kind ?? ''), { kind })),
  },
  'immediate-response-active': {
    statement: 'An immediate response is under way once the need for it was assessed.',
    sources: [cite('SP', 'immediate response, 3'), cite('AP', 'report handling')],
    basis: 'text',
    instead: 'Assess the need first: immediate.assess with needed.',
    check: ({ context: { immediateResponse } }) => needs(immediateResponse.active),
  },
} as const satisfies Record<string, Rule>;
