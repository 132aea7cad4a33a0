/** Variables that a program of the image reads, and that docker-compose.yml does not pass on to it. */
import { subgraphNames } from '#ops/services.ts';

export interface LeftOut {
  readonly names: RegExp;
  /** What a reader of .env.example is told about them. */
  readonly called: string;
  readonly reason: string;
}

const singleSubgraph = `(?:${subgraphNames.join('|').toUpperCase()})_SUBGRAPH_`;

export const leftOut: readonly LeftOut[] = [
  {
    names: /^(?:\w+_)?PORT$/,
    called: 'PORT, <NAME>_PORT',
    reason: 'each process has a container to itself, and one port in it',
  },
  {
    names: /^EVENTS_DATABASE_URL$/,
    called: 'EVENTS_DATABASE_URL',
    reason: 'Redis carries the events',
  },
  {
    names: /^OTEL_SERVICE_NAME$/,
    called: 'OTEL_SERVICE_NAME',
    reason: 'it would name all services the same',
  },
  {
    names: /^AUTHENTICATION$/,
    called: 'AUTHENTICATION',
    reason: 'the shop behind this gateway has to know who is asking',
  },
  {
    names: new RegExp(`^${singleSubgraph}(?!URL$)`),
    called: '<NAME>_SUBGRAPH_…',
    reason: 'what SUBGRAPH_… says for all four, said for one; a docker-compose.override.yml can',
  },
];
