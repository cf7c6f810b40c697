/** Servers with a database, people and cases; and what must be true of it in the end. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { Faults, type Target } from './load.ts';
import { endsWithUs, startServer, type Server } from './servers.ts';

export interface Site extends Target {
  readonly stop: () => Promise<void>;
  /** Compares what is recorded with what was acknowledged, ends the servers, and verifies every case. */
  readonly audit: () => Promise<void>;
}

export interface Opening {
  /** How the servers, and the command line, find their database. */
  readonly settings: Readonly<Record<string, string>>;
  /** For what the servers say. */
  readonly folder: string;
  readonly servers?: number;
  readonly cases?: number;
}

/** What is in these databases is made up, so anybody may know it. */
const adminToken = 'the-admin-of-the-faults';
const staff = { cleo: 'responder', ada: 'lead', eve: 'auditor' };

/** Starts servers, hires people, opens cases. */
export async function openSite(opening: Opening): Promise<Site> {
  const { settings, folder, servers: howMany = 1, cases: howManyCases = 24 } = opening;
  const faults = new Faults();
  const servers: Server[] = [];
  const stop = async () => {
    for (const how of await Promise.all(servers.splice(0).map((server) => server.stop())))
      if (how !== 0) faults.add(`a server that was to stop ended by ${how}`);
  };
  try {
    const env = { ...settings, RECOURSE_ADMIN_TOKEN: adminToken };
    for (let i = 0; i < howMany; i += 1) {
      const log = join(folder, `server-${i}.log`);
      servers.push(await startServer({ settings: env, log, onFault: faults.add }));
    }
    const base = String(servers[0]?.base);
    const tokens: Record<string, string> = {};
    for (const [id, role] of Object.entries(staff)) {
      await call(base, '/v1/people', { token: adminToken, body: { id, name: id, roles: [role] } });
      const path = `/v1/people/${id}/tokens`;
      const made = await call(base, path, { token: adminToken, body: { label: 'faults' } });
      tokens[id] = String(made['token']);
    }
    const cases: string[] = [];
    while (cases.length < howManyCases) {
      const body = { channel: 'email' };
      const { id } = await call(base, '/v1/cases', { token: tokens['cleo'], body });
      cases.push(String(id));
    }
    const site = { servers, tokens, cases, faults, acknowledged: [], stop };
    return { ...site, audit: async () => audit(site, settings) };
  } catch (error) {
    await stop();
    throw error;
  }
}

interface Calling {
  readonly token?: string | undefined;
  readonly body?: unknown;
}

/** A call that has to succeed. */
async function call(base: string, path: string, { token, body }: Calling) {
  const answer = await fetch(`${base}${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`);
  return (await answer.json()) as Record<string, unknown>;
}

async function audit(site: Target & Pick<Site, 'stop'>, settings: Opening['settings']) {
  await compare(site);
  await site.stop();
  const recourse = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
  const verify = spawn(process.execPath, [recourse, 'audit', 'verify', '--all'], {
    env: { PATH: process.env['PATH'], ...settings },
  });
  endsWithUs(verify);
  const [out, err, [code]] = await Promise.all([
    text(verify.stdout),
    text(verify.stderr),
    once(verify, 'close') as Promise<[number | null]>,
  ]);
  if (code !== 0) site.faults.add(`audit verify --all: ${out}${err}`);
}

interface Entry {
  readonly seq: number;
  readonly type: string;
  readonly outcome: string;
  readonly hash: string;
}

/** Every acknowledged event is in its case once, and no other is. */
async function compare({ servers, tokens, cases, acknowledged, faults }: Target): Promise<void> {
  for (const id of cases) {
    const recorded = new Map<number, string>();
    for (let after: number | string | null = 0; after !== null;) {
      const path: string = `/v1/cases/${id}/history?limit=100&after=${after}`;
      const page = await call(String(servers[0]?.base), path, { token: tokens['eve'] });
      for (const { seq, type, outcome, hash } of page['items'] as Entry[])
        if (type === 'case.addNote' && outcome === 'accepted') recorded.set(seq, hash);
      after = page['next'] as string | null;
    }
    for (const { seq, hash } of acknowledged.filter(({ caseId }) => caseId === id))
      if (recorded.get(seq) !== hash) faults.add('an acknowledged event is not in its case');
      else recorded.delete(seq);
    if (recorded.size > 0)
      faults.add(`${recorded.size} events are in a case that nobody acknowledged`);
  }
}
