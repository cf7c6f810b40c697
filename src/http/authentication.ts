/** Who is asking: a bearer token (RFC 6750) is looked up, and its holder's roles open doors. */
import type { FastifyRequest } from 'fastify';
import { handlerRoles, type Role } from '../../machines/context.ts';
import { hashToken } from '../crypto/tokens.ts';
import type { Engine } from '../engine/engine.ts';
import { Forbidden, Unauthenticated } from '../errors.ts';
import { findPersonByToken, type TokenHolder } from '../store/tokens.ts';

/** The person who sends a request, as far as their token tells. */
export type Viewer = TokenHolder;

declare module 'fastify' {
  interface FastifyRequest {
    /** Who is asking; set for every request under /v1. */
    viewer: Viewer;
  }
}

// RFC 9110, 11.1: the scheme's case does not matter.
const bearer = /^bearer +([\x21-\x7e]+) *$/i;

/**
 * Sets the request's viewer.
 *
 * @throws {Unauthenticated} without a token that is valid now
 */
export async function authenticate(engine: Engine, request: FastifyRequest): Promise<void> {
  const token = bearer.exec(request.headers.authorization ?? '')?.[1];
  const viewer = token && (await findPersonByToken(engine.db, hashToken(token), engine.now()));
  if (!viewer) throw new Unauthenticated();
  request.viewer = viewer;
}

/** Whether somebody holds at least one of some roles. Roles add up (lifecycle.md, "Who"). */
export const holdsAny = ({ roles }: Pick<Viewer, 'roles'>, wanted: readonly Role[]): boolean =>
  roles.some((role) => wanted.includes(role));

/** A hook that lets through who holds one of the roles; to others it throws Forbidden. */
function only(wanted: readonly Role[], problem: Forbidden['problem'], message: string) {
  return async ({ viewer }: FastifyRequest): Promise<void> => {
    if (!holdsAny(viewer, wanted)) throw new Forbidden(problem, message);
  };
}

// As `onRequest` of a route they run after authentication and before anything is parsed.

/** Responders, leads, coordinators and organizers; who is an auditor or admin besides stays one. */
export const handlersOnly = only(handlerRoles, 'not-a-handler', 'Only handlers may do this.');

export const organizersOnly = only(
  ['organizer'],
  'not-an-organizer',
  'Only organizers may do this.',
);

export const adminsOnly = only(['admin'], 'not-an-admin', 'Only admins may do this.');

/** Whoever works with the directory of staff: who names others in a case, and who keeps it. */
export const directoryReadersOnly = only(
  [...handlerRoles, 'admin'],
  'not-allowed',
  'Only admins and handlers may see the directory.',
);
