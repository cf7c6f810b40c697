/** What a bench has, and what it measures. */
import type { Cluster, Filled } from './database.ts';
import type { Call, Load } from './load.ts';
import type { Loader, Server } from './processes.ts';

/** A database with its server. */
export interface Site extends Filled {
  readonly server: Server;
}

export interface Bench {
  readonly cluster: Cluster;
  /** With as many cases as are asked for, and with a thousand. */
  readonly large: Site;
  readonly small: Site;
  readonly bare: Server;
  readonly xstate: Server;
  readonly load: Loader['load'];
  /** How long one load of many writers lasts, in seconds; everything else takes its part of it. */
  readonly pace: number;
  /** Whether the sizes are small. */
  readonly quick: boolean;
}

/** Which way a number has to lie of its limit. */
export interface Threshold {
  readonly name: string;
  readonly least?: number;
  readonly most?: number;
  /** What is aimed at; it decides nothing. */
  readonly aim?: number;
  /** Whether it is about large sizes: with small ones it is told and decides nothing. */
  readonly sized?: true;
}

/** What is measured together, in turn, round by round: a number for each of its names. */
export interface Measure {
  readonly name: string;
  readonly thresholds: readonly Threshold[];
  readonly round: (bench: Bench, number: number) => Promise<Readonly<Record<string, number>>>;
}

/** Where the floors' rows are. */
export const floorRows = 2000;
export const floorCalls = (body: object): Call[] =>
  Array.from({ length: floorRows }, (_, id) => ({
    method: 'POST',
    path: `/cases/${id + 1}/events`,
    body: JSON.stringify(body),
  }));

const plain = {
  type: 'intake.checkSafety',
  for: 'reporter',
  everyoneSafe: 'yes',
  generalThreat: false,
} as const;
/** Taken whenever it is sent; the second with something that is sealed. */
export const events = { plain, sealed: { ...plain, notes: 'They wait at the front desk.' } };

/** What the floor stores of an event: as much as an entry has. */
export const floorEntry = {
  type: plain.type,
  facts: { ...plain, notes: false },
  by: { person: 'ada', roles: ['lead'] },
  stages: Object.fromEntries(
    ['intake', 'immediateResponse', 'reporterCare', 'leadsMeeting', 'decision', 'appeal'].map(
      (stage) => [stage, 'recorded'],
    ),
  ),
  hashes: ['0'.repeat(64), '1'.repeat(64), '2'.repeat(64)],
  machine: { id: 'recourse', version: '1' },
};

/** The same event sent to each of some cases. */
export const sending = (cases: readonly string[], event: object = events.plain): Call[] =>
  cases.map((id) => ({
    method: 'POST',
    path: `/v1/cases/${id}/events`,
    body: JSON.stringify(event),
  }));
export const reading = (...paths: readonly string[]): Call[] =>
  paths.map((path) => ({ method: 'GET', path }));

/** A load on a site's server, as one of its staff. */
export const on = (
  { server, tokens }: Site,
  load: Omit<Load, 'base' | 'token'>,
  person = 'ada',
): Load => ({ base: server.base, ...(tokens[person] && { token: tokens[person] }), ...load });
