/**
 * The profile: what varies between organisations is a setting here, never a second machine.
 * A case keeps the settings that it was opened with.
 */
import { z } from 'zod';
import { addDuration } from './time.ts';

/** Far ahead: a duration that can be added to this one can be added to every time of a case. */
const someTime = '2400-02-29T00:00:00.000Z';

export const duration = z
  .string()
  .refine(
    (iso) => {
      try {
        return addDuration(someTime, iso) >= someTime;
      } catch {
        return false;
      }
    },
    { error: 'must be an ISO 8601 duration, such as PT24H or P7D' },
  )
  .meta({ format: 'duration' });

const line = z.string().trim().min(1).max(200);

export const settingsSchema = z
  .strictObject({
    organization: line.describe('Whose procedure this is.'),
    organizersContact: line.describe('Where residual hard feelings go.'),
    appealContact: line.describe('Whom a reported person who wants to appeal may write to.'),
    meetWithin: duration.describe('From the report to the meeting of the leads.'),
    followUpWithin: duration.describe('From the report to the follow-up with the reporter.'),
    quorum: z.int().min(1).max(20).describe('How many leads make a meeting, and how many decide.'),
    appealWindow: duration.nullable().describe('From the notification; null: no limit.'),
    independentAppeal: z.boolean().describe('Whether those who decided may not hear the appeal.'),
    oneAppeal: z.boolean().describe('Whether a decision can be appealed against only once.'),
    extraResponses: z
      .array(z.string().regex(/^[a-z][a-z0-9-]{1,63}$/))
      .max(50)
      .refine((kinds) => new Set(kinds).size === kinds.length, { error: 'names a kind twice' })
      .describe('Response kinds beyond those of the catalogue.'),
    retainFor: duration
      .nullable()
      .describe('From the closing of a case to its erasure, but for a legal hold; null: never.'),
    voidRetention: duration.describe(
      'From the closing of a case as void to when a third person may erase it.',
    ),
    neverDepart: z
      .array(z.string().regex(/^[a-z][a-z-]{1,63}$/))
      .max(100)
      .describe('Rules that nobody may depart from here, though the catalogue would allow it.'),
    authorities: z
      .enum(['at-reporters-request', 'unrestricted'])
      .describe('When law enforcement or venue security may be called while everyone is safe.'),
  })
  .meta({ id: 'Settings' });

export type Settings = z.infer<typeof settingsSchema>;

/** Boston Python's procedure as published (CC BY 3.0); where it is silent, the careful choice. */
export const bostonPython: Settings = {
  organization: 'Boston Python',
  organizersContact: 'leaders@bostonpython.com',
  appealContact: 'leaders@bostonpython.com',
  meetWithin: 'PT24H',
  followUpWithin: 'P7D',
  quorum: 2,
  appealWindow: null,
  independentAppeal: true,
  oneAppeal: true,
  extraResponses: [],
  retainFor: null,
  voidRetention: 'P30D',
  neverDepart: [],
  authorities: 'at-reporters-request',
};

/** The default profile with a group's own settings laid over it. Throws a ZodError that names what is wrong. */
export function parseSettings(overrides: unknown): Settings {
  return settingsSchema.parse({ ...bostonPython, ...settingsSchema.partial().parse(overrides) });
}
