/** What a step begins with, as of one moment and in one statement: who asks, the case, an answer given before. */
import { sql, type SQL } from 'drizzle-orm';
import type { Role } from '../../machines/vocabulary.ts';
import { caseColumns, caseOf, type ReadCase } from './case-row.ts';
import type { CaseRow, Directory } from './cases.ts';
import type { Db } from './database.ts';
import { given, statement } from './statement.ts';
import { together } from './together.ts';
import type { TokenHolder } from './tokens.ts';
import { actingAs, visibleTo } from './visibility.ts';

/** By what somebody is known: our own token's hash, valid at a moment, or the handle that another vouched for. */
export type Credential =
  { readonly tokenHash: Buffer; readonly at: Date } | { readonly person: string };

/** What makes a request the same request, its case and its sender aside. */
export interface RequestLine {
  readonly method: string;
  readonly path: string;
  readonly key: string;
}

/** The answer that a request got before. */
export interface EarlierAnswer {
  readonly requestHash: string;
  readonly sealed: Buffer;
  readonly createdAt: Date;
}

interface LoadedCase {
  readonly row: CaseRow;
  /** Every member of staff; without roles whoever has left. */
  readonly directory: Directory;
  readonly earlier: EarlierAnswer | null;
}

export interface WantedCase {
  readonly caseId: string;
  readonly request?: RequestLine | undefined;
  readonly knownHead?: string | null;
}

export interface StepLoad {
  readonly caller: Pick<TokenHolder, 'person' | 'name' | 'roles' | 'expiresAt'>;
  /** Null where there is none that the caller sees. */
  readonly loaded: LoadedCase | null;
}

interface Row extends ReadCase {
  /** The id that was asked for. */
  readonly wanted: string;
  readonly person: string;
  readonly name: string;
  readonly roles: Role[];
  readonly expires_at: string | null;
  readonly directory: Directory;
  readonly case_id: string | null;
  readonly request_hash?: string | null;
  readonly sealed?: Buffer;
  readonly answered_at?: string;
}

const byToken = sql`
  select p.id, p.name, p.roles, t.expires_at from tokens t join people p on p.id = t.person_id
  where t.hash = ${given('tokenHash')} and t.revoked_at is null and p.active
    and (t.expires_at is null or t.expires_at > ${given('at')}::timestamptz)`;
const byHandle = sql`
  select p.id, p.name, p.roles, null::timestamptz as expires_at from people p
  where p.id = ${given('person')} and p.active`;
const callersHandle = sql`(select id from caller)`;

// Whether there was an answer is read in the moment in which the case is: the step that wrote it moved the head.
const answer = sql`
  left join lateral (
    select request_hash, sealed, created_at as answered_at from stored_answers
    where ${actingAs(callersHandle)} and case_id = wanted.id and person = caller.id
      and method = wanted.method and path = wanted.path and key = wanted.key
    offset 0) answer on true`;

// `offset 0` keeps these apart, so that each says on whose behalf it reads before it looks at a row.
const loading = (caller: SQL, keyed: boolean) =>
  statement<Row>(sql`
  with caller as materialized (${caller})
  select wanted.id as wanted, caller.id as person, caller.name, caller.roles, caller.expires_at, c.*,
    ${keyed ? sql`answer.*,` : sql``}
    (select jsonb_object_agg(p.id, case when p.active then to_jsonb(p.roles) else '[]' end)
     from people p) as directory
  from caller
  cross join jsonb_to_recordset(${given('wanted')}::jsonb)
    as wanted(id uuid, known_head text, method text, path text, key text)
  left join lateral (
    select ${caseColumns},
      case when head_hash = wanted.known_head then null else snapshot end as snapshot
    from cases where ${visibleTo(callersHandle)} and case_id = wanted.id
    offset 0) c on true
  ${keyed ? answer : sql``}`);

const statements = {
  token: { plain: loading(byToken, false), keyed: loading(byToken, true) },
  handle: { plain: loading(byHandle, false), keyed: loading(byHandle, true) },
} as const;

const date = (text: string | null): Date | null => (text === null ? null : new Date(text));

const earlierIn = ({ request_hash, sealed, answered_at }: Row): EarlierAnswer | null =>
  request_hash !== undefined && request_hash !== null && sealed && answered_at !== undefined
    ? { requestHash: request_hash, sealed, createdAt: new Date(answered_at) }
    : null;

/** Who asks for which case. */
interface Asked extends WantedCase {
  readonly credential: Credential;
}

const nameOf = (credential: Credential) =>
  'person' in credential ? credential.person : `#${credential.tokenHash.toString('hex')}`;

/** What one person asks at once is read by one statement; what several ask is not: it is read as theirs. */
const reading = together<Asked, Row | null>({
  kindOf: ({ credential, request }) => `${request ? 'keyed' : 'plain'} ${nameOf(credential)}`,
  caseOf: ({ caseId }) => caseId,
  go: read,
});

/** Null where nobody active is known by the credential, which is the same for all. */
async function read(db: Db, asked: readonly Asked[]): Promise<(Row | null)[]> {
  const last = asked.at(-1);
  if (!last) return [];
  const { credential, request } = last;
  const { keyed, plain } = 'person' in credential ? statements.handle : statements.token;
  const load = request ? keyed : plain;
  const rows = await load(db, {
    ...credential,
    ...('at' in credential && { at: credential.at.toISOString() }),
    wanted: JSON.stringify(
      asked.map(({ caseId, knownHead, request: line }) => ({
        id: caseId,
        known_head: knownHead,
        ...line,
      })),
    ),
  });
  const found = new Map(rows.map((row) => [row.wanted, row]));
  return asked.map(({ caseId }) => found.get(caseId) ?? null);
}

/**
 * Loads a case for a step, with whoever takes it.
 *
 * @param wanted `request` of an idempotency key, if there is one; `knownHead` of which the snapshot
 *   need not be sent: then it is null
 * @returns undefined where nobody active is known by the credential
 */
export async function loadForStep(
  db: Db,
  credential: Credential,
  wanted: WantedCase,
): Promise<StepLoad | undefined> {
  const row = await reading(db, { credential, ...wanted });
  if (!row) return undefined;
  const { person, name, roles, directory } = row;
  const caller = { person, name, roles, expiresAt: date(row.expires_at) };
  if (row.case_id === null) return { caller, loaded: null };
  return {
    caller,
    loaded: { row: caseOf(row, row.case_id), directory, earlier: earlierIn(row) },
  };
}
