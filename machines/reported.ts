/** One of these for each reported person: what is told to them, decided on them and appealed by them. */
import { appeal } from './appeal.ts';
import { decision } from './decision.ts';
import { reportedPersonFollowUp } from './reported-person-follow-up.ts';
import { injected, stage } from './setup.ts';

export const reportedMachine = stage.createMachine({
  id: 'reported',
  context: injected,
  type: 'parallel',
  states: { reportedPersonFollowUp, decision, appeal },
});
