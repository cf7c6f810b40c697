/**
 * Plays the stories beside this file over HTTP. A story is `{title, procedure?, steps}`; a step opens
 * a case, sends an event, reads, posts or lets time pass, and says what is to be expected of it.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { Settings } from '../../machines/procedure.ts';
import { fireDueDeadlines } from '../../src/deadlines/loop.ts';
import type { Answer, TestApp } from '../support/app.ts';
import { recordGolden } from '../support/golden.ts';
import { clock, unexpected } from '../support/telling.ts';
import { useApp } from '../support/use-app.ts';

const anything = z.record(z.string(), z.unknown());
const texts = z.array(z.string());
const expectation = z.strictObject({
  status: z.number().optional(),
  stages: z.record(z.string(), z.string()).optional(),
  body: z.unknown().optional(),
  has: texts.optional(),
  lacks: texts.optional(),
});
const asked = {
  as: z.string(),
  case: z.string().optional(),
  headers: z.record(z.string(), z.string()).optional(),
  refused: texts.optional(),
  expect: expectation.optional(),
  save: z.record(z.string(), z.string()).optional(),
};
const stepSchema = z.union([
  z.strictObject({ wait: z.number().positive() }),
  z.strictObject({ ...asked, open: anything }),
  z.strictObject({ ...asked, send: anything, dryRun: z.boolean().optional() }),
  z.strictObject({ ...asked, get: z.string() }),
  z.strictObject({ ...asked, post: z.string(), body: z.unknown().optional() }),
]);
type Step = z.infer<typeof stepSchema>;
type Asking = Exclude<Step, { wait: number }>;
const storySchema = z.strictObject({
  title: z.string(),
  procedure: anything.optional(),
  steps: z.array(stepSchema).min(5),
});

type Story = z.infer<typeof storySchema> & { readonly file: string };

const folder = new URL('.', import.meta.url);
const stories = readdirSync(folder)
  .filter((file) => file.endsWith('.json'))
  .map((file) => ({ file, text: readFileSync(new URL(file, folder), 'utf8') }))
  .map(({ file, text }) => ({ file, ...storySchema.parse(JSON.parse(text)) }));

interface Stage {
  readonly app: TestApp;
  readonly advance: (milliseconds: number) => void;
}
/** One application for all stories of a procedure, each with a clock of its own. */
const prepared = new Map<string, Stage>();
function prepare(settings: Partial<Settings> = {}): Stage {
  const key = JSON.stringify(settings);
  const { now, advance } = clock();
  const stage = prepared.get(key) ?? { app: useApp({ settings, now }), advance };
  prepared.set(key, stage);
  return stage;
}

type Names = Map<string, unknown>;

/** Puts in what was saved: a name alone keeps its type, within a text it is text. */
function fillIn(value: unknown, names: Names): unknown {
  if (Array.isArray(value)) return value.map((item) => fillIn(item, names));
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [key, fillIn(inner, names)]),
    );
  if (typeof value !== 'string') return value;
  const known = (name: string) => {
    expect([...names.keys()], 'saved before it is used').toContain(name);
    return names.get(name);
  };
  const alone = /^\$\{(\w+)\}$/.exec(value)?.[1];
  if (alone !== undefined) return known(alone);
  return value.replace(/\$\{(\w+)\}/g, (_, name: string) => String(known(name)));
}

/** What a story expects as vitest matches it: objects by at least these keys. */
function matching(wanted: unknown): unknown {
  if (wanted === '$exists') return expect.anything();
  if (wanted === '$absent') return undefined;
  if (wanted === undefined) return expect.toSatisfy(() => true);
  if (Array.isArray(wanted)) return wanted.map(matching);
  if (typeof wanted !== 'object' || wanted === null) return wanted;
  const inner = Object.entries(wanted).map(([key, value]) => [key, matching(value)] as const);
  return expect.toSatisfy((found: unknown) => {
    expect(found).toMatchObject(
      Object.fromEntries(inner.filter(([, value]) => value !== undefined)),
    );
    for (const [key, value] of inner)
      if (value === undefined) expect(found).not.toHaveProperty(key);
    return true;
  });
}

const bodySchema = z.looseObject({
  id: z.string().optional(),
  stages: anything.optional(),
  case: z.looseObject({ stages: anything }).optional(),
  violations: z.array(z.looseObject({ rule: z.string() })).optional(),
});

