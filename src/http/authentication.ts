/**
 * Who is asking: a bearer token (RFC 6750), ours or the identity provider's, is looked up, and its
 * holder's roles say what they may ask for.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { handlerRoles, type Role } from '../../machines/vocabulary.ts';
import { hashToken } from '../crypto/tokens.ts';
import { Forbidden, Unauthenticated } from '../errors.ts';
import { findPerson } from '../store/people.ts';
import { isId } from '../store/cases.ts';
import type { Credential, StepLoad } from '../store/step-load.ts';
import { findPersonByToken, type TokenHolder } from '../store/tokens.ts';
import type { Engine } from '../engine/engine.ts';
import { loadCase } from '../engine/step/advance.ts';
import { looksLikeJwt, type OpenIdReader } from './openid.ts';
import { requestLineOf } from './preconditions.ts';

/**
 * The person who sends a request, as far as their token tells, and when that expires; `tokenId` of a
 * token of ours, where the request is no step in a case.
 */
export type Viewer = Pick<TokenHolder, 'person' | 'name' | 'roles' | 'expiresAt'> &
  Partial<Pick<TokenHolder, 'tokenId'>>;

declare module 'fastify' {
  interface FastifyInstance {
    /** Reads tokens of the identity provider, if there is one. */
    readOpenId: OpenIdReader | undefined;
  }
  interface FastifyContextConfig {
    /** A step in the case that the path names: the case is loaded together with its sender, in one statement. */
    loadsCase?: boolean;
  }
  interface FastifyRequest {
    /** Who is asking; set for every request under /v1. */
    viewer: Viewer;
    /** What was loaded together with the sender, and when, by `performance.now()`. */
    arrival: { readonly load: StepLoad; readonly at: number } | undefined;
  }
}

// RFC 9110, 11.1: the scheme's case does not matter.
const bearer = /^bearer +([\x21-\x7e]+) *$/i;

/**
 * Sets the request's viewer, and loads what the route says that it needs.
 *
 * @throws {Unauthenticated} without a token that is valid now
 * @throws {NotReady} when the identity provider is needed and cannot be reached
 */
export async function authenticate(app: FastifyInstance, request: FastifyRequest): Promise<void> {
  const token = bearer.exec(request.headers.authorization ?? '')?.[1];
  const viewer = token && (await holderOf(app, token, request));
  if (!viewer) throw new Unauthenticated();
  request.viewer = viewer;
}

async function holderOf(
  app: FastifyInstance,
  token: string,
  request: FastifyRequest,
): Promise<Viewer | undefined> {
  const { engine, readOpenId } = app;
  const caseId = caseIdOf(request);
  if (!readOpenId || !looksLikeJwt(token)) {
    const credential = { tokenHash: hashToken(token), at: engine.now() };
    return caseId === undefined
      ? findPersonByToken(engine.db, credential.tokenHash, credential.at)
      : loadWithCase(engine, request, { credential, caseId });
  }
  const { person, expiresAt } = await readOpenId(token);
  if (caseId !== undefined) {
    const found = await loadWithCase(engine, request, { credential: { person }, caseId });
    return found && { ...found, expiresAt };
  }
  const found = await findPerson(engine.db, person);
  return found?.active ? { person, name: found.name, roles: found.roles, expiresAt } : undefined;
}

/** The case in which the request takes a step, if it can be one; whatever else is wrong is said later. */
function caseIdOf({ params, routeOptions }: FastifyRequest): string | undefined {
  if (routeOptions.config.loadsCase !== true) return undefined;
  const id = String((params as { id?: unknown }).id).toLowerCase();
  return isId(id) ? id : undefined;
}

async function loadWithCase(
  engine: Engine,
  request: FastifyRequest,
  { credential, caseId }: { credential: Credential; caseId: string },
): Promise<Viewer | undefined> {
  const at = performance.now();
  const load = await loadCase(engine, credential, { caseId, request: requestLineOf(request) });
  if (load) request.arrival = { load, at };
  return load?.caller;
}

/** In milliseconds. Whoever takes longer to send a body is judged by the roles that they have by then. */
const freshFor = 1000;

/** What was loaded with the sender, unless that is a while ago. */
export const arrivalOf = ({ arrival }: FastifyRequest): StepLoad | undefined =>
  arrival && performance.now() - arrival.at < freshFor ? arrival.load : undefined;

/** Whether somebody holds at least one of some roles. Roles add up (machines/README.md, "Who acts"). */
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
/** Whoever may take steps in a case that they see; an ombud in few. */
export const handlersOnly = only(
  [...handlerRoles, 'ombud'],
  'not-a-handler',
  'Only handlers may do this.',
);

/** Whoever may open a case: an ombud is outside the team. */
export const openersOnly = only(handlerRoles, 'not-a-handler', 'Only handlers may do this.');

export const organizersOnly = only(
  ['organizer'],
  'not-an-organizer',
  'Only organizers may do this.',
);

export const adminsOnly = only(['admin'], 'not-an-admin', 'Only admins may do this.');

export const auditorsOnly = only(['auditor'], 'not-allowed', 'Only auditors may do this.');

/** Whoever answers for the record being whole. Taking a checkpoint tells nothing of any case. */
export const checkpointTakersOnly = only(
  ['auditor', 'organizer', 'admin'],
  'not-allowed',
  'Only auditors, organizers and admins may do this.',
);

/** Whoever may see a case at all; to admins there are none. */
export const caseReadersOnly = only(
  [...handlerRoles, 'ombud', 'auditor'],
  'not-allowed',
  'Only handlers and auditors may see cases.',
);

/** Whoever watches over what the others read. */
export const accessReadersOnly = only(
  ['organizer', 'auditor'],
  'not-allowed',
  'Only organizers and auditors may see who read what.',
);

/** Whoever works with the directory of staff: who names others in a case, and who keeps it. */
export const directoryReadersOnly = only(
  [...handlerRoles, 'ombud', 'admin'],
  'not-allowed',
  'Only admins and handlers may see the directory.',
);
