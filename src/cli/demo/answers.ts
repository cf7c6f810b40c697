/** What the story reads in the server's answers, and how a case's standing is compared. */
import { z } from 'zod';
import { lookUp } from '../../../machines/look-up.ts';

const violationSchema = z.object({
  rule: z.string(),
  statement: z.string(),
  source: z.string(),
  instead: z.string().optional(),
  detail: z.record(z.string(), z.unknown()).optional(),
  departure: z.object({ allowed: z.boolean(), grounds: z.array(z.string()) }),
});
export type Violation = z.infer<typeof violationSchema>;
export const refusalSchema = z.object({ violations: z.array(violationSchema) });

export const caseSchema = z.object({
  id: z.string(),
  codename: z.string(),
  status: z.string(),
  stages: z.record(z.string(), z.string()),
  people: z.record(z.string(), z.looseObject({ stages: z.record(z.string(), z.string()) })),
  departures: z.array(
    z.object({
      seq: z.int(),
      rule: z.string(),
      ground: z.string(),
      review: z.object({ by: z.string(), outcome: z.string() }).nullable(),
    }),
  ),
});
export type Case = z.infer<typeof caseSchema>;

const entrySchema = z.object({ seq: z.int(), type: z.string() });
export const stepSchema = z.object({ case: caseSchema, entry: entrySchema });
export const stepsSchema = z.object({ case: caseSchema, entries: z.array(entrySchema) });

export const optionsSchema = z.object({
  items: z.tuple([z.object({ verdict: z.string(), violations: z.array(violationSchema) })]),
});
export const ruleSchema = z.object({
  id: z.string(),
  statement: z.string(),
  source: z.string(),
  instead: z.string().optional(),
});
export const problemSchema = z.object({
  type: z.string(),
  title: z.string(),
  status: z.literal(404),
  detail: z.string(),
});
export const codenamesSchema = z.object({
  items: z.array(z.object({ id: z.string(), codename: z.string() })),
});
export const deadlinesSchema = z.object({
  items: z.array(
    z.object({ name: z.string(), ref: z.string().nullable(), dueAt: z.iso.datetime() }),
  ),
});
export const historySchema = z.object({
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
export const verificationSchema = z.object({
  ok: z.literal(true),
  entries: z.int(),
  checked: z.object({ chain: z.literal('ok'), replay: z.literal('ok') }),
  failures: z.tuple([]),
});

/**
 * Where everything stands, by whose it is and its name: `case leadsMeeting`, `reported-1 decision`,
 * `departure quiet-space-offered`.
 */
export type Standing = Readonly<Record<string, string>>;

export interface Move {
  readonly whose: string;
  readonly what: string;
  /** Undefined where it has come up by the step. */
  readonly from: string | undefined;
  readonly to: string;
}

/** The stages that belong to people, each of whom has their own. */
const ofPeople = new Set(['reporterCare', 'reportedPersonFollowUp', 'decision', 'appeal']);

export function standing({ status, stages, people, departures }: Case): Standing {
  // what the case shows for its people is said of each of them
  const own = Object.entries({ ...stages, status }).filter(([stage]) => !ofPeople.has(stage));
  const all: (readonly [string, string])[] = [
    ...own.map(([stage, state]) => [`case ${stage}`, state] as const),
    ...Object.entries(people).flatMap(([ref, person]) =>
      Object.entries(person.stages).map(([stage, state]) => [`${ref} ${stage}`, state] as const),
    ),
    ...departures.map(
      ({ rule, review }) =>
        [
          `departure ${rule}`,
          review ? `${review.outcome} by ${review.by}` : 'to be reviewed',
        ] as const,
    ),
  ];
  return Object.fromEntries(all);
}

/** What a step moved; of somebody whom it brought in, only that they are there. */
export function movesBetween(before: Standing, after: Standing): Move[] {
  const names = Object.keys({ ...before, ...after });
  return names.flatMap((name) => {
    const [whose = '', what = ''] = name.split(' ');
    const [from, to] = [lookUp(before, name), lookUp(after, name) ?? ''];
    const isNew = from === undefined && whose !== 'departure';
    return from === to || isNew ? [] : [{ whose, what, from, to }];
  });
}
