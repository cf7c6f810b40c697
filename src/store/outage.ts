/** What keeps the database from answering, by the codes of PostgreSQL, of Node and of the driver. */
import { lookUp } from '../../machines/look-up.ts';

/** What whoever runs the server is told. */
type OutageKind =
  | 'out of reach'
  | 'starting or stopping'
  | 'access refused'
  | 'connection lost'
  | 'no answer'
  | 'busy'
  | 'too slow'
  | 'too many connections'
  | 'storage full'
  | 'storage failed'
  | 'out of memory'
  | 'out of resources'
  | 'read only'
  | 'locked'
  | 'conflict';

// PostgreSQL's are in its documentation, appendix A; what has no code of its own here goes by its class.
const kinds: Readonly<Record<string, OutageKind>> = {
  CONNECT_TIMEOUT: 'out of reach',
  ECONNREFUSED: 'out of reach',
  EHOSTUNREACH: 'out of reach',
  ENETUNREACH: 'out of reach',
  ENOTFOUND: 'out of reach',
  EAI_AGAIN: 'out of reach',
  '57P03': 'starting or stopping',
  '28': 'access refused',
  '3D': 'access refused',
  CONNECTION_CLOSED: 'connection lost',
  CONNECTION_DESTROYED: 'connection lost',
  CONNECTION_ENDED: 'connection lost',
  ECONNRESET: 'connection lost',
  EPIPE: 'connection lost',
  ETIMEDOUT: 'connection lost',
  '08': 'connection lost',
  '57P01': 'connection lost',
  '57P02': 'connection lost',
  '57P05': 'connection lost',
  '25P03': 'connection lost',
  '25P04': 'too slow',
  NOT_ANSWERED: 'no answer',
  NO_CONNECTION: 'busy',
  '57014': 'too slow',
  '53300': 'too many connections',
  '53100': 'storage full',
  '53200': 'out of memory',
  '53': 'out of resources',
  '58': 'storage failed',
  '25006': 'read only',
  '55P03': 'locked',
  '40': 'conflict',
};

/** After these nobody knows whether the last statement was carried out. */
const uncertain: ReadonlySet<OutageKind> = new Set(['connection lost', 'no answer']);

/** The connection is gone, or was given up: a code of the driver's, or of ours. */
export class ConnectionFault extends Error {
  override readonly name = 'ConnectionFault';
  readonly code: 'CONNECTION_CLOSED' | 'CONNECT_TIMEOUT' | 'NOT_ANSWERED' | 'NO_CONNECTION';
  constructor(code: ConnectionFault['code']) {
    super(code);
    this.code = code;
  }
}

export interface Outage {
  readonly kind: OutageKind;
  /** Whether what was sent may have been carried out all the same. */
  readonly uncertain: boolean;
}

/** The outage that an error tells of, itself or by its causes; undefined where it is none. */
export function outageOf(error: unknown): Outage | undefined {
  const code = codeOf(error);
  const kind = code === undefined ? undefined : (kindOf(code) ?? kindOf(sqlstateClass(code)));
  return kind && { kind, uncertain: uncertain.has(kind) };
}

/** The code of an error or of what caused it; drizzle puts the driver's errors into its own. */
export function codeOf(error: unknown): string | undefined {
  for (let inner = error; inner instanceof Error; inner = inner.cause) {
    const { code } = inner as { code?: unknown };
    if (typeof code === 'string') return code;
  }
  return undefined;
}

const kindOf = (code: string) => lookUp(kinds, code);

/** The first two of five; Node's codes and the driver's are longer, or have no digits. */
const sqlstateClass = (code: string) => (/^\d[0-9A-Z]{4}$/.test(code) ? code.slice(0, 2) : '');
