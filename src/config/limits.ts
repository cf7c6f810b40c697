/** How long PostgreSQL may take, so that nobody waits for an answer that does not come. */
import { z } from 'zod';

/** In milliseconds; 0 is as long as it takes. */
export interface Limits {
  /** To open a connection. */
  readonly connect: number;
  /** For a lock that somebody else holds. */
  readonly lock: number;
  /** For one statement, as PostgreSQL counts it. */
  readonly statement: number;
  /** Between two statements of a transaction. */
  readonly idle: number;
  /** From asking to the answer: a free connection, the way there and back, the statement. */
  readonly answer: number;
}

const seconds = (standard: number) =>
  z
    .string()
    .regex(/^(?=.*[1-9])\d{1,4}(\.\d{1,3})?$/, 'must be a number of seconds, such as 5 or 0.5')
    .transform((text) => Number(text) * 1000)
    .default(standard * 1000);

/** The variables, for the environment's schema. Together every request is answered within ten seconds. */
export const limitVariables = {
  RECOURSE_CONNECT_TIMEOUT: seconds(3),
  RECOURSE_LOCK_TIMEOUT: seconds(2),
  RECOURSE_STATEMENT_TIMEOUT: seconds(5),
  RECOURSE_IDLE_TIMEOUT: seconds(10),
  RECOURSE_ANSWER_TIMEOUT: seconds(7),
};

type LimitVariables = z.infer<z.ZodObject<typeof limitVariables>>;

/** The limits that the variables make. */
export const limitSettings = (env: LimitVariables): Limits => ({
  connect: env.RECOURSE_CONNECT_TIMEOUT,
  lock: env.RECOURSE_LOCK_TIMEOUT,
  statement: env.RECOURSE_STATEMENT_TIMEOUT,
  idle: env.RECOURSE_IDLE_TIMEOUT,
  answer: env.RECOURSE_ANSWER_TIMEOUT,
});

/** For work that takes its time, such as a migration or a command. */
export const unlimited: Limits = { connect: 10_000, lock: 0, statement: 0, idle: 0, answer: 0 };
