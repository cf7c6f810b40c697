/** The short lists of the contract: the profile's settings, response kinds. */
import { lookUp } from '../../../machines/look-up.ts';
import { responseKinds } from '../../../machines/vocabulary.ts';
import { bostonPython, settingsSchema } from '../../../machines/procedure.ts';
import { momentary, withinABan } from '../../../machines/responses.ts';
import { needATerm } from '../../../machines/rules/decision.ts';
import { lastingKinds, neverInterim } from '../../../machines/rules/immediate-response.ts';
import { code, table } from './markdown.ts';

export function settings(): string {
  const defaults: Readonly<Record<string, unknown>> = bostonPython;
  return table(
    ['setting', 'default', 'what it says'],
    Object.entries(settingsSchema.shape).map(([name, schema]) => [
      code(name),
      code(JSON.stringify(lookUp(defaults, name))),
      schema.description ?? '',
    ]),
  );
}

function interim(kind: string): string {
  if (neverInterim.has(kind)) return 'never';
  return lastingKinds.has(kind) ? 'by departure' : 'yes';
}

function notes(kind: string): string {
  return [
    ...(needATerm.has(kind) ? ['says how long: `until`, or `indefinite`'] : []),
    ...(momentary.has(kind) ? ['over when it is done, so nothing to lift'] : []),
    ...(withinABan.has(kind) ? ['as an interim measure continued by a `ban`'] : []),
    ...(kind === 'avoid-contact' ? ['`with`: whom to stay away from'] : []),
    ...(kind === 'publish-account' ? ['`callsForResignation`'] : []),
  ].join('; ');
}

export const kinds = (): string =>
  table(
    ['kind', 'in the moment', ''],
    responseKinds.map((kind) => [code(kind), interim(kind), notes(kind)]),
  );
