import { describe, expect, it } from 'vitest';
import { eventDefinitions, eventTypes } from '../../machines/events.ts';
import { ruleIds, rules, universalRules, type RuleId } from '../../machines/rules.ts';
import { closed, reported } from '../support/chapters.ts';
import { ruleStories } from '../support/rule-stories.ts';
import { play, sceneAfter, type Happening } from '../support/story.ts';

/** procedure.md, "The rule catalogue", table by table; of events on which a rule is not self-evident, which. */
const procedure = {
  everyEvent: [
    'who-may-act',
    'in-its-stage',
    'known-reference',
    'recused-take-no-part',
    'case-closed',
    'case-erased',
  ],
  own: {
    'quiet-space-offered': ['intake.recordReport'],
    'safety-checked': ['intake.recordReport', 'intake.reportToLeads'],
    'report-recorded': ['intake.reportToLeads', 'intake.addClarification'],
    'reporter-thanked': ['intake.reportToLeads'],
    'immediate-need-assessed': ['intake.reportToLeads'],
    'no-withdrawal-invitation': ['intake.inviteWithdrawal'],
    'no-advice-on-immediate-response': ['intake.solicitImmediateAdvice'],
    'no-input-on-long-term-response': ['intake.offerLongTermInput'],
    'no-promised-response': ['intake.promiseResponse'],
    'no-prompting-for-suggestions': ['intake.promptForSuggestion'],
    // a clarification could carry the name just as well
    'anonymity-respected': ['intake.recordReport', 'intake.addClarification'],
    'authorities-at-reporters-request': ['immediate.seekResource'],
    'interim-responses-only': ['immediate.takeAction'],
    'immediate-response-active': [
      'immediate.summonLead',
      'immediate.takeAction',
      'immediate.resolve',
    ],
    'meeting-after-intake': ['meeting.convene'],
    'leads-meet': eventTypes.filter((type) => type.startsWith('meeting.')),
    quorum: ['meeting.convene'],
    'meeting-in-session': eventTypes.filter(
      (type) =>
        type.startsWith('meeting.') && type !== 'meeting.convene' && type !== 'meeting.reconvene',
    ),
    'objectives-met': ['meeting.conclude'],
    'interim-actions-reviewed': ['meeting.conclude'],
    'assignee-is-staff': [
      'immediate.summonLead',
      'meeting.assignResponder',
      'meeting.assignFollowUp',
      'case.bringIn',
      'case.nameSubstitute',
      'publicity.delegateAuthority',
      'appeal.assignReviewers',
    ],
    'before-decision': ['meeting.reconvene'],
    'contact-after-meeting': ['followUp.begin', 'followUp.decline'],
    'assigned-speaker': eventTypes.filter((type) => type.startsWith('followUp.')),
    'reveal-risk-asked': ['followUp.begin'],
    'conversation-open': [
      'followUp.cover',
      'followUp.sendMessage',
      'followUp.recordStatement',
      'followUp.receiveApology',
      'followUp.passOnApology',
      'followUp.complete',
    ],
    'five-points-covered': ['followUp.complete'],
    'no-direct-apology': ['followUp.allowDirectApology'],
    'no-encouraged-apology': ['followUp.encourageApology', 'appeal.encourageApology'],
    'apology-must-not-harm': ['followUp.passOnApology'],
    'no-reassurance': ['followUp.reassure', 'followUp.forgive'],
    'no-excuse-by-intent': ['followUp.excuseByIntent'],
    'reporter-not-revealed': [
      'followUp.discloseReporter',
      'followUp.sendMessage',
      'decision.notifyReportedPerson',
    ],
    'decision-after-meeting': ['decision.record'],
    'follow-up-chosen': ['decision.record'],
    'deciders-met': ['decision.record'],
    'never-one-decider': ['decision.record'],
    'no-violation-no-sanction': ['decision.record'],
    'violation-needs-response': ['decision.record', 'appeal.decide'],
    'lasting-responses-have-a-term': ['decision.record', 'appeal.decide'],
    'decision-stands': [
      'decision.notifyReportedPerson',
      'decision.markUnnotifiable',
      'decision.carryOutResponse',
    ],
    'assigned-responder-acts': ['decision.carryOutResponse', 'decision.notifyReportedPerson'],
    'something-to-appeal': ['appeal.notifyRoute', 'appeal.file'],
    'appeal-window': ['appeal.file'],
    'one-appeal': ['appeal.file'],
    'appeal-body': ['appeal.assignReviewers'],
    'independent-review': ['appeal.assignReviewers'],
    'reviewer-decides': ['appeal.decide'],
    'announcer-authority': ['publicity.announce'],
    'delegation-by-organizer': ['publicity.delegateAuthority'],
    'no-identities-in-public': [
      'publicity.informAware',
      'publicity.announce',
      'publicity.apologizeToAttendees',
    ],
    'notice-says-both': ['publicity.informAware', 'publicity.announce'],
    'action-before-notice': ['publicity.informAware', 'publicity.announce'],
    'details-kept-out': ['publicity.discloseDetails'],
    'consent-is-own': ['publicity.recordDisclosureConsent'],
    'follow-up-after-meeting': ['care.followUpWithReporter', 'care.followUpWithImpacted'],
    'assigned-follow-up': ['care.followUpWithReporter', 'care.followUpWithImpacted'],
    'reporter-contactable': ['care.markUnreachable'],
    'substitute-when-short': ['case.nameSubstitute'],
    'settled-before-close': ['case.close'],
    'notice-before-close': ['case.close'],
    // of lifecycle.md: "legal hold: no erasure"
    'hold-prevents-erasure': ['case.erase'],
  } as Readonly<Record<string, readonly string[]>>,
};

