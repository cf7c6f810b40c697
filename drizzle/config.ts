import { defineConfig } from 'drizzle-kit';

/** For `npm run migrations`, which writes the next migration from the difference to schema.ts. */
export default defineConfig({
  dialect: 'postgresql',
  schema: 'drizzle/schema.ts',
  out: 'drizzle/migrations',
});
