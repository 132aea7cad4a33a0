/** The services and their descriptors, for programs that work on several. A service itself knows only its own. */
import type { GatewayDescriptor, ServiceDescriptor, SubgraphDescriptor } from '#platform/service/descriptor.ts';
import * as list from '../services.ts';

type List = typeof list;
type NamesOf<D> = { [N in keyof List]: List[N] extends D ? N : never }[keyof List];

export type ServiceName = keyof List;
export type SubgraphName = NamesOf<{ readonly kind: 'subgraph' }>;
/** The services that own a database. */
export type DatabaseName = NamesOf<{ readonly database: true }>;

type Named<D extends ServiceDescriptor, N extends ServiceName> = D & { readonly name: N };
export type Service = Named<GatewayDescriptor | SubgraphDescriptor, ServiceName>;
export type SubgraphService = Named<SubgraphDescriptor, SubgraphName>;

// Compiles only if each is exported under its own name.
const named: { readonly [N in ServiceName]: Named<GatewayDescriptor | SubgraphDescriptor, N> } = list;

/** Ordered by port: the gateway first. */
export const services: readonly Service[] = Object.values(named).toSorted((a, b) => a.port - b.port);
export const subgraphs = services.filter((service): service is SubgraphService => service.kind === 'subgraph');

export const serviceNames: readonly ServiceName[] = services.map(({ name }) => name);
export const subgraphNames: readonly SubgraphName[] = subgraphs.map(({ name }) => name);
export const databaseNames = subgraphs.flatMap(({ name, database }) => (database ? [name as DatabaseName] : []));

export const defaultPorts = Object.fromEntries(services.map(({ name, port }) => [name, port])) as Readonly<
  Record<ServiceName, number>
>;

/** Where the service's files are, from the root of the project. */
export const folderOf = ({ kind, name }: ServiceDescriptor): string =>
  kind === 'gateway' ? name : `subgraphs/${name}`;

/** `ORDER_PORT` of `order` and `PORT`. */
export const variableOf = (service: string, suffix: string): string =>
  `${service.toUpperCase().replaceAll('-', '_')}_${suffix}`;
