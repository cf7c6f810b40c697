/** Keys pressed on a terminal, without Enter behind them. */
import { once } from 'node:events';

/** Waits for one of some keys; undefined for Ctrl-C, Ctrl-D, Escape, and where the terminal is gone. */
export async function nextKey(wanted: readonly string[]): Promise<string | undefined> {
  const { stdin } = process;
  const leaves = ['\u0003', '\u0004', '\u001B'];
  const ending = new AbortController();
  const end = () => ending.abort();
  stdin.setRawMode(true).resume().once('end', end);
  try {
    for (;;) {
      const [pressed] = (await once(stdin, 'data', ending)) as [Buffer];
      const key = pressed.toString();
      if (leaves.includes(key)) return undefined;
      if (wanted.includes(key)) return key;
    }
  } catch {
    return undefined;
  } finally {
    stdin.off('end', end).setRawMode(false).pause();
  }
}
