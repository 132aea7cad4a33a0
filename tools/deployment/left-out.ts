/** Variables that a service reads and docker-compose.yml does not pass on from .env. */
import { subgraphNames, subgraphs } from '#ops/services.ts';

export interface LeftOut {
  readonly names: RegExp;
  /** Their name in .env.example. */
  readonly called: string;
  readonly reason: string;
}

const singleSubgraph = `(?:${subgraphNames.join('|').toUpperCase()})_SUBGRAPH_`;

const folders = subgraphs.flatMap(({ folders = {} }) => Object.keys(folders));

export const leftOut: readonly LeftOut[] = [
  {
    names: new RegExp(`^(?:${folders.join('|')})$`),
    called: folders.join(', '),
    reason: 'there is a volume for it',
  },
  {
    names: /^(?:\w+_)?PORT$/,
    called: 'PORT, <NAME>_PORT',
    reason: 'each process has its own container, and one port in it',
  },
  {
    names: /^ROLE$/,
    called: 'ROLE',
    reason: 'docker-compose.yml runs each role as a service',
  },
  {
    names: /^CRASH_POINT_FILE$/,
    called: 'CRASH_POINT_FILE',
    reason: 'it is for development only',
  },
  {
    names: /^EVENTS_DATABASE_URL$/,
    called: 'EVENTS_DATABASE_URL',
    reason: 'Redis carries the events',
  },
  {
    names: /^OTEL_SERVICE_NAME$/,
    called: 'OTEL_SERVICE_NAME',
    reason: 'all services would have the same name',
  },
  {
    names: /^AUTHENTICATION$/,
    called: 'AUTHENTICATION',
    reason: 'the subgraphs need an authenticated viewer',
  },
  {
    names: new RegExp(`^${singleSubgraph}(?!URL$)`),
    called: '<NAME>_SUBGRAPH_…',
    reason: 'overrides SUBGRAPH_… for one subgraph; set it in a docker-compose.override.yml',
  },
];
