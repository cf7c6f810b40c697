/** Sealing the confidential content of an entry part by part, and opening what is left of it. */
import { seal, unseal } from '../../crypto/sealing.ts';
import { identityPart, type Piece } from '../confidential/identities.ts';
import { putBack, type Parts } from './split.ts';

interface Place {
  readonly caseId: string;
  readonly seq: number;
}

/** The parts of one event, or of several that one entry keeps, each bound to its place. */
export function sealParts(
  dataKey: Buffer,
  place: Place,
  parts: readonly Parts[],
  several: boolean,
): Readonly<Record<string, Buffer>> {
  const contents = parts.map(({ content }) => content ?? {});
  const said = several ? { events: contents } : contents[0];
  const isSaid = contents.some((content) => Object.keys(content).length > 0);
  const identities = new Map<string, readonly Piece[]>();
  for (const { identities: own } of parts)
    for (const [ref, pieces] of own)
      identities.set(ref, [...(identities.get(ref) ?? []), ...pieces]);
  const all: (readonly [part: string, value: unknown])[] = [
    ...(isSaid ? [['content', said] as const] : []),
    ...[...identities].map(([ref, pieces]) => [identityPart(ref), pieces] as const),
  ];
  return Object.fromEntries(
    all.map(([part, value]) => [part, seal(dataKey, { ...place, part }, value)]),
  );
}

/** What is left of an entry's confidential content. */
export function openParts(
  dataKey: Buffer,
  { caseId, seq }: Place,
  sealed: Readonly<Record<string, Buffer>>,
): Record<string, unknown> {
  const opened = Object.entries(sealed).map(
    ([part, bytes]) => [part, unseal(dataKey, { caseId, seq, part }, bytes)] as const,
  );
  const content = opened.find(([part]) => part === 'content')?.[1] ?? {};
  const pieces = opened
    .filter(([part]) => part !== 'content')
    .flatMap(([, value]) => value as readonly Piece[]);
  return putBack(content as Record<string, unknown>, pieces);
}
