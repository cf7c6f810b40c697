/**
 * Bearer tokens of an OpenID Connect provider, beside our own: JSON Web Tokens that it signed. They
 * say who somebody is. Whether that person is one of us, and what they may do, says our directory.
 */
import { createRemoteJWKSet, errors, jwtVerify, type JWTPayload, type JWTVerifyGetKey } from 'jose';
import { z } from 'zod';
import { handle } from '../../machines/events/fields.ts';
import { lookUp } from '../../machines/look-up.ts';
import type { OpenIdProvider } from '../config/trust.ts';
import { NotReady, Unauthenticated } from '../errors.ts';

/** Whom a token stands for, and until when. */
interface OpenIdIdentity {
  readonly person: string;
  readonly expiresAt: Date;
}

/**
 * Reads the handle of the person that a token stands for, and when it expires.
 *
 * @throws {Unauthenticated} when the token is not valid, for us and now, or names no handle
 * @throws {NotReady} when the provider cannot be asked for its keys
 */
export type OpenIdReader = (token: string) => Promise<OpenIdIdentity>;

/** Whether a token is a signed JSON Web Token: three parts, the first of which is a JSON object. */
export const looksLikeJwt = (token: string): boolean => /^eyJ[\w-]*\.[\w-]*\.[\w-]*$/.test(token);

/** Signatures that only the provider can make: its keys are public, so none may be a shared secret. */
const algorithms = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
];

/** How far the provider's clock may be from ours, in seconds. */
const clockTolerance = 10;

/** How long the provider may take to answer, in milliseconds. */
const patience = 5_000;

/**
 * Verifies tokens with the keys that the provider publishes. They are asked for when the first token
 * comes, since the provider may start after us; then kept for ten minutes, and asked for again, twice a
 * minute at most, for a token that was signed with a key that is not among them.
 */
export function readOpenIdTokens(provider: OpenIdProvider, now: () => Date): OpenIdReader {
  const { issuer, audience, claim } = provider;
  let keys: Promise<JWTVerifyGetKey> | undefined;
  const keyOf: JWTVerifyGetKey = async (header, token) => {
    keys ??= discoverKeys(issuer);
    const find = await keys.catch((error: unknown) => {
      keys = undefined;
      throw unreachable(error);
    });
    // A token's own keys and addresses of keys (`jwk`, `jku`, `x5u`) are for nobody to follow.
    return Promise.resolve(find(header, token)).catch((error: unknown) => {
      throw isAboutTheToken(error) ? error : unreachable(error);
    });
  };
  return async (token) => {
    const { payload, protectedHeader } = await jwtVerify(token, keyOf, {
      issuer,
      audience,
      algorithms,
      clockTolerance,
      currentDate: now(),
      requiredClaims: ['exp'],
    }).catch((error: unknown) => {
      throw error instanceof NotReady ? error : new Unauthenticated();
    });
    const found = handle.safeParse(lookUp(payload, claim));
    // Bound to a key whose possession nobody proves here (RFC 9449, 7.2; RFC 8705, 3).
    const isBound = payload['cnf'] !== undefined;
    const isForAccess = isAccessToken(protectedHeader.typ, payload);
    if (!found.success || isBound || !isForAccess) throw new Unauthenticated();
    return { person: found.data, expiresAt: expiryOf(payload) };
  };
}

/** The last moment that our answers and the database can both write. */
const endOfTime = Date.UTC(9999, 11, 31);

/** When a verified token expires, in a form that can be stored; it may name any number of seconds. */
const expiryOf = ({ exp = 0 }: JWTPayload) => new Date(Math.min(Math.floor(exp * 1000), endOfTime));

/**
 * `at+jwt` is what RFC 9068, 2.1 asks for. Keycloak, Auth0 and Entra say `JWT`, or nothing, of access
 * tokens and of ID tokens: there what was granted tells the one (RFC 9068, 2.2.3; Entra's `scp`), and what
 * binds it to a sign-in the other (OpenID Connect Core 1.0, 2 and 3.3.2.11; Keycloak's `typ`, Cognito's
 * `token_use`). Whatever was signed for another purpose says so (RFC 8725, 3.11).
 */
function isAccessToken(typ = 'JWT', claims: JWTPayload): boolean {
  if (/^(application\/)?at\+jwt$/i.test(typ)) return true;
  const has = (claim: string) => lookUp(claims, claim) !== undefined;
  const isIdToken =
    ['nonce', 'at_hash', 'c_hash', 's_hash'].some(has) ||
    [claims['typ'], claims['token_use']].some((use) => /^id$/i.test(String(use)));
  return /^(application\/)?jwt$/i.test(typ) && ['scope', 'scp'].some(has) && !isIdToken;
}

const metadata = z.object({ issuer: z.string(), jwks_uri: z.url() });

/** Where the provider's keys are (OpenID Connect Discovery 1.0, 4). */
async function discoverKeys(issuer: string): Promise<JWTVerifyGetKey> {
  const address = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  const response = await fetch(address, {
    redirect: 'error',
    signal: AbortSignal.timeout(patience),
  });
  if (!response.ok) throw new Error('no metadata');
  const found = metadata.parse(await response.json());
  // 4.3: or somebody else could speak in its name.
  if (found.issuer !== issuer) throw new Error('metadata of another issuer');
  const uri = new URL(found.jwks_uri);
  // The issuer's own may be on the loopback interface, without TLS; all else could be forged on the way.
  const isSafe = uri.protocol === 'https:' || uri.origin === new URL(issuer).origin;
  if (!isSafe) throw new Error('keys at an address that anybody may answer for');
  return createRemoteJWKSet(uri, { timeoutDuration: patience });
}

const isAboutTheToken = (error: unknown) =>
  error instanceof errors.JWKSNoMatchingKey ||
  error instanceof errors.JWKSMultipleMatchingKeys ||
  error instanceof errors.JOSENotSupported;

/** Not 401: the token may well be good, and whoever is told otherwise throws it away. */
const unreachable = (cause: unknown) =>
  new NotReady('The identity provider cannot be reached, so that its tokens cannot be verified.', {
    cause,
  });
