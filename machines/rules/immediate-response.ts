import { ask, holds, needs, type Rule } from './rule.ts';

/** Decided by the leads together. A talk this afternoon can't wait for them: `no-further-talks` may be interim. */
const lastingKinds = new Set([
  'ban',
  'no-future-volunteering',
  'remove-membership',
  'publish-account',
]);
const authorities = new Set(['law-enforcement', 'venue-security']);

export const immediateResponseRules = {
  'authorities-at-reporters-request': {
    statement:
      'While everyone is safe and nothing threatens, police and security are brought in only when the reporter asks.',
    source: 'SP, immediate response, 2',
    instead:
      'Ask what the reporter wants; with their request, send it with atReporterRequest. Should safety change, record it first: intake.checkSafety.',
    check: (step) => {
      const { settings, intake } = step.context;
      const calm = intake.safety?.everyoneSafe === 'yes' && !intake.safety.generalThreat;
      if (settings.authorities === 'unrestricted' || !calm) return holds;
      return ask(step, ({ resource, atReporterRequest }) =>
        needs(!authorities.has(resource ?? '') || atReporterRequest === true),
      );
    },
  },
  'interim-responses-only': {
    statement: 'What lasts beyond the moment is not decided in the moment, nor by one person.',
    source: 'AP, report handling; CNCF',
    instead:
      'Take what keeps people safe now, such as leave-event; leave lasting responses to the leads.',
    check: (step) => ask(step, ({ kind }) => needs(!lastingKinds.has(kind ?? ''), { kind })),
  },
  'immediate-response-active': {
    statement: 'An immediate response is under way once the need for it was assessed.',
    source: 'SP, immediate response, 3',
    instead: 'Assess the need first: immediate.assess with needed.',
    check: ({ context: { immediateResponse } }) => needs(immediateResponse.active),
  },
} as const satisfies Record<string, Rule>;
