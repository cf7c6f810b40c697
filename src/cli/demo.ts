/**
 * `npm run demo`: plays an incident, made up from beginning to end, against the real server on a
 * temporary database. Exit 0 when every step was answered as the story expects; 1 when one was not;
 * 128 and the signal's number when somebody ended it. Nothing stays behind in any case.
 */
import { constants } from 'node:os';
import { openTheatre } from './demo/theatre.ts';
import { printer } from './demo/print.ts';
import { startServer } from './demo/server.ts';
import { tell } from './demo/story.ts';

const { signals } = constants;
const ending = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    process.exitCode ??= 128 + signals[signal];
    ending.abort(new Error(`ended by ${signal}`));
  });
}
// Whoever reads along, `head` for one, may leave before the end.
process.stdout.on('error', () => {
  process.exitCode ??= 1;
  ending.abort(new Error('nobody reads the output any more'));
});

const print = printer(process.stdout, process.env);
try {
  print.title();
  const server = await startServer(ending.signal);
  try {
    await tell(await openTheatre(server, print, ending.signal));
  } finally {
    await server.stop();
  }
  print.end();
} catch (error) {
  process.exitCode ??= 1;
  const { reason } = ending.signal as { reason: unknown };
  const told = reason ?? error;
  process.stderr.write(`\nthe demo: ${told instanceof Error ? told.message : String(told)}\n`);
}
