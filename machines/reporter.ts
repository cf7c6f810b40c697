/** One of these for each reporter: what they are owed is theirs, whatever the others hear. */
import { reporterCare } from './reporter-care.ts';
import { injected, stage } from './setup.ts';

export const reporterMachine = stage.createMachine({
  id: 'reporter',
  context: injected,
  type: 'parallel',
  states: { reporterCare },
});
