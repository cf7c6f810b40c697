/** What is started as the server. Everything else is loaded from here, in half of the time that it would take. */
import { enableCompileCache, registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';

// Until serve.ts listens too, there is nothing to end.
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const)
  process.on(signal, () => {
    if (process.listenerCount(signal) === 1) process.exit(0);
  });

// What was compiled is kept for the next start, where it may be written: beside the packages, since
// whoever may write there decides what the server does anyway.
enableCompileCache(fileURLToPath(new URL('../node_modules/.cache/compiled', import.meta.url)));

// Node 24 parses a package's package.json for each of its modules, and drizzle's, of 180 kB, a hundred
// times. All that is asked of it is what a module's neighbours are: modules.
const hooks = registerHooks({
  resolve: (specifier, context, next) =>
    /^\.\.?\/.*\.js$/.test(specifier) && context.parentURL?.includes('/node_modules/drizzle-orm/')
      ? {
          url: new URL(specifier, context.parentURL).href,
          format: 'module',
          shortCircuit: true,
        }
      : next(specifier, context),
});
await import('./serve.ts');
hooks.deregister();
