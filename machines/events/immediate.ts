import { z } from 'zod';
import { handlerRoles as who } from '../context.ts';
import { handle, responseKind, text, type EventDefinition } from './fields.ts';

export const immediateEvents = {
  'immediate.seekResource': {
    who,
    rules: ['authorities-at-reporters-request'],
    fields: {
      resource: z.enum([
        'medical',
        'crisis-line',
        'emergency',
        'venue-security',
        'law-enforcement',
      ]),
      atReporterRequest: z.boolean().default(false),
      notes: text.optional(),
    },
  },
  'immediate.assess': {
    who,
    rules: [],
    fields: { needed: z.boolean(), rationale: text.optional() },
  },
  'immediate.summonLead': {
    who,
    rules: ['immediate-response-active', 'assignee-is-staff'],
    fields: { lead: handle, reporterStays: z.boolean() },
  },
  'immediate.takeAction': {
    who,
    rules: ['immediate-response-active', 'interim-responses-only'],
    fields: { kind: responseKind, notes: text.optional() },
  },
  'immediate.resolve': {
    who,
    rules: ['immediate-response-active'],
    fields: { outcome: text.optional() },
  },
} as const satisfies Record<`immediate.${string}`, EventDefinition>;
