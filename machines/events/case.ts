import { z } from 'zod';
import { handlerRoles } from '../context.ts';
import { caseId, handle, moment, text, type EventDefinition } from './fields.ts';

export const caseEvents = {
  // who-may-act knows the finer table of this one: oneself, another, at the reporter's wish
  'case.recuse': { who: handlerRoles, rules: [], fields: { person: handle } },
  'case.readmit': { who: ['organizer'], rules: [], fields: { person: handle } },
  'case.bringIn': { who: handlerRoles, rules: ['assignee-is-staff'], fields: { person: handle } },
  'case.nameSubstitute': {
    who: ['lead', 'organizer'],
    rules: ['assignee-is-staff', 'substitute-when-short'],
    fields: { person: handle },
  },
  'case.link': {
    who: ['lead'],
    rules: [],
    fields: { case: caseId, relation: z.enum(['pattern', 'retaliation', 'duplicate']) },
  },
  'case.close': {
    who: ['lead', 'coordinator'],
    rules: ['settled-before-close', 'notice-before-close'],
    fields: {},
  },
  'case.reopen': { who: ['lead', 'organizer'], rules: [], fields: { reason: text.optional() } },
  'case.hold': { who: ['organizer'], rules: [], fields: {} },
  'case.releaseHold': { who: ['organizer'], rules: [], fields: {} },
  'case.grantDisclosure': {
    who: ['organizer'],
    rules: [],
    fields: { person: handle, until: moment },
  },
  'case.revokeDisclosure': {
    who: ['organizer'],
    rules: [],
    // a revocation ends it at once; `until` is taken because the grant has it, and says nothing
    fields: { person: handle, until: moment.optional() },
  },
  'case.erase': {
    who: ['organizer'],
    rules: ['hold-prevents-erasure'],
    fields: { reason: z.enum(['retention', 'request', 'legal', 'mistake']) },
  },
} as const satisfies Record<`case.${string}`, EventDefinition>;
