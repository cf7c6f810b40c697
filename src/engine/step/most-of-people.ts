import type { Context } from '../../../machines/context.ts';
import { eventSchemas, type EventInput } from '../../../machines/events.ts';
import { marked } from '../../../machines/events/marks.ts';
import { hasAtMost } from '../../../machines/events/stream-safe.ts';
import { InvalidRequest } from '../../errors.ts';

/** So many people a case may have, each step of which works out anew where everybody stands. */
const kinds = [
  { most: 100, field: '/reporter', of: ({ people }: Context) => people.reporters },
  { most: 100, field: '/reportedPersons', of: ({ people }: Context) => people.reported },
  { most: 300, field: '/others', of: ({ people }: Context) => people.others },
] as const;

/**
 * Holds a step to how many people a case may have.
 *
 * @param place a JSON Pointer to where the event stands, if it is one of several
 * @throws {InvalidRequest} with a pointer to the field that names more
 */
export function refuseTooManyPeople(before: Context, after: Context, place: string): void {
  const errors = kinds
    .filter(({ most, of }) => of(after).length > Math.max(most, of(before).length))
    .map(({ most, field }) => ({
      pointer: place + field,
      message: `brings more people than a case may have: ${most} of these`,
    }));
  if (errors.length > 0) throw new InvalidRequest(errors);
}

/** Of a name, a contact, a badge and the like, so many characters: as many as screening reads. */
const mostOfName = 2_000;
const isNotTooLong = hasAtMost(mostOfName);

/**
 * Holds what tells who somebody is to a length. Only what is said of them in sentences may be longer.
 *
 * @param place a JSON Pointer to where the event stands, if it is one of several
 * @throws {InvalidRequest} with a pointer to every field that says more
 */
export function refuseLongNames(event: EventInput, place: string): void {
  const words = marked(eventSchemas[event.type], event, 'x-identity').flatMap(
    ({ pointer, value }) =>
      typeof value === 'string'
        ? [{ pointer, word: value }]
        : Object.entries(value as Readonly<Record<string, unknown>>)
            .filter(([key]) => key !== 'description')
            .map(([key, word]) => ({ pointer: `${pointer}/${key}`, word })),
  );
  const long = words.filter(({ word }) => typeof word === 'string' && !isNotTooLong(word));
  if (long.length > 0)
    throw new InvalidRequest(
      long.map(({ pointer }) => ({
        pointer: place + pointer,
        message: `must have at most ${mostOfName} characters`,
      })),
    );
}
