/** The story's beginning: a report is taken, somebody has to act at once, and one lead sees none of it. */
import { codenamesSchema, problemSchema, ruleSchema } from './answers.ts';
import { basil, fable, theLead } from './cast.ts';
import { StoryBroken, type Theatre } from './theatre.ts';

/** Returns the number of the report in the history. */
export async function takingTheReport(play: Theatre): Promise<number> {
  const { print, step, refused } = play;
  play.chapter(
    'Taking the report',
    'The evening social is on a harbour ferry. Fable comes to Cleo, a responder: Cam, one of the ' +
      'leads, has held their sleeve after a clear no, and Basil stood by and took pictures. ' +
      'People come before paper; only, a small ferry has no quiet room to offer.',
  );
  const { codename } = await play.open('cleo', 'opens a case', { channel: 'in-person' });
  print.note(`It is called ${codename}, so that nobody has to say a name aloud.`);
  const report = {
    type: 'intake.recordReport',
    form: 'transcribed',
    description: 'Cam held my sleeve after I had said no. Basil took pictures of it.',
    location: 'The upper deck',
    revealsReporter: true,
    reporter: { anonymous: false, ...fable },
    reportedPersons: [{ staff: 'cam' }, { name: basil }],
  } as const;
  await refused('cleo', 'starts writing at once', report, 'quiet-space-offered', 'safety-checked');
  await step('cleo', 'asks whether everyone is safe: not with Cam so near', {
    type: 'intake.checkSafety',
    everyoneSafe: 'no',
    generalThreat: false,
  });
  const rule = 'quiet-space-offered';
  await play.asksFor('cleo', 'asks what to do about the room', report.type, rule);
  const written = await step(
    'cleo',
    'explains, and takes down what Fable tells',
    { ...report, departures: [{ rule, ground: 'impossible', reason: 'The ferry has no room.' }] },
    {
      'case intake': 'recorded',
      'reporter reporterCare': 'due',
      [`departure ${rule}`]: 'to be reviewed',
    },
  );
  print.note(
    'From this step on Cam is outside the case. What was said is encrypted with a key of this ' +
      'case; the procedure only knows that there are these three people.',
  );
  await refused(
    'cleo',
    'promises that Cam will be thrown out',
    { type: 'intake.promiseResponse' },
    'no-promised-response',
  );
  await step('cleo', 'thanks Fable for speaking up', { type: 'intake.thankReporter' });
  return written;
}

/** Returns the number of the interim measure in the history. */
export async function safetyNow({ chapter, step, refused, together }: Theatre): Promise<number> {
  chapter(
    'Safety now',
    'Safety waits for no meeting: any one of the staff may act, and the leads look at it ' +
      'afterwards. But acting may show Cam who reported, so Fable is asked first.',
  );
  await together(
    'cleo',
    'finds that somebody has to act, and calls Ada; Fable stays with Cleo',
    [
      { type: 'immediate.assess', needed: true },
      { type: 'immediate.summonLead', lead: 'ada', reporterStays: true },
    ],
    { 'case immediateResponse': 'responding' },
  );
  await refused(
    'ada',
    'bans Cam on the spot, being a lead',
    { type: 'immediate.takeAction', for: theLead, kind: 'ban' },
    'interim-responses-only',
  );
  await step('cleo', 'asks Fable whether being recognised worries them: no', {
    type: 'intake.askSafetyConcern',
    hasConcern: false,
    answer: 'Cam knows anyway.',
  });
  const action = await step('ada', 'has Cam get off at the next landing: no evenings for now', {
    type: 'immediate.takeAction',
    for: theLead,
    kind: 'no-evening-events',
  });
  await together(
    'ada',
    'sees Cam walk off, and notes that some sixty people saw it too',
    [
      { type: 'immediate.resolve' },
      { type: 'publicity.recordAwareness', audience: 'room', count: 60 },
    ],
    { 'case immediateResponse': 'resolved', 'case publicCommunication': 'noticeOwed' },
  );
  await together(
    'cleo',
    'asks again: all safe. Brings tea and a friend, and hands the report over',
    [
      { type: 'intake.checkSafety', everyoneSafe: 'yes', generalThreat: false },
      { type: 'care.provide', kind: 'water' },
      { type: 'care.provide', kind: 'trusted-person' },
      { type: 'intake.reportToLeads' },
    ],
    { 'case intake': 'reported', 'case leadsMeeting': 'awaiting' },
  );
  return action;
}

export async function whoDoesNotSeeIt({ chapter, print, read, theCase }: Theatre) {
  const { id, codename } = theCase();
  chapter(
    'The reported lead asks',
    'Leads see every case. But not one in which they are reported: for Cam there is no such ' +
      'case, in no list, no count and no error. An ombud, who is not of the team, sees it instead.',
  );
  const madeUp = '00000000-0000-4000-8000-000000000000';
  const asked = await read('cam', `/v1/cases/${id}`, problemSchema, 404);
  const unknown = await read('cam', `/v1/cases/${madeUp}`, problemSchema, 404);
  if (JSON.stringify(asked) !== JSON.stringify(unknown))
    throw new StoryBroken('cam can tell a hidden case from one that does not exist');
  const told = `${asked.status} ${asked.title}`;
  print.asked('cam', 'asks for the case by its id', 'GET /v1/cases/{id}', told, true);
  print.note('The very answer that Cam gets for an id that no case has. The rule behind it:');
  const { id: rule, ...said } = await read('cam', '/v1/rules/recused-take-no-part', ruleSchema);
  print.explain('cam', { rule, ...said });
  const { items: seenByCam } = await read('cam', '/v1/cases', codenamesSchema);
  if (seenByCam.length > 0) throw new StoryBroken('cam sees a case');
  print.asked('cam', 'lists all cases', 'GET /v1/cases', String(seenByCam.length));
  const { items: seenByUma } = await read('uma', '/v1/cases', codenamesSchema);
  const codenames = seenByUma.map((item) => item.codename).join(', ');
  if (codenames !== codename) throw new StoryBroken(`uma sees ${codenames || 'no case'}`);
  print.asked('uma', 'does the same', 'GET /v1/cases', `${seenByUma.length}: ${codenames}`);
}
