import { z } from 'zod';
import { consentAudiences, handlerRoles as who } from '../vocabulary.ts';
import {
  assignee,
  audienceRef,
  distinct,
  forbidden,
  screenedText,
  type Concern,
  type EventDefinition,
} from './fields.ts';

const anybody = { kinds: ['reporter', 'other', 'reported'] } as const satisfies Concern;
const consentTo = z.enum(consentAudiences);

const spoken = {
  purpose: z
    .enum(['notice', 'no-violation', 'correction', 'safety', 'holding', 'press', 'other'])
    .default('notice')
    .describe('What it is for; only notice and no-violation settle what an audience is owed.'),
  audiences: distinct(audienceRef)
    .optional()
    .describe('Whom of the people aware it reaches; all who are left if absent.'),
  saysAgainstPolicy: z
    .boolean()
    .default(false)
    .describe('It says that the behaviour was against policy.'),
  saysActionTaken: z.boolean().default(false).describe('It says that official action was taken.'),
};

export const publicityEvents = {
  'publicity.recordAwareness': {
    title: 'Record who knows of it',
    description: 'People outside the case are aware of the incident; they are owed a word.',
    example: { audience: 'room', count: 200 },
    who,
    rules: [],
    fields: {
      audience: z.enum(['individuals', 'room', 'event', 'online']),
      count: z.int().min(0).max(10_000_000).optional(),
    },
  },
  'publicity.informAware': {
    title: 'Inform those who are aware',
    description: 'Tells individuals that it was against policy and acted on; no details.',
    example: {
      statement: 'What you saw is against our Code of Conduct. We have acted on it.',
      saysAgainstPolicy: true,
      saysActionTaken: true,
    },
    who,
    rules: ['no-identities-in-public', 'notice-says-both', 'action-before-notice'],
    fields: { statement: screenedText, ...spoken },
  },
  'publicity.delegateAuthority': {
    title: 'Delegate the authority to announce',
    description: 'An organizer lets somebody else announce, in this case.',
    example: { to: 'ada' },
    who,
    rules: ['delegation-by-organizer', 'assignee-is-staff'],
    fields: { to: assignee },
  },
  'publicity.announce': {
    title: 'Announce',
    description: 'A public word, by an organizer or a delegate; for safety by any handler.',
    example: {
      text: 'What some of you saw is against our Code of Conduct. We have acted on it.',
      channels: ['plenary'],
      saysAgainstPolicy: true,
      saysActionTaken: true,
    },
    who,
    rules: [
      'announcer-authority',
      'no-identities-in-public',
      'notice-says-both',
      'action-before-notice',
    ],
    fields: {
      text: screenedText,
      channels: distinct(
        z.enum(['plenary', 'website', 'mailing-list', 'social-media', 'chat', 'other']),
      ).min(1),
      ...spoken,
    },
  },
  'publicity.recordDisclosureConsent': {
    title: 'Record that somebody may be named',
    description: 'They said so themself, and to whom.',
    example: { for: 'reporter', to: 'reported-person', instructedByPerson: true },
    who,
    rules: ['consent-is-own'],
    concerns: anybody,
    fields: { to: consentTo, instructedByPerson: z.boolean() },
  },
  'publicity.withdrawDisclosureConsent': {
    title: 'Record that somebody may not be named any more',
    description: 'They took their consent back.',
    example: { for: 'reporter', to: 'reported-person' },
    who,
    rules: [],
    concerns: anybody,
    fields: { to: consentTo },
  },
  'publicity.apologizeToAttendees': {
    title: 'Apologise that it occurred',
    description: 'To attendees who were angered.',
    example: {},
    who,
    rules: ['no-identities-in-public'],
    fields: { text: screenedText.optional() },
  },
  'publicity.referToOrganizers': {
    title: 'Refer to the organizers',
    description: 'Residual hard feelings go to the organizers by mail.',
    example: {},
    who,
    rules: [],
    fields: {},
  },
  'publicity.discloseDetails': forbidden(
    {
      title: 'Disclose details',
      description: 'Telling people who only saw it more than that it was acted on.',
      who,
    },
    'details-kept-out',
  ),
} as const satisfies Record<`publicity.${string}`, EventDefinition>;
