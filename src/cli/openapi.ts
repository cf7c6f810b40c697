/** Writes the OpenAPI document to openapi/openapi.json, from the routes themselves. No database is asked. */
import { writeFile } from 'node:fs/promises';
import { format } from 'prettier';
import { bostonPython } from '../../machines/procedure.ts';
import { keyringOf } from '../crypto/keyring.ts';
import { checkpointSigner } from '../crypto/note.ts';
import type { Engine } from '../engine/engine.ts';
import { buildApp } from '../http/app.ts';
import { readClock } from '../store/clock.ts';
import { connect } from '../store/database.ts';

// a pool connects at its first statement, and there is none
const { db } = connect('postgres://nobody@localhost/none');
const engine: Engine = {
  db,
  keyring: keyringOf(Buffer.alloc(32)),
  signer: checkpointSigner(Buffer.alloc(32)),
  settings: bostonPython,
  now: () => new Date(),
  databaseNow: () => readClock(db),
};
const app = await buildApp({ engine, logLevel: 'silent' });
await app.ready();
const document = JSON.stringify(app.swagger());
await writeFile(
  new URL('../../openapi/openapi.json', import.meta.url),
  await format(document, { parser: 'json' }),
);
await app.close();
