import { responseKinds } from '../../../machines/context.ts';
import type { EventInput } from '../../../machines/events.ts';
import type { Settings } from '../../../machines/procedure.ts';
import { InvalidRequest } from '../../errors.ts';

/**
 * Holds an event to the response kinds of its case: the catalogue is open to the profile, and a case
 * keeps the one it was opened with, so no schema can say this.
 *
 * @throws {InvalidRequest} with a pointer to every kind that the case does not know
 */
export function refuseUnknownResponseKinds(event: EventInput, { extraResponses }: Settings): void {
  const known = (kind: string) =>
    (responseKinds as readonly string[]).includes(kind) || extraResponses.includes(kind);
  const named: (readonly [pointer: string, kind: string])[] =
    event.type === 'immediate.takeAction'
      ? [['/kind', event.kind]]
      : event.type === 'meeting.discussResponses'
        ? event.options.map((kind, index) => [`/options/${index}`, kind])
        : event.type === 'decision.record' || event.type === 'appeal.decide'
          ? (event.responses ?? []).map(({ kind }, index) => [`/responses/${index}/kind`, kind])
          : [];
  const unknown = named.filter(([, kind]) => !known(kind));
  if (unknown.length > 0)
    throw new InvalidRequest(
      unknown.map(([pointer]) => ({ pointer, message: 'must be a response kind of this case' })),
    );
}
