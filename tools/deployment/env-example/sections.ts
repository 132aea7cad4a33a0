/** In which order .env.example tells of the variables, and under which titles. */
import { cachingVariables } from '#gateway/caching/variables.ts';
import { documentVariables } from '#gateway/documents/variables.ts';
import { exposureVariables } from '#gateway/graphql/variables.ts';
import { httpVariables } from '#gateway/http/variables.ts';
import { identityVariables } from '#gateway/identity/variables.ts';
import { limitsVariables } from '#gateway/limits/variables.ts';
import { liveVariables } from '#gateway/live/variables.ts';
import { observabilityVariables } from '#gateway/observability/variables.ts';
import { rateLimitVariables } from '#gateway/rate-limits/variables.ts';
import { schemaVariables } from '#gateway/schema/variables.ts';
import { upstreamVariables } from '#gateway/upstream/variables.ts';
import { subgraphs, variableOf } from '#ops/services.ts';
import { processVariables, subgraphVariables } from '#platform/config/config.ts';
import { tracingVariables } from '#platform/observability/tracing-sdk.ts';
import { givenByEnvironment } from '../generate/compose.ts';
import { namesRead } from '../variables.ts';
import { composeVariables } from './compose.ts';

export interface Section {
  readonly title: string;
  readonly introduction?: readonly string[];
  /** The names that may stand here. One that an earlier section has is that section's. */
  readonly names: readonly string[];
}

const namesOf = (shape: object): string[] => Object.keys(shape);
const capitalized = (name: string): string => `${name.charAt(0).toUpperCase()}${name.slice(1)}`;

export const sections: readonly Section[] = [
  { title: 'This machine', names: namesOf(composeVariables) },
  {
    title: 'Secrets',
    introduction: [
      'The first start makes up those that nobody gives, and keeps them. No service has one in its environment: each gets its',
      'own as files. What has several lines, as the certificate of the edge (EDGE_CERTIFICATE, EDGE_CERTIFICATE_KEY), is given',
      'as a file of that name in SECRETS_FOLDER; every other can be.',
    ],
    names: givenByEnvironment,
  },
  // Before the processes, which have them too.
  { title: 'Traces', names: namesOf(tracingVariables) },
  { title: 'Every process', names: namesOf(processVariables) },
  { title: 'Gateway: how much it shows of itself', names: namesOf(exposureVariables) },
  { title: 'Gateway: who is asking', names: namesOf(identityVariables) },
  { title: 'Gateway: its HTTP door', names: namesOf(httpVariables) },
  { title: 'Gateway: how much one viewer, or one address, may ask for in a time', names: namesOf(rateLimitVariables) },
  { title: 'Gateway: trusted documents, and automatic persisted queries', names: namesOf(documentVariables) },
  { title: 'Gateway: what one operation may ask for', names: namesOf(limitsVariables) },
  { title: 'Gateway: caches', names: namesOf(cachingVariables) },
  {
    title: 'Gateway: the way to the subgraphs',
    names: [...subgraphs.map(({ name }) => variableOf(name, 'SUBGRAPH_URL')), ...namesOf(upstreamVariables)],
  },
  { title: 'Gateway: where the supergraph comes from', names: namesOf(schemaVariables) },
  { title: 'Gateway: live updates', names: namesOf(liveVariables) },
  { title: 'Gateway: slow operations', names: namesOf(observabilityVariables) },
  { title: 'Every subgraph', names: namesOf(subgraphVariables) },
  ...subgraphs.map((subgraph) => ({ title: capitalized(subgraph.name), names: namesRead(subgraph) })),
];
