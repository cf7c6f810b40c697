/** The story: one incident from the first word to the closing, and then its audit. */
import { z } from 'zod';
import { rules } from '../../../machines/rules.ts';
import { StoryBroken, type Theatre } from './cast.ts';
import { theAppeal, theClosing, theNotice } from './story-end.ts';
import { theConversation, theDecision, theLeadsMeet } from './story-leads.ts';
import { safetyNow, takingTheReport } from './story-report.ts';

/**
 * Plays all of it.
 *
 * @throws {StoryBroken} at the first answer that is not what the story expects
 */
export async function tell(play: Theatre): Promise<void> {
  await takingTheReport(play);
  const action = await safetyNow(play);
  await whoDoesNotSeeIt(play);
  await theLeadsMeet(play, action);
  await theConversation(play);
  await theDecision(play);
  await theAppeal(play);
  await theNotice(play);
  await theClosing(play);
  await audit(play);
}

const problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.literal(404),
  detail: z.string(),
});

async function whoDoesNotSeeIt(play: Theatre) {
  const { print } = play;
  const { id, codename } = play.theCase();
  play.chapter(
    'The reported lead asks',
    'Cam is a lead, and leads see every case. But not one in which they are reported: for Cam ' +
      'there is no such case, in no list, no count and no error.',
  );
  const madeUp = '00000000-0000-4000-8000-000000000000';
  const [asked, unknown] = [
    await play.read('cam', `/v1/cases/${id}`, problem, 404),
    await play.read('cam', `/v1/cases/${madeUp}`, problem, 404),
  ];
  if (JSON.stringify(asked) !== JSON.stringify(unknown))
    throw new StoryBroken('cam can tell a hidden case from one that does not exist');
  print.asked(
    'cam',
    'asks for the case by its id',
    'GET /v1/cases/{id}',
    `404 ${asked.title}`,
    true,
  );
  print.note(
    'The very answer that Cam gets for an id that no case has. The rule behind it, which Cam does ' +
      'not get to read:',
  );
  const rule = 'recused-take-no-part';
  print.explain({ rule, ...rules[rule] });
  const page = z.object({ items: z.array(z.object({ id: z.string() })) });
  const mine = await play.read('cam', '/v1/cases', page);
  if (mine.items.length > 0) throw new StoryBroken('cam sees a case');
  print.asked('cam', 'lists all cases', 'GET /v1/cases', 'none');
  const all = await play.read('ada', '/v1/cases', page);
  if (!all.items.some((item) => item.id === id)) throw new StoryBroken('ada does not see the case');
  print.asked('ada', 'does the same', 'GET /v1/cases', `1: ${codename}`);
  await showDeadlines(play);
}

async function showDeadlines({ read, print }: Theatre) {
  const deadline = z.object({ name: z.string(), codename: z.string(), dueAt: z.iso.datetime() });
  const { items } = await read('ada', '/v1/deadlines', z.object({ items: z.array(deadline) }));
  const names = items.map(({ name }) => name).join();
  if (names !== 'leadsMeet,reporterFollowUp')
    throw new StoryBroken(`unexpected deadlines: ${names}`);
  for (const { name, dueAt } of items) {
    const hours = Math.round((Date.parse(dueAt) - Date.now()) / 3_600_000);
    const when = `${dueAt.slice(0, 16).replace('T', ' ')} UTC, in ${hours} hours`;
    print.asked('ada', `looks at what is due: ${name}`, 'GET /v1/deadlines', when);
  }
}

const historySchema = z.object({
  items: z.array(
    z.object({
      seq: z.int(),
      outcome: z.string(),
      type: z.string(),
      confidential: z.unknown(),
      hash: z.string(),
    }),
  ),
});
const verificationSchema = z.object({
  ok: z.literal(true),
  entries: z.int(),
  checked: z.object({ chain: z.literal('ok'), replay: z.literal('ok') }),
  failures: z.tuple([]),
});

/** Of somebody's words: which fields there are, or that they are withheld. */
const fieldsOf = (confidential: unknown): string =>
  typeof confidential === 'string' ? confidential : Object.keys(confidential ?? {}).join(', ');

async function audit(play: Theatre) {
  const { print } = play;
  const path = `/v1/cases/${play.theCase().id}`;
  play.chapter(
    'The audit',
    'Every step and every attempt stands in the history, each entry tied to the one before by ' +
      'its hash. An auditor reads what happened, not what people said, and can have all of it ' +
      'judged again from the first step.',
  );
  const { items } = await play.read('eve', `${path}/history?limit=200`, historySchema);
  const report = items.find(
    ({ type, outcome }) => type === 'intake.recordReport' && outcome === 'accepted',
  );
  if (report?.confidential !== 'withheld')
    throw new StoryBroken('the auditor reads what people said');
  const call = 'GET …/history';
  print.asked('eve', `reads entry ${report.seq}, ${report.type}`, call, 'confidential: withheld');
  const opened = await play.read('ada', `${path}/history?limit=200`, historySchema);
  const [same] = opened.items.filter(({ seq }) => seq === report.seq);
  print.asked('ada', 'reads the same entry', call, `confidential: ${fieldsOf(same?.confidential)}`);
  const verified = await play.read('eve', `${path}/verification`, verificationSchema);
  if (verified.entries !== items.length) throw new StoryBroken('the verification missed an entry');
  print.asked('eve', 'verifies the history', 'GET …/verification', 'ok');
  const refusals = items.filter(({ outcome }) => outcome === 'refused').length;
  print.table('What the history holds, and what became of judging it again:', [
    [
      'history',
      `${items.length} entries: ${items.length - refusals} accepted, ${refusals} refused`,
    ],
    ['last hash', `${items.at(-1)?.hash.slice(0, 24)}…`],
    ['chain of hashes', verified.checked.chain],
    ['states by replay', verified.checked.replay],
    ['failures', String(verified.failures.length)],
  ]);
}
