/** The story's end: everybody who is owed a word has it, the case rests, and an auditor checks it. */
import { historySchema, verificationSchema } from './answers.ts';
import { cam } from './cast.ts';
import { StoryBroken, type Theatre } from './theatre.ts';

export async function theClosing({ chapter, step, refused, print, theCase }: Theatre) {
  chapter(
    'A word to everyone, and closing',
    'Sixty people saw it: they hear that it was against policy and was acted on, and nothing ' +
      'else. Fable and Quill each hear what was found and what was done. Then nothing is owed.',
  );
  await refused(
    'ada',
    'closes the case: all is said and done',
    { type: 'case.close' },
    'settled-before-close',
    'notice-before-close',
  );
  const notice = {
    type: 'publicity.announce',
    channels: ['plenary'],
    saysAgainstPolicy: true,
    saysActionTaken: true,
  } as const;
  await refused(
    'dov',
    'announces that Cam was sent home',
    { ...notice, text: `${cam} was sent home on Friday for breaking our Code of Conduct.` },
    'no-identities-in-public',
  );
  await step(
    'dov',
    'says it without a name',
    {
      ...notice,
      text: 'What some of you saw on Friday is against our Code of Conduct. We have acted on it.',
    },
    { 'case publicCommunication': 'noticeGiven' },
  );
  const told = {
    type: 'care.followUpWithReporter',
    covered: ['discussed', 'determination', 'actions'],
  } as const;
  await step(
    'cleo',
    'sits down with Fable, and tells them',
    { ...told, for: 'reporter', medium: 'in-person' },
    { 'reporter reporterCare': 'followedUp' },
  );
  await step(
    'cleo',
    'writes to Quill',
    { ...told, for: 'reporter-2', medium: 'email' },
    { 'reporter-2 reporterCare': 'followedUp' },
  );
  await step('ada', 'closes the case', { type: 'case.close' }, { 'case status': 'closed' });
  const { people, stages } = theCase();
  const inLine = (states: Readonly<Record<string, string>>) =>
    Object.entries(states)
      .map(([stage, state]) => `${stage}\u00A0${state}`)
      .join(', ');
  const ofPeople = new Set(Object.values(people).flatMap((person) => Object.keys(person.stages)));
  const own = Object.entries(stages).filter(([stage]) => !ofPeople.has(stage));
  print.table('Where everything came to rest, the case’s own stages and each person’s:', [
    ['case', inLine(Object.fromEntries(own))],
    ...Object.entries(people).map(([ref, person]) => [ref, inLine(person.stages)] as const),
  ]);
}

/** Of somebody's words: which fields there are, or that they are withheld. */
const fieldsOf = (confidential: unknown): string =>
  typeof confidential === 'string' ? confidential : Object.keys(confidential ?? {}).join(', ');

export async function theAudit({ chapter, look, print, theCase }: Theatre) {
  chapter(
    'The audit',
    'Every step and every attempt stands in the history, each entry tied to the one before by ' +
      'its hash. An auditor reads what happened, not what people said, and can have all of it ' +
      'judged again from the first step.',
  );
  const { items } = await look('eve', '/history?limit=200', historySchema);
  const report = items.find(
    ({ type, outcome }) => type === 'intake.recordReport' && outcome === 'accepted',
  );
  if (report?.confidential !== 'withheld')
    throw new StoryBroken('the auditor reads what people said');
  const call = 'GET …/history';
  const seen = `confidential: ${report.confidential}`;
  print.asked('eve', `reads entry ${report.seq}, ${report.type}`, call, seen);
  const opened = await look('ada', '/history?limit=200', historySchema);
  const [same] = opened.items.filter(({ seq }) => seq === report.seq);
  print.asked('ada', 'reads the same entry', call, `confidential: ${fieldsOf(same?.confidential)}`);
  const verified = await look('eve', '/verification', verificationSchema);
  if (verified.entries !== items.length) throw new StoryBroken('the verification missed an entry');
  const refusals = items.filter(({ outcome }) => outcome === 'refused').length;
  const departures = theCase().departures.map(
    ({ rule, ground, review }) => `${rule} (${ground}), ${review?.outcome ?? 'not reviewed'}`,
  );
  print.asked('eve', 'verifies the history', 'GET …/verification', verified.ok ? 'ok' : 'broken');
  print.table('What the history holds, and what became of judging it again:', [
    ['entries', `${items.length}: ${items.length - refusals} accepted, ${refusals} refused`],
    ['departures', `${departures.length}: ${departures.join('; ')}`],
    ['last hash', `${items.at(-1)?.hash.slice(0, 24)}…`],
    ['chain of hashes', verified.checked.chain],
    ['states by replay', verified.checked.replay],
    ['failures', String(verified.failures.length)],
  ]);
}
