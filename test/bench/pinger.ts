/**
 * Asks a server for next to nothing, again and again, in a process of its own: the longest that an answer
 * took is how long others were held up by whatever the server did meanwhile.
 */
import { Pool } from 'undici';

export interface Wanted {
  /** Where to begin to ask; absent at the end. */
  readonly base?: string;
}

let end: (() => Promise<number>) | undefined;

async function begin(base: string): Promise<() => Promise<number>> {
  const pool = new Pool(base, { connections: 1, pipelining: 1 });
  let longest = 0;
  const ending = new AbortController();
  const ask = async () => {
    const begun = performance.now();
    const { body } = await pool.request({ method: 'GET', path: '/livez' });
    await body.dump();
    return performance.now() - begun;
  };
  // the first ones open the connection
  for (let i = 0; i < 5; i += 1) await ask();
  const asking = (async () => {
    while (!ending.signal.aborted) longest = Math.max(longest, await ask());
  })();
  return async () => {
    ending.abort();
    await asking;
    await pool.close();
    return longest;
  };
}

process.on('message', (wanted: Wanted) => {
  const answering = async () => {
    const longest = wanted.base === undefined ? ((await end?.()) ?? 0) : 0;
    if (wanted.base !== undefined) end = await begin(wanted.base);
    return { longest };
  };
  void answering().then(
    (answer) => process.send?.(answer),
    (error: unknown) => process.send?.({ failed: String(error) }),
  );
});
