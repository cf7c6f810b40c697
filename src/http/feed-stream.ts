/** Server-Sent Events (WHATWG HTML, 9.2), as a stream that is read no faster than it is taken. */
import { setTimeout as sleep } from 'node:timers/promises';

export interface FeedPace {
  /** Between two looks where nothing was announced, in milliseconds. */
  readonly poll: number;
  /** After so many milliseconds in which there was nothing to say, something is said all the same. */
  readonly heartbeat: number;
  /** How many milliseconds something that was sent may wait to be taken. */
  readonly patience: number;
}

/** Before what is held is looked for again, in milliseconds; longer each time, up to an ordinary look. */
const shortly = 25;

export const ordinaryPace: FeedPace = { poll: 1000, heartbeat: 15_000, patience: 60_000 };

interface Page {
  readonly events: readonly { readonly id: string; readonly data: unknown }[];
  /** Where the stream stands after them. */
  readonly id: string;
  readonly more: boolean;
  /** Whether something is there that may be read in a moment. */
  readonly held: boolean;
}

interface Source {
  /** The next events after those that were read before; undefined where the stream is to end. */
  readonly read: () => Promise<Page | undefined>;
  /** Calls the listener when there may be something to read; returns what ends that. */
  readonly hear: (listener: () => void) => () => void;
  /** Ends the stream. */
  readonly signal: AbortSignal;
  /** Called where what was sent is not taken. */
  readonly giveUp: () => void;
}

/** The text of a stream of events, a page at a time, until it is ended. */
export async function* feedStream(
  { read, hear, signal, giveUp }: Source,
  { poll, heartbeat, patience }: FeedPace,
): AsyncGenerator<string> {
  let isNews = Promise.withResolvers<void>();
  const endHearing = hear(() => isNews.resolve());
  const ended = new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
  let impatience: NodeJS.Timeout | undefined;
  try {
    // so that the headers go out
    yield ':\n\n';
    let spoke = performance.now();
    let [pause, isHeld] = [poll, false];
    while (!signal.aborted) {
      isNews = Promise.withResolvers();
      const page = await read();
      if (!page) return;
      const isQuiet = performance.now() - spoke > heartbeat;
      if (page.events.length > 0 || isQuiet) {
        impatience = setTimeout(giveUp, patience);
        // Who comes back goes on from here, and not from the last that they were shown: an id without data
        // is kept, and no event.
        yield page.events.map(eventOf).join('') + (isQuiet ? `:\nid: ${page.id}\n\n` : '');
        clearTimeout(impatience);
        spoke = performance.now();
      }
      pause = page.held ? Math.min(poll, isHeld ? 2 * pause : shortly) : poll;
      isHeld = page.held;
      if (!page.more)
        await Promise.race([isNews.promise, ended, sleep(pause, undefined, { ref: false })]);
    }
  } finally {
    clearTimeout(impatience);
    endHearing();
  }
}

// JSON has no line breaks of its own.
const eventOf = ({ id, data }: Page['events'][number]) =>
  `id: ${id}\ndata: ${JSON.stringify(data)}\n\n`;
