/** What people outside the case are told, by whom, and what is kept from them (SP, public communication). */
import { including } from './people.ts';
import { on, stage } from './setup.ts';

const notices = on({
  'publicity.informAware': {
    target: '.noticeGiven',
    record: ({ publicCommunication }) => ({
      publicCommunication: { ...publicCommunication, noticeGiven: true },
    }),
  },
  'publicity.announce': {
    target: '.noticeGiven',
    record: ({ publicCommunication }) => ({
      publicCommunication: { ...publicCommunication, noticeGiven: true },
    }),
  },
});

const awareness = (target?: string) =>
  on({
    'publicity.recordAwareness': {
      ...(target !== undefined && { target }),
      record: ({ publicCommunication }, { audience }) => ({
        publicCommunication: {
          ...publicCommunication,
          aware: including(publicCommunication.aware, audience),
        },
      }),
    },
  });

export const publicCommunication = stage.createStateConfig({
  initial: 'quiet',
  states: {
    quiet: { on: awareness('noticeOwed') },
    noticeOwed: {},
    noticeGiven: {},
  },
  on: {
    ...notices,
    ...awareness(),
    ...on({
      'publicity.delegateAuthority': {
        record: ({ staff }, { to }) => ({
          staff: { ...staff, delegates: including(staff.delegates, to) },
        }),
      },
      'publicity.recordDisclosureConsent': {
        record: ({ people }, { ref }) => ({
          people: { ...people, consents: including(people.consents, ref) },
        }),
      },
      'publicity.apologizeToAttendees': {},
      'publicity.referToOrganizers': {},
      'publicity.discloseDetails': {},
    }),
  },
});
