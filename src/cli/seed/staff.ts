/** Who works in a database that was filled: the roster of the stories, made up as all in them. */
import type { Role } from '../../../machines/vocabulary.ts';
import type { Engine } from '../../engine/engine.ts';
import { insertPerson } from '../../store/people.ts';

const staff: Readonly<Record<string, readonly [name: string, ...roles: Role[]]>> = {
  ada: ['Ada Lamplight', 'lead'],
  ben: ['Ben Paperboat', 'lead'],
  kim: ['Kim Doorbell', 'coordinator'],
  dov: ['Dov Bookmark', 'organizer'],
  oli: ['Oli Signpost', 'organizer'],
  uma: ['Uma Driftwood', 'ombud'],
  eve: ['Eve Magnifier', 'auditor'],
  ike: ['Ike Keyring', 'admin'],
  cleo: ['Cleo Inkwell', 'responder'],
  rui: ['Rui Teakettle', 'responder'],
  sol: ['Sol Haystack', 'responder'],
  ivo: ['Ivo Compass', 'responder'],
  mei: ['Mei Lantern', 'responder'],
  tam: ['Tam Windmill', 'responder'],
  lux: ['Lux Postcard', 'responder'],
  sam: ['Sam Hammock', 'responder'],
  nia: ['Nia Thimble', 'responder'],
};

/** Who takes the reports and who is brought in: of each story's copies in turn; Rui has the most to do. */
export const pairs: readonly (readonly [opener: string, helper: string])[] = [
  ['cleo', 'rui'],
  ['sol', 'ivo'],
  ['mei', 'rui'],
  ['tam', 'lux'],
  ['rui', 'cleo'],
  ['ivo', 'rui'],
  ['lux', 'sol'],
  ['cleo', 'mei'],
  ['sol', 'rui'],
  ['mei', 'tam'],
];

/** A responder who has few cases among many: these three alone. */
export const fewCases = { pair: ['nia', 'rui'], count: 3 } as const;

/** Adds those who are not there yet. */
export async function hire({ db, now }: Engine): Promise<void> {
  for (const [id, [name, ...roles]] of Object.entries(staff))
    await insertPerson(db, { id, name, roles }, now());
}
