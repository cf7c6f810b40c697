/** Who plays: the staff, and the people of the case. The names are no real person's. */
import type { Role } from '../../../machines/vocabulary.ts';

export const staff = {
  cleo: { name: 'Cleo Inkwell', roles: ['responder'] },
  rui: { name: 'Rui Teakettle', roles: ['responder'] },
  ada: { name: 'Ada Lamplight', roles: ['lead'] },
  ben: { name: 'Ben Paperboat', roles: ['lead'] },
  cam: { name: 'Cam Weathervane', roles: ['lead'] },
  kim: { name: 'Kim Doorbell', roles: ['coordinator'] },
  dov: { name: 'Dov Bookmark', roles: ['organizer'] },
  oli: { name: 'Oli Signpost', roles: ['organizer'] },
  uma: { name: 'Uma Driftwood', roles: ['ombud'] },
  eve: { name: 'Eve Magnifier', roles: ['auditor'] },
} as const satisfies Record<string, { name: string; roles: readonly Role[] }>;
export type Who = keyof typeof staff;

/** They report. */
export const fable = { name: 'Fable Thistledown', contact: 'fable@example.org' };
export const quill = { name: 'Quill Marmalade', contact: 'quill@example.org' };
/** They are reported: one of the leads, and a guest. */
export const cam = staff.cam.name;
export const basil = 'Basil Umbrella';

/** What the case calls the two who are reported. */
export const [theLead, theGuest] = ['reported-1', 'reported-2'] as const;