const refusals = (story: readonly Happening[]): string[] => {
  const last = story.at(-1);
  if (!last) throw new Error('a story without events');
  return play(sceneAfter(...story.slice(0, -1)), last).violations.map(({ rule }) => rule);
};

const lastType = (story: readonly Happening[]) => {
  const last = story.at(-1);
  return last?.what === 'sent' ? last.event.type : undefined;
};

describe('the catalogue', () => {
  it('holds the rules of the procedure, no fewer and no others', () => {
    expect([...ruleIds].toSorted()).toEqual(
      [...procedure.everyEvent, ...Object.keys(procedure.own)].toSorted(),
    );
  });

  it('asks the first six of them of every event', () => {
    expect(universalRules).toEqual(procedure.everyEvent);
  });

  it.each(Object.entries(procedure.own))('has %s on the events that it names', (rule, events) => {
    const bearing = eventTypes.filter((type) =>
      eventDefinitions[type].rules.some((own) => own === rule),
    );
    expect(bearing.toSorted()).toEqual([...events].toSorted());
    expect(bearing).not.toEqual([]);
  });

  it('knows every rule that an event names, and names none twice', () => {
    for (const type of eventTypes) {
      const own = eventDefinitions[type].rules;
      expect(ruleIds).toEqual(expect.arrayContaining([...own]));
      expect(new Set([...universalRules, ...own]).size).toBe(universalRules.length + own.length);
    }
  });

  it.each(ruleIds)(
    'says of %s what it demands, where it comes from, and what to do instead',
    (id) => {
      const { statement, source, instead } = rules[id];
      expect(statement).toMatch(/\S.*\.$/);
      expect(source).toMatch(/\S/);
      expect(instead).toMatch(/\S.*\.$/);
    },
  );

  it('names only events that there are where it says what to do instead', () => {
    const named = ruleIds.flatMap(
      (id) => (rules[id].instead ?? '').match(/\b[a-z][a-zA-Z]+\.[a-z][a-zA-Z]+\b/g) ?? [],
    );
    expect(named.length).toBeGreaterThan(20);
    expect(eventTypes).toEqual(expect.arrayContaining(named));
  });
});

describe('every rule has its two stories', () => {
  it('and no story is left over', () => {
    expect(Object.keys(ruleStories).toSorted()).toEqual([...ruleIds].toSorted());
  });

  const entries = Object.entries(ruleStories) as [RuleId, (typeof ruleStories)[RuleId]][];

  it.each(entries)('%s refuses', (rule, { refused }) => {
    expect(refusals(refused)).toContain(rule);
  });

  it.each(entries.filter(([, { passes }]) => passes !== 'never'))(
    '%s lets an event of the same type pass',
    (rule, { refused, passes }) => {
      const told = passes === 'never' ? [] : passes;
      const type = lastType(told);
      expect(type).toBe(lastType(refused));
      expect([...universalRules, ...(type ? eventDefinitions[type].rules : [])]).toContain(rule);
      expect(refusals(told)).toEqual([]);
    },
  );

  it.each(entries.filter(([, { passes }]) => passes === 'never'))(
    '%s is for what is never done',
    (rule, { refused }) => {
      expect(refusals(refused)).toEqual([rule]);
      for (const story of [[], reported, closed])
        expect(refusals([...story, ...refused.slice(-1)])).toContain(rule);
    },
  );
});
