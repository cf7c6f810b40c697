/** The application as a fixture: started before the tests that use it, closed behind them. */
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import type { Role } from '../../machines/vocabulary.ts';
import { startApp, type StartOptions, type TestApp } from './app.ts';

export interface UseOptions extends StartOptions {
  /** Who works here beside the roster of the shared scenarios. */
  readonly staff?: Readonly<Record<string, readonly Role[]>>;
}

/**
 * An application with its staff hired, for the file or the `describe` that calls this.
 *
 * @param options or what makes them, where they wait for a hook that comes before
 * @param scope `per: 'test'` for one of each test's own, where they would get in each other's way
 * @returns the application; before the hooks have run, only its functions can be taken from it
 */
export function useApp(
  options: UseOptions | (() => UseOptions) = {},
  { per = 'suite' }: { readonly per?: 'suite' | 'test' } = {},
): TestApp {
  let started: TestApp | undefined;
  const running = (): TestApp => {
    if (!started) throw new Error('the application is not there before the tests begin');
    return started;
  };
  const [before, after] = per === 'test' ? [beforeEach, afterEach] : [beforeAll, afterAll];
  before(async () => {
    started = await startWithStaff(typeof options === 'function' ? options() : options);
  });
  after(() => started?.close());
  return {
    get app() {
      return running().app;
    },
    get db() {
      return running().db;
    },
    get engine() {
      return running().engine;
    },
    as: (person) => running().as(person),
    tokenOf: (person) => running().tokenOf(person),
    hire: (people) => running().hire(people),
    log: () => running().log(),
    close: () => running().close(),
  };
}

/** The same for one story: where its application depends on what the story did before. */
export async function withApp(
  options: UseOptions,
  story: (app: TestApp) => Promise<void>,
): Promise<void> {
  const app = await startWithStaff(options);
  try {
    await story(app);
  } finally {
    await app.close();
  }
}

async function startWithStaff({ staff, ...options }: UseOptions): Promise<TestApp> {
  const app = await startApp(options);
  await app.hire();
  if (staff) await app.hire(staff);
  return app;
}
