/** A stream of events, by itself: how it goes on where nobody takes what it says. */
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { feedStream, type FeedPace } from '../../src/http/feed-stream.ts';

const pace: FeedPace = { poll: 5, heartbeat: 1000, patience: 50 };

/** A feed in which there is always more, and what it was asked for. */
function endless(ending = new AbortController()) {
  let reads = 0;
  let listeners = 0;
  const source = {
    read: async () => {
      reads += 1;
      return {
        events: [{ id: String(reads), data: { text: 'a\nb' } }],
        id: String(reads),
        more: true,
        held: false,
      };
    },
    hear: () => {
      listeners += 1;
      return () => {
        listeners -= 1;
      };
    },
    signal: ending.signal,
    giveUp: () => ending.abort(),
  };
  return { source, ending, reads: () => reads, listeners: () => listeners };
}

test('nothing is read ahead of who takes it slowly, and in the end they are given up', async () => {
  const slow = endless();
  const stream = Readable.from(feedStream(slow.source, pace));
  // one chunk is taken, and no other
  await once(stream, 'readable');
  expect(String(stream.read())).toBe(':\n\n');
  await once(slow.ending.signal, 'abort');
  expect(slow.reads()).toBeLessThan(5);
  stream.destroy();
  await once(stream, 'close');
  expect(slow.listeners()).toBe(0);
});

test('who takes everything is told everything, each event whole', async () => {
  const quick = endless();
  const said: string[] = [];
  for await (const text of feedStream(quick.source, pace)) {
    said.push(text);
    if (said.length === 4) quick.ending.abort();
  }
  expect(said).toEqual([
    ':\n\n',
    ...[1, 2, 3].map((id) => `id: ${id}\ndata: {"text":"a\\nb"}\n\n`),
  ]);
  expect(quick.listeners()).toBe(0);
});

test('an end comes at once though nothing is to be read', async () => {
  const ending = new AbortController();
  const quiet = {
    ...endless(ending).source,
    read: async () => ({ events: [], id: '1', more: false, held: false }),
  };
  const stream = feedStream(quiet, { ...pace, poll: 3_600_000 });
  await stream.next();
  const over = stream.next();
  ending.abort();
  expect(await over).toMatchObject({ done: true });
});
