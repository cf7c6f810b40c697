/** What people outside the case are told, by whom, and what is kept from them (SP, public communication). */
import type { Context } from './context.ts';
import { including } from './people.ts';
import { on, stage, when } from './setup.ts';

const note = (context: Context, known: Partial<Context['publicCommunication']>) => ({
  publicCommunication: { ...context.publicCommunication, ...known },
});

/** What an audience is owed: that it was acted on, or that there was nothing. */
const settles = new Set(['notice', 'no-violation']);

/** A word that was said; whom it reaches has heard. */
function said(
  context: Context,
  {
    purpose,
    audiences,
  }: { readonly purpose: string; readonly audiences?: readonly string[] | undefined },
) {
  const { publicCommunication: known } = context;
  if (!settles.has(purpose)) return note(context, { spoken: true });
  return note(context, {
    spoken: true,
    noticeGiven: true,
    audiences: known.audiences.map((audience) =>
      audiences === undefined || audiences.includes(audience.audience)
        ? { ...audience, settled: true }
        : audience,
    ),
  });
}

const consentsBut = ({ people }: Context, ref: string, to: string) =>
  people.consents.filter((consent) => consent.ref !== ref || consent.to !== to);

export const publicCommunication = stage.createStateConfig({
  initial: 'quiet',
  states: {
    quiet: {
      always: [
        when('an audience is owed a word', 'noticeOwed'),
        when('no audience is owed a word', 'noticeGiven'),
      ],
    },
    noticeOwed: { always: when('no audience is owed a word', 'noticeGiven') },
    noticeGiven: { always: when('an audience is owed a word', 'noticeOwed') },
  },
  on: on({
    'publicity.recordAwareness': {
      record: (context, { facts }) => {
        const { audiences } = context.publicCommunication;
        const audience = `audience-${audiences.length + 1}`;
        return note(context, {
          audiences: [...audiences, { audience, kind: facts.audience, settled: false }],
        });
      },
    },
    'publicity.informAware': { record: (context, { facts }) => said(context, facts) },
    'publicity.announce': { record: (context, { facts }) => said(context, facts) },
    'publicity.delegateAuthority': {
      record: ({ staff }, { facts }) => ({
        staff: { ...staff, delegates: including(staff.delegates, facts.to) },
      }),
    },
    'publicity.recordDisclosureConsent': {
      record: (context, { facts }) => {
        const [ref = ''] = [facts.for ?? []].flat();
        return {
          people: {
            ...context.people,
            consents: [...consentsBut(context, ref, facts.to), { ref, to: facts.to }],
          },
        };
      },
    },
    'publicity.withdrawDisclosureConsent': {
      record: (context, { facts }) => {
        const [ref = ''] = [facts.for ?? []].flat();
        return { people: { ...context.people, consents: consentsBut(context, ref, facts.to) } };
      },
    },
    'publicity.apologizeToAttendees': {},
    'publicity.referToOrganizers': {
      record: (context) => note(context, { referredToOrganizers: true }),
    },
    'publicity.discloseDetails': {},
  }),
});
