import { createHash, randomBytes } from 'node:crypto';

/**
 * A new bearer token (RFC 6750): 256 random bits in base64url. The prefix lets secret scanners
 * find one that ended up where it should not be.
 */
export function newToken(): string {
  return `rcs_${randomBytes(32).toString('base64url')}`;
}

/**
 * What is stored of a token, and looked up by: its SHA-256, 32 bytes.
 *
 * A slow hash protects what people can guess; nobody guesses 256 random bits. The look-up compares
 * hashes in an index, in a time that may depend on how much of them agrees. That tells a caller
 * nothing of use: to approach a stored hash byte by byte one would have to choose tokens by their
 * hash, and knowing the hash would still not give the token (preimage resistance).
 */
export function hashToken(token: string): Buffer {
  return createHash('sha256').update(token, 'utf8').digest();
}
