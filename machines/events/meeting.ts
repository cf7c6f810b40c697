import { z } from 'zod';
import { handlerRoles, type Role } from '../vocabulary.ts';
import {
  assignee,
  caseIds,
  distinct,
  distinctBy,
  entry,
  interimAction,
  ref,
  responseKind,
  ruleId,
  text,
  type EventDefinition,
} from './fields.ts';

const who = ['lead'] as const satisfies Role[];

export const meetingEvents = {
  'meeting.convene': {
    title: 'Convene the leads',
    description: 'Begins the meeting; others than leads may attend, and do not count.',
    example: { attendees: ['ada', 'ben'] },
    who,
    rules: [
      'meeting-after-intake',
      'leads-meet',
      'quorum',
      'assignee-is-staff',
      'no-judge-in-own-cause',
    ],
    fields: { attendees: distinct(assignee) },
  },
  'meeting.reviewReport': {
    title: 'Review the documentation',
    description: 'The first objective: what happened.',
    example: { findings: 'The accounts agree.' },
    who,
    rules: ['leads-meet', 'meeting-in-session', 'no-judge-in-own-cause'],
    fields: { findings: text.optional() },
  },
  'meeting.consultPastIncidents': {
    title: 'Consult past incidents',
    description: 'The second objective: whether there is a pattern.',
    example: { related: [], patternFound: false },
    who,
    rules: ['leads-meet', 'meeting-in-session', 'no-judge-in-own-cause'],
    fields: { related: caseIds, patternFound: z.boolean(), notes: text.optional() },
  },
  'meeting.discussResponses': {
    title: 'Discuss responses',
    description: 'The third objective: what could be done.',
    example: { options: ['warning', 'avoid-contact'] },
    who,
    rules: ['leads-meet', 'meeting-in-session', 'no-judge-in-own-cause'],
    fields: { options: distinct(responseKind), notes: text.optional() },
  },
  'meeting.assignResponder': {
    title: 'Assign who makes the responses',
    description: 'The fourth objective; possible after the conclusion too.',
    example: { person: 'rui' },
    who,
    rules: ['leads-meet', 'meeting-in-session', 'assignee-is-staff', 'no-judge-in-own-cause'],
    fields: { person: assignee },
  },
  'meeting.planFollowUps': {
    title: 'Plan follow-ups',
    description: 'The fifth objective: who else hears back. Adds to the plan, at any time.',
    example: { followUps: [{ for: 'reporter' }] },
    who: handlerRoles,
    rules: ['leads-meet', 'no-judge-in-own-cause'],
    fields: {
      followUps: distinctBy(z.strictObject({ for: ref, action: text.optional() }), ['for']),
    },
  },
  'meeting.assignFollowUp': {
    title: 'Assign who follows up',
    description: 'The sixth objective; possible after the conclusion too.',
    example: { person: 'cleo' },
    who,
    rules: ['leads-meet', 'meeting-in-session', 'assignee-is-staff', 'no-judge-in-own-cause'],
    fields: { person: assignee },
  },
  'meeting.reviewInterimActions': {
    title: 'Review interim measures',
    description: 'Confirms or reverses what was done in the moment; also after the conclusion.',
    example: { reviews: [{ action: 7, outcome: 'confirmed' }] },
    who,
    rules: ['leads-meet', 'meeting-in-session', 'no-judge-in-own-cause'],
    fields: {
      reviews: distinctBy(
        z.strictObject({ action: interimAction, outcome: z.enum(['confirmed', 'reversed']) }),
        ['action'],
      ).min(1),
    },
  },
  'meeting.reviewDepartures': {
    title: 'Review departures and breaches',
    description: 'Says of each whether it was right; nobody reviews their own while another can.',
    example: { reviews: [{ seq: 7, rule: 'reporter-thanked', outcome: 'endorsed' }] },
    who,
    rules: ['leads-meet', 'no-judge-in-own-cause'],
    fields: {
      reviews: distinctBy(
        z.strictObject({
          seq: entry,
          rule: ruleId,
          outcome: z.enum(['endorsed', 'criticised']),
        }),
        ['seq', 'rule'],
      ).min(1),
    },
  },
  'meeting.conclude': {
    title: 'Conclude the meeting',
    description: 'When its objectives are met; what was decided on is decided by decision.record.',
    example: {},
    who,
    rules: [
      'leads-meet',
      'meeting-in-session',
      'objectives-met',
      'interim-actions-reviewed',
      'departures-reviewed',
      'no-judge-in-own-cause',
    ],
    fields: {},
  },
  'meeting.reconvene': {
    title: 'Call the leads together again',
    description:
      'After a conclusion, whenever there is reason to; undoes nothing that was decided.',
    example: {},
    who,
    rules: ['leads-meet', 'reconvene-after-conclusion', 'no-judge-in-own-cause'],
    fields: { reason: text.optional() },
  },
} as const satisfies Record<`meeting.${string}`, EventDefinition>;
