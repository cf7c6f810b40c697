import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { migrate } from '../../src/store/database.ts';
import { startEmbedded, type EmbeddedDatabase } from '../../src/embedded/start.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** A migrated database that nobody is connected to: {@link cloneDatabase} copies it. */
    templateUrl: string;
  }
}

/** Nothing here has to survive a crash. */
const forgetful = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  autovacuum: 'off',
  max_connections: '200',
};

/** One PostgreSQL for the whole run, in a folder of its own; gone at the end. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'recourse-test-'));
  let server: EmbeddedDatabase | undefined;
  const end = async () => {
    await server?.stop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    server = await startEmbedded(folder, { settings: forgetful });
    await migrate(server.url);
    project.provide('templateUrl', server.url);
    return end;
  } catch (error) {
    await end();
    throw error;
  }
}
