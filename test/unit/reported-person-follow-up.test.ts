/** The talk with the reported person, apart from what is decided on them. */
import { describe, it } from 'vitest';
import {
  beginTalk,
  conclude,
  convened,
  conversing,
  covered,
  decide,
  decided,
  innocent,
  meet,
  met,
  metOver,
  ofTwo,
  points,
  reconvene,
  recorded,
  recuse,
} from '../support/chapters.ts';
import { ada, cleo, departing, dov, kim, rui } from '../support/cast.ts';
import { given } from '../support/story.ts';

const decline = ada('followUp.decline');
const complete = rui('followUp.complete');
const received = rui('followUp.receiveApology');

describe('follow-up with the reported person', () => {
  it('waits for the leads to have met', () => {
    given(...recorded)
      .when(cleo('case.addNote'))
      .then({ reportedPersonFollowUp: 'idle' });
    given(...convened)
      .when(kim('followUp.begin', { medium: 'phone' }))
      .thenExactlyRefused('contact-after-meeting');
    given(...convened)
      .when(decline)
      .thenExactlyRefused('in-its-stage', 'contact-after-meeting');
  });

  it('may come before that, where somebody would be in danger', () => {
    const early = departing(kim('followUp.begin', { medium: 'phone' }), {
      rule: 'contact-after-meeting',
      ground: 'safety',
    });
    given(...recorded)
      .when(early)
      .then({ reportedPersonFollowUp: 'conversing' });
  });

  it('is begun by the assigned responder, or the coordinator, and decided apart from it', () => {
    given(...met)
      .when(beginTalk)
      .then({ reportedPersonFollowUp: 'conversing', decision: 'deliberating' });
    given(...met)
      .when(kim('followUp.begin', { medium: 'phone' }))
      .thenFacts({ people: { reported: [{ conversation: { begun: true, outcome: null } }] } });
    given(...conversing)
      .when(decide({ ...innocent, finding: 'inconclusive' }))
      .then({ reportedPersonFollowUp: 'conversing', decision: 'carriedOut' });
  });

  it('has one voice: neither a lead nor another responder nor an organizer begins it', () => {
    for (const other of [ada, cleo, dov])
      given(...met)
        .when(other('followUp.begin', { medium: 'phone' }))
        .thenExactlyRefused('assigned-speaker');
  });

  it('is a lead’s, where neither the assigned nor a coordinator is there', () => {
    const left = [recuse('rui'), recuse('kim')];
    given(...met, ...left)
      .when(ada('followUp.begin', { medium: 'phone' }))
      .then({ reportedPersonFollowUp: 'conversing' });
    given(...met, ...left.slice(0, 1))
      .when(ada('followUp.begin', { medium: 'phone' }))
      .thenExactlyRefused('assigned-speaker');
  });

  it('can be declined, by the leads too, or broken off', () => {
    for (const somebody of [ada, rui, kim])
      given(...met)
        .when(somebody('followUp.decline'))
        .then({ reportedPersonFollowUp: 'declined' });
    given(...met)
      .when(cleo('followUp.decline'))
      .thenExactlyRefused('assigned-speaker');
    given(...conversing)
      .when(rui('followUp.decline'))
      .thenFacts({ people: { reported: [{ conversation: { outcome: 'declined' } }] } });
  });

  it('is chosen as often as there is reason to, before the decision and after', () => {
    for (const story of [
      [...met, decline],
      [...covered, complete],
      [...decided, decline],
      [...met, reconvene],
    ])
      given(...story)
        .when(beginTalk)
        .then({ reportedPersonFollowUp: 'conversing' });
    given(...conversing)
      .when(beginTalk)
      .thenExactlyRefused('in-its-stage');
  });

  it('keeps the points that were covered before', () => {
    given(...conversing, rui('followUp.cover', { point: 'impact' }), decline, beginTalk)
      .when(rui('followUp.cover', { point: 'impact' }))
      .thenFacts({ people: { reported: [{ conversation: { points: ['impact'] } }] } });
  });

  it.each(points)('is not complete without %s', (missing) => {
    const others = points.filter((point) => point !== missing);
    const story = [...conversing, ...others.map((point) => rui('followUp.cover', { point }))];
    given(...story)
      .when(complete)
      .thenRefusedFor('five-points-covered', { for: ['reported-1'], missing: [missing] });
    given(...story)
      .when(departing(complete, { rule: 'five-points-covered', ground: 'impossible' }))
      .then({ reportedPersonFollowUp: 'completed' });
  });

  it('is complete with its five points', () => {
    given(...covered)
      .when(complete)
      .then({ reportedPersonFollowUp: 'completed' });
  });

  it.each(
    [
      rui('followUp.cover', { point: 'impact' }),
      rui('followUp.sendMessage'),
      rui('followUp.complete'),
    ].map((event) => [event.event.type, event] as const),
  )('has %s in a conversation only', (_, event) => {
    given(...met)
      .when(event)
      .thenRefused('conversation-open');
  });

  it('hears the reported person out whenever they speak, from the report on', () => {
    const statement = cleo('followUp.recordStatement', {
      newInformation: true,
      reaction: 'denying',
    });
    for (const story of [recorded, met, [...met, decline], decided])
      given(...story)
        .when(statement)
        .then({ status: 'open' });
    given().when(statement).thenRefused('report-recorded', 'known-reference');
  });

  it('receives an apology at any time, and passes it on where it does no harm', () => {
    const passOn = (harmful: boolean) => rui('followUp.passOnApology', { harmful });
    given(...recorded)
      .when(cleo('followUp.receiveApology'))
      .thenFacts({ people: { reported: [{ conversation: { apology: 'received' } }] } });
    given(...conversing, received)
      .when(passOn(true))
      .thenExactlyRefused('apology-must-not-harm');
    given(...conversing)
      .when(passOn(false))
      .thenExactlyRefused('apology-must-not-harm');
    given(...conversing, received, rui('followUp.decline'))
      .when(kim('followUp.passOnApology', { harmful: false }))
      .thenFacts({ people: { reported: [{ conversation: { apology: 'passed-on' } }] } });
  });

  it('is each person’s own, and whose must be said', () => {
    const two = metOver(ofTwo);
    const talk = (whom: string) => rui('followUp.begin', { for: whom, medium: 'phone' });
    given(...two)
      .when(beginTalk)
      .thenExactlyRefused('known-reference');
    given(...two)
      .when(talk('reported-2'))
      .thenOf('reported-1', { reportedPersonFollowUp: 'choosing' });
    given(...two, talk('reported-2'))
      .when(rui('followUp.cover', { point: 'impact' }))
      .thenFacts({
        people: {
          reported: [{ conversation: { points: [] } }, { conversation: { points: ['impact'] } }],
        },
      });
    given(...two, talk('reported-2'))
      .when(rui('followUp.decline', { for: 'reported-1' }))
      .then({ reportedPersonFollowUp: 'conversing' });
  });

  it.each([
    ['followUp.allowDirectApology', 'no-direct-apology'],
    ['followUp.encourageApology', 'no-encouraged-apology'],
    ['followUp.reassure', 'no-reassurance'],
    ['followUp.forgive', 'no-reassurance'],
    ['followUp.excuseByIntent', 'no-excuse-by-intent'],
    ['followUp.discloseReporter', 'reporter-not-revealed'],
  ] as const)('never has %s', (type, rule) => {
    given(...conversing)
      .when(rui(type))
      .thenExactlyRefused(rule);
    given().when(kim(type)).thenRefused(rule);
    given(...metOver(ofTwo))
      .when(kim(type, { for: 'reported-2' }))
      .thenExactlyRefused(rule);
  });

  it('goes on with whoever was named while the leads met', () => {
    const late = cleo('intake.addClarification', { reportedPersons: [{ name: 'words' }] });
    given(...convened, late, ...meet.slice(1, -1))
      .when(conclude)
      .thenOf('reported-2', { reportedPersonFollowUp: 'choosing', decision: 'deliberating' });
  });
});
