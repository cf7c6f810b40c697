import { describe, it } from 'vitest';
import { beginTalk, met, metOver, revealing, tellReporter } from '../support/chapters.ts';
import { cleo, departing } from '../support/cast.ts';
import { given } from '../support/story.ts';

const story = metOver(revealing);
const discussed = cleo('care.followUpWithReporter', { covered: ['discussed'], medium: 'phone' });
const gone = cleo('care.markUnreachable', { attempts: 2 });
const wish = (contact: string) => cleo('care.noteWish', { contact });
const notAsked = departing(cleo('care.markUnreachable', { attempts: 0 }), {
  rule: 'reporter-contactable',
  ground: 'persons-wish',
});
const measure = [
  cleo('immediate.assess', { needed: true }),
  cleo('immediate.takeAction', { kind: 'leave-event' }),
];

describe('a reporter whom responding would give away, and who cannot be asked about that', () => {
  it('has heard back already, and is gone', () => {
    given(...story, discussed)
      .when(beginTalk)
      .thenExactlyRefused('reveal-risk-asked');
    given(...story, discussed)
      .when(gone)
      .then({ reporterCare: 'followedUp' });
    given(...story, discussed, gone)
      .when(beginTalk)
      .then({ reportedPersonFollowUp: 'conversing' });
  });

  it('does not want to hear from us: nobody has to say that they were asked', () => {
    given(...story, wish('none'))
      .when(beginTalk)
      .thenExactlyRefused('reveal-risk-asked');
    given(...story, wish('none'))
      .when(notAsked)
      .then({ reporterCare: 'asWished' });
    given(...story, wish('none'), notAsked)
      .when(beginTalk)
      .then({ reportedPersonFollowUp: 'conversing' });
    const [assessed = notAsked, act = notAsked] = measure;
    given(...story, wish('none'), notAsked, assessed)
      .when(act)
      .then({ immediateResponse: 'responding' });
  });

  it('is in an ambulance: acting does not wait while somebody is in danger', () => {
    const unsafe = { everyoneSafe: 'no', generalThreat: false };
    const [assessed = gone, act = gone] = measure;
    given(...story, cleo('intake.checkSafety', unsafe), assessed)
      .when(act)
      .then({ immediateResponse: 'responding' });
    // a talk can wait until she wakes up, and so can the leads' own measures once everybody is safe
    given(...story, cleo('intake.checkSafety', unsafe))
      .when(beginTalk)
      .thenExactlyRefused('reveal-risk-asked');
    for (const safety of ['yes', 'unknown'])
      given(...story, cleo('intake.checkSafety', { ...unsafe, everyoneSafe: safety }), assessed)
        .when(act)
        .thenExactlyRefused('reveal-risk-asked');
  });

  it('is asked all the same once they turn up again', () => {
    for (const reached of [discussed, wish('welcome')])
      given(...story, gone, reached)
        .when(beginTalk)
        .thenExactlyRefused('reveal-risk-asked');
  });

  it('is owed their answer again, where they want it after all', () => {
    given(...met, wish('none'), notAsked)
      .when(wish('welcome'))
      .then({ reporterCare: 'due' });
    given(...met, wish('none'))
      .when(tellReporter)
      .thenRefused('contact-as-wished');
  });
});
