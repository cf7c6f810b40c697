/** First answers of requests with an idempotency key: kept 24 hours, sealed with the case's key. */
import { and, eq, sql } from 'drizzle-orm';
import { storedAnswers } from '../../drizzle/schema.ts';
import type { Db } from './database.ts';
import { actingAsEngine } from './visibility.ts';

/** What makes a request the same request. */
export interface AnswerKey {
  readonly caseId: string;
  readonly person: string;
  readonly method: string;
  readonly path: string;
  readonly key: string;
}

export type StoredAnswer = typeof storedAnswers.$inferSelect;

export async function findAnswer(db: Db, answer: AnswerKey): Promise<StoredAnswer | undefined> {
  const [row] = await db
    .select()
    .from(storedAnswers)
    .where(
      and(
        actingAsEngine,
        eq(storedAnswers.caseId, answer.caseId),
        eq(storedAnswers.person, answer.person),
        eq(storedAnswers.method, answer.method),
        eq(storedAnswers.path, answer.path),
        eq(storedAnswers.key, answer.key),
      ),
    );
  return row;
}

/** Answers that one statement forgets, so that it ends within its limit. */
const batch = 5000;

/** Forgets answers from before a moment. */
export async function deleteAnswersBefore(db: Db, before: Date): Promise<void> {
  const old = sql`
    select ctid from stored_answers
    where ${actingAsEngine} and created_at < ${before.toISOString()}::timestamptz limit ${batch}`;
  for (let forgotten = batch; forgotten === batch;) {
    const gone = await db
      .delete(storedAnswers)
      .where(and(actingAsEngine, sql`ctid = any(array(${old}))`))
      .returning({ caseId: storedAnswers.caseId });
    forgotten = gone.length;
  }
}
