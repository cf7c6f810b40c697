import { z } from 'zod';

/** One line of text for people to read, such as a name. */
export const line = z
  .string()
  .max(200)
  .refine((text) => /\S/u.test(text), { error: 'must not be blank' })
  // Neither PostgreSQL's text (NUL) nor UTF-8 (lone surrogates) nor a list of names can hold them.
  .refine((text) => text.isWellFormed() && !/\p{Cc}/u.test(text), {
    error: 'must not contain control characters or broken Unicode',
  })
  // They make what stands around them read otherwise: in a list, somebody else's name.
  .refine((text) => !/[\u202A-\u202E\u2066-\u2069]/u.test(text), {
    error: 'must not contain bidirectional overrides, embeddings or isolates',
  })
  .meta({ minLength: 1 });
