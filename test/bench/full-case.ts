/** A case that holds as much as the interface lets somebody put into it, or so much that more would tell no more. */
import { request } from 'undici';
import type { Site } from './bench.ts';

/** Who fills it: a responder, who sees what they opened. */
const filler = 'nia';

/** Sends a request as the filler, and reads the answer to its end. */
export async function call(
  { server, tokens }: Site,
  method: 'GET' | 'POST',
  path: string,
  body?: unknown,
): Promise<{ status: number; text: string }> {
  const answer = await request(`${server.base}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${tokens[filler]}`,
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    body: body === undefined ? null : JSON.stringify(body),
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  return { status: answer.statusCode, text: await answer.body.text() };
}

async function send(site: Site, path: string, body: unknown): Promise<string> {
  const { status, text } = await call(site, 'POST', path, body);
  if (status >= 300)
    throw new Error(`the case could not be filled: ${status} ${text.slice(0, 300)}`);
  return text;
}

/** Words of so many characters, with letters that have two spellings; none like another's. */
const words = (length: number, seed: number) =>
  Array.from(
    { length: Math.ceil(length / 8) },
    (_, i) => `Zö${((seed + 1) * 7919 + i * 31).toString(36).slice(-5).padStart(5, 'q')} `,
  )
    .join('')
    .slice(0, length);

const person = (seed: number) => ({
  name: words(2_000, seed),
  badge: words(2_000, seed + 1),
  appearance: words(2_000, seed + 2),
  height: words(2_000, seed + 3),
  clothing: words(2_000, seed + 4),
  voiceAccent: words(2_000, seed + 5),
});

/** A clarification that says as much as its fields take. */
export const largeEvent = (seed: number) => ({
  type: 'intake.addClarification',
  for: 'reporter',
  question: words(20_000, seed),
  answer: words(20_000, seed + 1),
  reporter: { anonymous: false, name: words(2_000, seed), contact: words(2_000, seed) },
  reportedPersons: [],
  others: [],
});

export const identification = (ref: string, seed: number) => ({
  type: 'intake.identify',
  for: ref,
  ...person(seed),
});

export const full = { people: 50, large: 40, small: 2_000 } as const;

/** Fills a case through the interface. @returns its id */
export async function fillCase(site: Site): Promise<string> {
  const { id } = JSON.parse(await send(site, '/v1/cases', { channel: 'in-person' })) as {
    id: string;
  };
  const events = `/v1/cases/${id}/events`;
  const batch = `/v1/cases/${id}/batch`;
  await send(site, events, { type: 'intake.offerQuietSpace', accepted: true });
  const check = {
    type: 'intake.checkSafety',
    for: 'reporter',
    everyoneSafe: 'yes',
    generalThreat: false,
  };
  await send(site, events, { ...check, for: undefined });
  for (let reports = 0; reports < 2; reports += 1)
    await send(site, events, {
      type: 'intake.recordReport',
      form: 'written',
      ...(reports > 0 && { from: 'reporter' }),
      description: words(20_000, reports),
      reporter: { anonymous: false, name: words(2_000, 3), contact: words(2_000, 4) },
      reportedPersons: Array.from({ length: full.people }, (_, i) =>
        person(reports * 1000 + i * 10),
      ),
      others: Array.from({ length: 15 }, (_, i) => ({
        role: 'witness',
        name: words(2_000, i),
        contact: words(2_000, i),
        description: words(15_000, i),
      })),
    });
  for (let i = 0; i < full.large; i += 1)
    await send(site, batch, {
      events: Array.from({ length: 50 }, (_, n) =>
        identification(`reported-${n + 1}`, i * 1e4 + n * 10),
      ),
    });
  for (let i = 0; i < full.small; i += 50)
    await send(site, batch, {
      events: Array.from({ length: 50 }, () => ({ ...check, notes: words(500, i) })),
    });
  return id;
}
