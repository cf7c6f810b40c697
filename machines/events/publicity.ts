import { z } from 'zod';
import { handlerRoles as who } from '../context.ts';
import { distinct, forbidden, handle, ref, screenedText, type EventDefinition } from './fields.ts';

const says = {
  saysAgainstPolicy: z.boolean().describe('It says that the behaviour was against policy.'),
  saysActionTaken: z.boolean().describe('It says that official action was taken.'),
};

export const publicityEvents = {
  'publicity.recordAwareness': {
    who,
    rules: [],
    fields: {
      audience: z.enum(['individuals', 'room', 'event', 'online']),
      count: z.int().min(0).max(10_000_000).optional(),
    },
  },
  'publicity.informAware': {
    who,
    rules: ['no-identities-in-public', 'notice-says-both', 'action-before-notice'],
    fields: { statement: screenedText, ...says },
  },
  'publicity.delegateAuthority': {
    who,
    rules: ['delegation-by-organizer', 'assignee-is-staff'],
    fields: { to: handle },
  },
  'publicity.announce': {
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
      ...says,
    },
  },
  'publicity.recordDisclosureConsent': {
    who,
    rules: ['consent-is-own'],
    fields: { ref, instructedByPerson: z.boolean() },
  },
  'publicity.apologizeToAttendees': {
    who,
    rules: ['no-identities-in-public'],
    fields: { text: screenedText.optional() },
  },
  'publicity.referToOrganizers': { who, rules: [], fields: {} },
  'publicity.discloseDetails': forbidden('details-kept-out', who),
} as const satisfies Record<`publicity.${string}`, EventDefinition>;
