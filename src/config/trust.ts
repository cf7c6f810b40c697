/** Whom the server trusts: whose word counts on where a request comes from, and on who sent it. */
import { z } from 'zod';

/** An OpenID Connect provider whose tokens are taken beside our own. */
export interface OpenIdProvider {
  /** Its identifier, exactly as its tokens say it. */
  readonly issuer: string;
  /** Which audience its tokens must name: this server. */
  readonly audience: string;
  /** The claim that holds the person's handle. */
  readonly claim: string;
}

export interface TrustSettings {
  /**
   * The proxies that say the truth about where a request comes from. Addresses, and not how many:
   * whoever reaches the port directly could send as many as are believed.
   */
  readonly trustProxy: string[];
  readonly openId: OpenIdProvider | undefined;
}

const network = z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()], {
  error: 'must be a list of addresses and networks (CIDR), separated by commas',
});

/** OpenID Connect Discovery 1.0, 3: https, no query, no fragment. On one machine, TLS adds nothing. */
function isIssuer(text: string): boolean {
  const url = URL.parse(text);
  if (!url || /[?#]/.test(text) || url.username + url.password !== '') return false;
  const isLoopback = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(url.hostname);
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback);
}

/** The variables, for the environment's schema. */
export const trustVariables = {
  RECOURSE_TRUST_PROXY: z
    .string()
    .transform((list) => list.split(',').map((entry) => entry.trim()))
    .pipe(z.array(network))
    .default([]),
  RECOURSE_OIDC_ISSUER: z
    .string()
    .refine(isIssuer, 'must be an https URL without query (http only on a loopback address)')
    .optional(),
  RECOURSE_OIDC_AUDIENCE: z.string().optional(),
  // The only claim by which a provider must know its users apart for good (OpenID Connect Core 1.0,
  // 5.7). In others, such as preferred_username, somebody may be able to call themself a lead.
  RECOURSE_OIDC_CLAIM: z.string().default('sub'),
};

type TrustVariables = z.infer<z.ZodObject<typeof trustVariables>>;

/** Issuer and audience come together: without an audience, tokens for any other service would do. */
export function checkTrust(env: TrustVariables, context: z.core.$RefinementCtx): void {
  const { RECOURSE_OIDC_ISSUER: issuer, RECOURSE_OIDC_AUDIENCE: audience } = env;
  if ((issuer === undefined) === (audience === undefined)) return;
  const names = ['RECOURSE_OIDC_ISSUER', 'RECOURSE_OIDC_AUDIENCE'] as const;
  const [missing, given] = issuer === undefined ? names : names.toReversed();
  context.addIssue({ code: 'custom', path: [missing], message: `is required with ${given}` });
}

/** The settings that the variables make. */
export function trustSettings(env: TrustVariables): TrustSettings {
  const { RECOURSE_OIDC_ISSUER: issuer, RECOURSE_OIDC_AUDIENCE: audience } = env;
  const claim = env.RECOURSE_OIDC_CLAIM;
  return {
    trustProxy: env.RECOURSE_TRUST_PROXY,
    openId:
      issuer === undefined || audience === undefined ? undefined : { issuer, audience, claim },
  };
}