async function ask(app: TestApp, step: Asking, names: Names) {
  const client = app.as(step.as);
  const filled = (value: unknown) => fillIn(value, names);
  const caseId = () => String(filled(`\${${step.case ?? 'case'}}`));
  if ('open' in step) return client.post('/v1/cases', filled(step.open), step.headers);
  if ('get' in step) return client.get(String(filled(step.get)), step.headers);
  if ('post' in step)
    return client.post(String(filled(step.post)), filled(step.body ?? {}), step.headers);
  const path = `/v1/cases/${caseId()}/events${step.dryRun ? '?dryRun=true' : ''}`;
  return client.post(path, filled(step.send), step.headers);
}

function judge(step: Asking, answer: Answer, names: Names): void {
  const wanted = step.expect ?? {};
  const usual = step.refused ? 409 : 'open' in step ? 201 : 200;
  expect(answer.status, answer.text).toBe(wanted.status ?? usual);
  const body = bodySchema.safeParse(answer.body).data ?? {};
  const rules = body.violations?.map(({ rule }) => rule) ?? [];
  expect(rules).toEqual(expect.arrayContaining(step.refused ?? []));
  expect(body.case?.stages ?? body.stages ?? {}).toMatchObject(wanted.stages ?? {});
  // a bundle is no JSON document, and has no body to look into
  if (wanted.body !== undefined)
    expect({ body: answer.body }).toEqual({ body: matching(fillIn(wanted.body, names)) });
  for (const text of wanted.has ?? []) expect(answer.text).toContain(fillIn(text, names));
  for (const text of wanted.lacks ?? []) expect(answer.text).not.toContain(fillIn(text, names));
  if ('open' in step && body.id !== undefined) names.set(step.case ?? 'case', body.id);
  for (const [name, path] of Object.entries(step.save ?? {})) {
    const saved = path
      .split('.')
      .reduce<unknown>((at, key) => anything.parse(at)[key], answer.body);
    expect(saved, `${name} was saved`).toBeDefined();
    names.set(name, saved);
  }
}

/** Plays a story up to the first step that goes otherwise; says what was wrong with it. */
async function play({ file, steps }: Story, { app, advance }: Stage): Promise<string[]> {
  const names: Names = new Map();
  for (const [index, step] of steps.entries()) {
    if ('wait' in step) {
      advance(step.wait);
      await fireDueDeadlines(app.engine, unexpected);
      continue;
    }
    const answer = await ask(app, step, names);
    try {
      judge(step, answer, names);
    } catch (error) {
      const where = `step ${index + 1}, ${JSON.stringify(step)}`;
      return [where, String(error), answer.text.slice(0, 1000)];
    }
  }
  const caseId = names.get('case');
  if (typeof caseId === 'string') await recordGolden(app, file.replace('.json', ''), caseId);
  return [];
}

const staged = stories.map((story) => ({ ...story, stage: prepare(story.procedure) }));
test.each(staged)('$file: $title', async ({ stage, ...story }) => {
  expect(await play(story, stage)).toEqual([]);
});

test('no story is without a refusal or an expectation', () => {
  for (const { file, steps } of stories) {
    const telling = steps.filter((one) => !('wait' in one) && (one.refused ?? one.expect));
    expect(telling.length, file).toBeGreaterThanOrEqual(3);
  }
});

describe('the situations that the procedure must not fail in', () => {
  const situations = stories.filter(({ file }) => file.startsWith('situation-'));

  test('each have one story', () => {
    const numbers = situations.map(({ file }) => Number(file.split('-')[1]));
    expect(numbers).toEqual(Array.from({ length: 26 }, (_, index) => index + 1));
  });

  test.each(situations)('$file is told to its end', ({ steps }) => {
    const last = (is: (one: Asking) => boolean) =>
      steps.findLastIndex((one) => !('wait' in one) && is(one));
    const verified = last((one) => 'get' in one && one.get.endsWith('/verification'));
    const closed = last(
      (one) => 'send' in one && ['case.close', 'case.confirm'].includes(String(one.send['type'])),
    );
    expect(verified).toBe(steps.length - 1);
    expect(closed).toBeGreaterThan(last((one) => 'open' in one));
  });
});
