/** Every event: who may send it, what it takes, whom it is about, and its rules. */
import { handlerRoles, type Role } from '../../../machines/vocabulary.ts';
import { eventDefinitions, eventTypes, type EventType } from '../../../machines/events.ts';
import { lookUp } from '../../../machines/look-up.ts';
import type { Concern, PersonKind } from '../../../machines/events/fields.ts';
import { blocks, code, codes, table } from './markdown.ts';
import { payloadOf } from './payload.ts';

/** Handlers are four roles that mostly go together. */
export function rolesInWords(roles: readonly Role[]): string {
  const handlers = handlerRoles.every((role) => roles.includes(role));
  const others = roles.filter((role) => !handlers || !handlerRoles.some((known) => known === role));
  return [...(handlers ? ['handlers'] : []), ...others].join(', ');
}

const people: Readonly<Record<PersonKind, string>> = {
  reporter: 'a reporter',
  reported: 'a reported person',
  other: 'another person',
};

function about(concerns: Concern | undefined): string {
  if (!concerns) return '—';
  const whom = concerns.kinds.map((kind) => lookUp(people, kind)).join(' or ');
  if (concerns.reportAtHand) return `${whom}; else the report at hand`;
  if (concerns.eachUndecided) return `${whom}; else each who has no decision`;
  return concerns.optional ? `${whom}, or nobody in particular` : whom;
}

function rowOf(type: EventType): string[] {
  const { title, description, who, concerns, rules, forbidden = false } = eventDefinitions[type];
  return [
    `${code(type)}<br>${forbidden ? '**Refused always.** ' : ''}${title}. ${description}`,
    payloadOf(type),
    rolesInWords(who),
    about(concerns),
    codes(rules) || '—',
  ];
}

export function events(): string {
  const groups = Map.groupBy(eventTypes, (type) => type.split('.')[0] ?? '');
  const head = ['event', 'payload', 'who', 'about', 'its own rules'];
  return blocks(
    ...[...groups].flatMap(([name, types]) => [`#### ${name}`, table(head, types.map(rowOf))]),
  );
}
