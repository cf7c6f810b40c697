/** The OpenAPI document, which the routes' schemas make, and a page to read it. */
import swagger from '@fastify/swagger';
import reference from '@scalar/fastify-api-reference';
import type { FastifyInstance } from 'fastify';
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod';
import { STATUS_CODES } from 'node:http';
import { z } from 'zod';
import { lookUp } from '../../machines/look-up.ts';
import { InvalidRequest } from '../errors.ts';
import { tidyComponents } from './components.ts';
import { problemNames, problems, problemSchemas, type ProblemName } from './problems.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The problems that a route may answer, besides those that any request can meet. */
    problems?: readonly ProblemName[];
  }
}

/** The page needs its inline start script and styles; nothing else, and nothing from elsewhere. */
const ownScriptsOnly = [
  "default-src 'none'",
  "script-src 'self' 'unsafe-inline'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Collects every route that is registered from now on. */
export async function describeRoutes(app: FastifyInstance): Promise<void> {
  documentProblems(app);
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.1',
      info: {
        title: 'Recourse',
        version: '1',
        description: overview(),
        license: { name: 'MIT', identifier: 'MIT' },
      },
      servers: [{ url: '/' }],
      components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } } },
      security: [{ bearer: [] }],
    },
    transform: jsonSchemaTransform,
    transformObject: (document) =>
      nameResponses(tidyComponents(jsonSchemaTransformObject(document))),
  });
}

/** Serves the document, and a page that shows it and loads nothing from anywhere else. */
export async function serveDocumentation(app: FastifyInstance): Promise<void> {
  app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger());
  await app.register(reference, {
    routePrefix: '/docs',
    hooks: {
      onRequest: (request, reply, done) => {
        reply.header('content-security-policy', ownScriptsOnly);
        // RFC 9112, 3.2. The page's redirect is made of it.
        if (URL.canParse(`http://${request.host}`)) done();
        else done(new InvalidRequest([{ pointer: '/headers/host', message: 'is not a host' }]));
      },
    },
    configuration: {
      url: '/openapi.json',
      pageTitle: 'Recourse: the REST interface',
      withDefaultFonts: false,
      telemetry: false,
      hideClientButton: true,
      showDeveloperTools: 'never',
      agent: { disabled: true },
      mcp: { disabled: true },
    },
  });
}

/** What `config.problems` of a route and its schema promise, as answers of the document. */
function documentProblems(app: FastifyInstance): void {
  app.addHook('onRoute', (route) => {
    if (route.schema?.hide) return;
    // Whatever is asked for, its headers can be wrong.
    const names = new Set<ProblemName>(['invalid-request', ...(route.config?.problems ?? [])]);
    if (route.url.startsWith('/v1')) {
      names.add('unauthenticated').add('too-many-requests');
      names.add('internal-error').add('not-ready');
    }
    // A body that a call has no use for is read, and may be refused, all the same.
    if (!['GET', 'HEAD'].includes(String(route.method)))
      names.add('payload-too-large').add('unsupported-media-type');
    if (route.schema?.params !== undefined) names.add('not-found');
    if (route.url.startsWith('/v1/cases/:id')) names.add('record-damaged');
    route.schema = {
      ...route.schema,
      response: { ...Object(route.schema?.response), ...responsesOf(names) },
    };
  });
}

function responsesOf(names: ReadonlySet<ProblemName>): Record<number, object> {
  const inOrder = problemNames.filter((name) => names.has(name));
  const byStatus = Map.groupBy(inOrder, (name) => problems[name].status);
  return Object.fromEntries(
    [...byStatus].map(([status, alike]) => {
      const schemas = alike.map((name) => problemSchemas[name]);
      const schema = schemas.length === 1 ? schemas[0] : z.union(schemas);
      const description = alike.map((name) => `${problems[name].title} (\`${name}\`)`).join('; ');
      return [status, { description, content: { 'application/problem+json': { schema } } }];
    }),
  );
}

type Operation = { responses?: Record<string, { description: string }> };

/** OpenAPI wants every response described; the name of its status is enough where nothing is said. */
function nameResponses<Document extends object>(document: Document): Document {
  const { paths = {} } = document as { paths?: Record<string, Record<string, Operation>> };
  const operations = Object.values(paths).flatMap((path) => Object.values(path));
  for (const [status, response] of operations.flatMap((operation) =>
    Object.entries(operation.responses ?? {}),
  )) {
    // What the plugin writes for want of anything better.
    if (response.description === 'Default Response')
      response.description = lookUp(STATUS_CODES, status) ?? '';
  }
  return document;
}

function overview(): string {
  return [
    'A workflow engine for Code of Conduct incidents. Times are ISO 8601 in UTC.',
    '',
    'Errors are problems (RFC 9457), `application/problem+json`, of type `urn:recourse:problem:…`:',
    '',
    ...problemNames.map((name) => {
      const { status, description } = problems[name];
      return `- \`${name}\` (${status}): ${description}`;
    }),
  ].join('\n');
}
