/** The sections of .env.example, in order. */
import { accessVariables } from '#gateway/access/variables.ts';
import { cachingVariables } from '#gateway/caching/variables.ts';
import { documentVariables } from '#gateway/documents/variables.ts';
import { exposureVariables } from '#gateway/graphql/variables.ts';
import { httpVariables } from '#gateway/http/variables.ts';
import { identityVariables } from '#gateway/identity/variables.ts';
import { limitsVariables } from '#gateway/limits/variables.ts';
import { liveVariables } from '#gateway/live/variables.ts';
import { observabilityVariables } from '#gateway/observability/variables.ts';
import { publicPathsVariables } from '#gateway/public-paths/variables.ts';
import { rateLimitVariables } from '#gateway/rate-limits/variables.ts';
import { schemaVariables } from '#gateway/schema/variables.ts';
import { upstreamVariables } from '#gateway/upstream/variables.ts';
import { outsiders, subgraphs, variableOf } from '#ops/services.ts';
import { processVariables, subgraphVariables } from '#platform/config/config.ts';
import { tracingVariables } from '#platform/observability/tracing-sdk.ts';
import { givenByEnvironment } from '../generate/compose.ts';
import { namesRead } from '../variables.ts';
import { composeVariables } from './compose.ts';

export interface Section {
  readonly title: string;
  readonly introduction?: readonly string[];
  /** A name that an earlier section has as well is left to that section. */
  readonly names: readonly string[];
}

const namesOf = (shape: object): string[] => Object.keys(shape);
const capitalized = (name: string): string => `${name.charAt(0).toUpperCase()}${name.slice(1)}`;

export const sections: readonly Section[] = [
  { title: 'This machine', names: namesOf(composeVariables) },
  {
    title: 'Secrets',
    introduction: [
      'The first start generates those that are not set, and keeps them. They are in no environment: each service gets its own as',
      'files. The certificate of the edge has several lines, so EDGE_CERTIFICATE and EDGE_CERTIFICATE_KEY are files of that name in',
      'SECRETS_FOLDER; every other secret may be one, too.',
    ],
    names: givenByEnvironment,
  },
  // Before the processes, which have them too.
  { title: 'Traces', names: namesOf(tracingVariables) },
  { title: 'Every process', names: namesOf(processVariables) },
  { title: 'Gateway: exposure', names: namesOf(exposureVariables) },
  { title: 'Gateway: authentication', names: namesOf(identityVariables) },
  { title: 'Gateway: access directives', names: namesOf(accessVariables) },
  { title: 'Gateway: HTTP', names: namesOf(httpVariables) },
  { title: 'Gateway: files, webhooks and links', names: namesOf(publicPathsVariables) },
  { title: 'Gateway: rate limits', names: namesOf(rateLimitVariables) },
  { title: 'Gateway: trusted documents and persisted queries', names: namesOf(documentVariables) },
  { title: 'Gateway: limits of an operation', names: namesOf(limitsVariables) },
  { title: 'Gateway: caches', names: namesOf(cachingVariables) },
  {
    title: 'Gateway: calls to subgraphs',
    names: [...subgraphs.map(({ name }) => variableOf(name, 'SUBGRAPH_URL')), ...namesOf(upstreamVariables)],
  },
  { title: 'Gateway: supergraph', names: namesOf(schemaVariables) },
  { title: 'Gateway: live updates', names: namesOf(liveVariables) },
  { title: 'Gateway: slow operations', names: namesOf(observabilityVariables) },
  { title: 'Every subgraph', names: namesOf(subgraphVariables) },
  ...[...subgraphs, ...outsiders].map((service) => ({ title: capitalized(service.name), names: namesRead(service) })),
];
