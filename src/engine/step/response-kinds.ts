import { responseKinds } from '../../../machines/vocabulary.ts';
import { eventSchemas, type EventInput } from '../../../machines/events.ts';
import { marked } from '../../../machines/events/marks.ts';
import type { Settings } from '../../../machines/procedure.ts';
import { InvalidRequest } from '../../errors.ts';

/** The response kinds of a case: the catalogue's, and its profile's own. */
export const kindsOf = ({
  extraResponses,
}: Pick<Settings, 'extraResponses'>): readonly string[] => [...responseKinds, ...extraResponses];

/**
 * Holds an event to the response kinds of its case: the catalogue is open to the profile, and a case
 * keeps the one it was opened with, so no schema can say this.
 *
 * @param place a JSON Pointer to where the event stands, if it is one of several
 * @throws {InvalidRequest} with a pointer to every kind that the case does not know
 */
export function refuseUnknownResponseKinds(
  event: EventInput,
  settings: Settings,
  place = '',
): void {
  const known = kindsOf(settings);
  const unknown = marked(eventSchemas[event.type], event, 'x-names').filter(
    ({ marks, value }) => marks['x-names'] === 'kind' && !known.includes(value as string),
  );
  if (unknown.length > 0)
    throw new InvalidRequest(
      unknown.map(({ pointer }) => ({
        pointer: place + pointer,
        message: `must be a response kind of this case: ${known.join(', ')}`,
      })),
    );
}
