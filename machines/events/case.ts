import { z } from 'zod';
import { handlerRoles, substituteOffices } from '../vocabulary.ts';
import {
  assignee,
  caseId,
  distinct,
  entry,
  handle,
  moment,
  ruleId,
  text,
  type EventDefinition,
} from './fields.ts';

/** What a part of an entry's sealed content is called: all of it but names, or who somebody is. */
const part = z
  .string()
  .regex(
    /^(content|identity(:(reporter(-([2-9]|[1-9][0-9]{1,3}))?|(reported|other)-[1-9][0-9]{0,3}))?)$/,
  )
  .describe('content, identity:reporter, identity:reported-1 …; identity: of everybody.');

export const caseEvents = {
  // who-may-act knows the finer table of this one: oneself, another, at the reporter's wish
  'case.recuse': {
    title: 'Recuse somebody',
    description:
      'Puts a member of staff outside the case, oneself or another; no reason is asked for.',
    example: { person: 'cam' },
    who: handlerRoles,
    rules: [],
    fields: { person: handle },
  },
  'case.readmit': {
    title: 'Let somebody in again',
    description: 'Ends that a member of staff is outside the case.',
    example: { person: 'cam' },
    who: ['organizer'],
    rules: ['takes-two'],
    fields: { person: handle },
  },
  'case.bringIn': {
    title: 'Bring a helper in',
    description: 'Lets another handler help, who sees the case from now on.',
    example: { person: 'rui' },
    who: handlerRoles,
    rules: ['assignee-is-staff'],
    fields: { person: assignee },
  },
  'case.refer': {
    title: 'Refer the case to an ombud',
    description: 'Lets an ombud see the case and act in it, until it closes.',
    example: { person: 'uma' },
    who: handlerRoles,
    rules: [],
    fields: { person: assignee },
  },
  'case.noteAbsence': {
    title: 'Note that somebody cannot be reached',
    description:
      'A lead or organizer who is away counts as missing until their next step; it takes nothing from them.',
    example: { person: 'cam' },
    who: ['lead', 'coordinator', 'organizer'],
    rules: [],
    fields: { person: handle },
  },
  'case.nameSubstitute': {
    title: 'Name a substitute',
    description:
      'Gives somebody the office of a lead or organizer who is missing, in this case alone.',
    example: { person: 'rui', as: 'lead' },
    who: ['lead', 'organizer'],
    rules: ['assignee-is-staff', 'substitute-when-short'],
    fields: { person: assignee, as: z.enum(substituteOffices).default('lead') },
  },
  'case.link': {
    title: 'Link another case',
    description:
      'Says how another case belongs to this one. As a duplicate it takes two: from then on this case owes nothing but an answer to its reporters.',
    example: { case: '3f1f3f43-2bd5-4d2c-9a43-6f7f0f1c9a11', relation: 'pattern' },
    who: ['lead'],
    rules: ['duplicate-of-a-live-case'],
    fields: {
      case: caseId,
      relation: z.enum(['pattern', 'retaliation', 'duplicate', 'counter-report', 'follow-on']),
    },
  },
  'case.void': {
    title: 'Propose that the case is none',
    description:
      'A mistake, spam, a test, or nothing of ours: takes two, closes the case, and owes nothing.',
    example: { reason: 'spam' },
    who: handlerRoles,
    rules: ['void-before-work'],
    fields: { reason: z.enum(['mistake', 'spam', 'test', 'not-ours']) },
  },
  'case.confirm': {
    title: 'Confirm what takes two',
    description: 'Lets a proposal take effect, which is judged again by this.',
    example: { seq: 4 },
    who: ['lead', 'organizer'],
    rules: ['takes-two'],
    fields: { seq: entry },
  },
  'case.withdraw': {
    title: 'Take a proposal back',
    description: 'Ends a proposal that nobody has confirmed.',
    example: { seq: 4 },
    who: handlerRoles,
    rules: [],
    fields: { seq: entry },
  },
  'case.noteBreach': {
    title: 'Note a breach',
    description:
      'Records that something was done that the procedure forbids; the leads review it as they do a departure.',
    example: { rule: 'no-promised-response', by: 'rui', what: 'A volunteer promised a ban.' },
    who: handlerRoles,
    rules: [],
    fields: {
      rule: ruleId,
      by: handle.optional().describe('Whose it was, where they are staff.'),
      what: text,
    },
  },
  'case.addNote': {
    title: 'Add a note',
    description: 'Keeps what there is no event for.',
    example: { text: 'Hall B has been swapped with hall C.' },
    who: handlerRoles,
    rules: [],
    fields: { text },
  },
  'case.redact': {
    title: 'Take content away for good',
    description:
      'Takes two. Deletes parts of what an entry seals, with what was made from them; the history still proves itself.',
    example: { seq: 4, parts: ['content'], reason: 'Another person’s diagnosis.' },
    who: handlerRoles,
    rules: ['hold-prevents-erasure'],
    fields: { seq: entry, parts: distinct(part, 200).min(1), reason: text },
  },
  'case.close': {
    title: 'Close the case',
    description:
      'Ends the case when everything owed is done. With a departure it takes two: somebody else confirms it.',
    example: {},
    who: ['lead', 'coordinator', 'organizer'],
    rules: [
      'departures-reviewed',
      'settled-before-close',
      'notice-before-close',
      'threat-needs-resources',
    ],
    fields: {},
  },
  'case.reopen': {
    title: 'Reopen the case',
    description: 'Takes a closed case up again, where every stage stood.',
    example: { reason: 'New information.' },
    who: ['lead', 'organizer'],
    rules: [],
    fields: { reason: text.optional() },
  },
  'case.hold': {
    title: 'Put the case on legal hold',
    description: 'Nothing of it is erased or redacted from now on.',
    example: {},
    who: ['organizer'],
    rules: [],
    fields: {},
  },
  'case.releaseHold': {
    title: 'Release the legal hold',
    description: 'What was due to be erased may be erased again.',
    example: {},
    who: ['organizer'],
    rules: [],
    fields: {},
  },
  'case.grantDisclosure': {
    title: 'Let an auditor read the content',
    description: 'Opens the confidential fields of this case to an auditor, until a day.',
    example: { person: 'eve', until: '2026-12-31' },
    who: ['organizer'],
    rules: [],
    fields: { person: assignee, until: moment },
  },
  'case.revokeDisclosure': {
    title: 'End an auditor’s reading',
    description: 'Closes the confidential fields to the auditor again, at once.',
    example: { person: 'eve' },
    who: ['organizer'],
    rules: [],
    // a revocation ends it at once; `until` is taken because the grant has it, and says nothing
    fields: { person: handle, until: moment.optional() },
  },
  'case.erase': {
    title: 'Erase the content',
    description:
      'Destroys the case’s key, so that its confidential content is gone for ever (POST …/erasure).',
    example: { reason: 'request' },
    who: ['organizer'],
    rules: ['hold-prevents-erasure', 'takes-two'],
    fields: { reason: z.enum(['retention', 'request', 'legal', 'mistake']) },
  },
} as const satisfies Record<`case.${string}`, EventDefinition>;
