import { z } from 'zod';
import type { Role } from '../context.ts';
import {
  caseIds,
  distinct,
  distinctBy,
  handle,
  ref,
  responseKind,
  text,
  type EventDefinition,
} from './fields.ts';

const who = ['lead'] as const satisfies Role[];

export const meetingEvents = {
  'meeting.convene': {
    who,
    rules: ['meeting-after-intake', 'leads-meet', 'quorum'],
    fields: { attendees: distinct(handle) },
  },
  'meeting.reviewReport': {
    who,
    rules: ['leads-meet', 'meeting-in-session'],
    fields: { findings: text.optional() },
  },
  'meeting.consultPastIncidents': {
    who,
    rules: ['leads-meet', 'meeting-in-session'],
    fields: { related: caseIds, patternFound: z.boolean(), notes: text.optional() },
  },
  'meeting.discussResponses': {
    who,
    rules: ['leads-meet', 'meeting-in-session'],
    fields: { options: distinct(responseKind), notes: text.optional() },
  },
  'meeting.assignResponder': {
    who,
    rules: ['leads-meet', 'meeting-in-session', 'assignee-is-staff'],
    fields: { person: handle },
  },
  'meeting.planFollowUps': {
    who,
    rules: ['leads-meet', 'meeting-in-session'],
    fields: {
      followUps: distinctBy(z.strictObject({ for: ref, action: text.optional() }), 'for'),
    },
  },
  'meeting.assignFollowUp': {
    who,
    rules: ['leads-meet', 'meeting-in-session', 'assignee-is-staff'],
    fields: { person: handle },
  },
  'meeting.reviewInterimActions': {
    who,
    rules: ['leads-meet', 'meeting-in-session'],
    fields: {
      reviews: distinctBy(
        z.strictObject({ action: z.int().min(1), outcome: z.enum(['confirmed', 'reversed']) }),
        'action',
      ).min(1),
    },
  },
  'meeting.conclude': {
    who,
    rules: ['leads-meet', 'meeting-in-session', 'objectives-met', 'interim-actions-reviewed'],
    fields: {},
  },
  'meeting.reconvene': {
    who,
    rules: ['leads-meet', 'before-decision'],
    fields: { reason: text.optional() },
  },
} as const satisfies Record<`meeting.${string}`, EventDefinition>;
