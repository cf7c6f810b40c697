/** What a case begins with, and what is known of people when they are first named. */
import type { Context, Opening, Ref, Reported, Reporter } from './context.ts';

export const noObjectives: Context['leadsMeeting']['objectives'] = {
  reviewReport: false,
  consultPastIncidents: false,
  discussResponses: false,
  assignResponder: false,
  planFollowUps: false,
  assignFollowUp: false,
};

const nothingYet = { quietSpaceOffered: false, safetyChecked: false, thanked: false };

/** Somebody of whom nothing is known but that they report. */
export const newReporter = (ref: Ref): Reporter => ({
  ref,
  anonymous: true,
  named: false,
  contact: false,
  ...nothingYet,
  revealing: false,
  safetyConcern: null,
  withdrawalRequested: false,
  wish: null,
  care: { owed: false, covered: [], unreachable: false },
  due: { reporterFollowUp: null },
});

export const newReported = (
  ref: Ref,
  known: Pick<Reported, 'staff' | 'identified' | 'namedAfter'>,
): Reported => ({
  ref,
  sameAs: null,
  withdrawn: false,
  conversation: { begun: false, points: [], outcome: null, apology: null },
  decision: null,
  appeal: { routeTold: false, filed: false, reviewers: [], outcome: null },
  due: { appealWindow: null },
  ...known,
});

/** The context of a case that was just opened. There is a reporter: somebody because of whom it was. */
export function openingContext(opening: Opening): Context {
  return {
    settings: opening.settings,
    channel: opening.channel,
    openedBy: opening.openedBy,
    openedAt: opening.openedAt,
    receivedAt: opening.receivedAt,
    closedAt: null,
    voided: null,
    erased: false,
    held: false,
    duplicateOf: null,
    departures: [],
    proposals: [],
    redactions: [],
    timeliness: [],
    due: { leadsMeet: null },
    staff: {
      outside: opening.excluded.map(({ person, offices }) => ({
        person,
        why: 'excluded',
        offices,
      })),
      leaving: [],
      witnesses: [],
      absent: [],
      broughtIn: [],
      substitutes: [],
      referredTo: [],
      ombudNeeded: false,
      responder: null,
      followUp: null,
      delegates: [],
      disclosures: [],
      cleared: [],
    },
    people: { reporters: [newReporter('reporter')], reported: [], others: [], consents: [] },
    intake: { reports: [], next: nothingYet, safety: null, incidentAt: null, ongoing: false },
    immediateResponse: { needed: null, active: false, summoned: [], resources: [], actions: [] },
    leadsMeeting: {
      held: 0,
      inSession: false,
      concluded: false,
      attendees: [],
      leads: [],
      objectives: noObjectives,
      patternFound: null,
      followUps: [],
    },
    publicCommunication: {
      audiences: [],
      noticeGiven: false,
      spoken: false,
      referredToOrganizers: false,
    },
  };
}
