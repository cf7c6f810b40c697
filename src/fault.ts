/** A fault that nobody caught, in one line: its message may hold what nobody should read in a journal. */
import { fileURLToPath } from 'node:url';

/** Where the program lies, as the frames of modules have it, and as those of CommonJS: places are told from there. */
const root = new URL('..', import.meta.url);
const roots = [root.href, fileURLToPath(root)];

/** So much of a stack, in characters, is looked at: its first frames say enough. */
const enough = 10_000;

/** A frame in a file or in Node itself, as V8 writes it. */
const frame = /^ {4}at (?:[^()]* \()?((?:file:\/\/|node:)?[\w\-./@+%]+:\d+:\d+)\)?$/;

/** The name of what was thrown, and the place that it came from, as far as they can be told. Never throws. */
export function faultLine(error: unknown): string {
  try {
    if (!(error instanceof Error)) return 'something that is no error';
    const { name }: { name: unknown } = error;
    const kind = typeof name === 'string' && /^[A-Za-z]\w{0,63}$/.test(name) ? name : 'Error';
    const place = placeIn(String(error.stack), error.message);
    return place === undefined ? kind : `${kind} at ${place}`;
  } catch {
    return 'an error that cannot be read';
  }
}

/** Ours, or else Node's. A message stands before the frames, and can look like one. */
function placeIn(stack: string, message: string): string | undefined {
  const said = stack.indexOf(message);
  const start = said === -1 ? 0 : said + message.length;
  const lines = stack.slice(start, start + enough).split('\n');
  const places = lines.flatMap((line) => frame.exec(line)?.[1] ?? []);
  const ours = places.flatMap((place) =>
    roots.filter((it) => place.startsWith(it)).map((it) => place.slice(it.length)),
  );
  return ours[0] ?? places.find((place) => place.startsWith('node:'));
}
