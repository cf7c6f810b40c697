import { z } from 'zod';
import { handlerRoles as who } from '../vocabulary.ts';
import {
  assignee,
  interimAction,
  moment,
  ref,
  responseKind,
  text,
  type EventDefinition,
} from './fields.ts';

export const immediateEvents = {
  'immediate.seekResource': {
    title: 'Bring in emergency resources',
    description: 'Medical help, a crisis line, security, the police: whoever is needed now.',
    example: { resource: 'medical' },
    who,
    rules: ['authorities-at-reporters-request'],
    fields: {
      resource: z.enum([
        'medical',
        'crisis-line',
        'emergency',
        'venue-security',
        'law-enforcement',
        'child-protection',
        'other',
      ]),
      atReporterRequest: z.boolean().default(false),
      notes: text.optional(),
    },
  },
  'immediate.assess': {
    title: 'Assess whether somebody must act at once',
    description: 'Begins an immediate response where it is needed; may be repeated.',
    example: { needed: false },
    who,
    rules: ['threat-needs-resources'],
    fields: { needed: z.boolean(), rationale: text.optional() },
  },
  'immediate.summonLead': {
    title: 'Call a lead at once',
    description: 'The reporter stays with the responder meanwhile, if they wish.',
    example: { lead: 'ada', reporterStays: true },
    who,
    rules: ['immediate-response-active', 'assignee-is-staff'],
    fields: { lead: assignee, reporterStays: z.boolean() },
  },
  'immediate.takeAction': {
    title: 'Act for safety',
    description: 'An interim measure; the leads confirm or reverse it.',
    example: { kind: 'leave-event' },
    who,
    rules: ['immediate-response-active', 'interim-responses-only', 'reveal-risk-asked'],
    concerns: { kinds: ['reported'], optional: true },
    fields: {
      kind: responseKind,
      with: ref.optional().describe('avoid-contact: whom to stay away from.'),
      until: moment.optional(),
      notes: text.optional(),
    },
  },
  'immediate.liftAction': {
    title: 'End an interim measure',
    description:
      'The leads reversed it, or no response continues it; the person is told, if they can be reached.',
    example: { action: 7 },
    who,
    rules: ['assigned-responder-acts'],
    fields: { action: interimAction, notes: text.optional() },
  },
  'immediate.resolve': {
    title: 'End the immediate response',
    description: 'What had to be done at once is done.',
    example: {},
    who,
    rules: ['immediate-response-active', 'threat-needs-resources'],
    fields: { outcome: text.optional() },
  },
} as const satisfies Record<`immediate.${string}`, EventDefinition>;
