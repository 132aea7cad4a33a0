/** The services by name, as their descriptors have them. For programs that work on several; a service knows none but itself. */
import type { GatewayDescriptor, ServiceDescriptor, SubgraphDescriptor } from '#platform/service/descriptor.ts';
import * as list from '../services.ts';

type List = typeof list;
type NamesOf<D> = { [N in keyof List]: List[N] extends D ? N : never }[keyof List];

export type ServiceName = keyof List;
export type SubgraphName = NamesOf<{ readonly kind: 'subgraph' }>;
/** Those that own a database. */
export type DatabaseName = NamesOf<{ readonly database: true }>;

// Under its own name each: else this line does not compile.
const named: { readonly [N in ServiceName]: (GatewayDescriptor | SubgraphDescriptor) & { readonly name: N } } = list;

/** In the order of their ports, the gateway first. */
export const services: readonly (GatewayDescriptor | SubgraphDescriptor)[] = Object.values(named).toSorted(
  (a, b) => a.port - b.port,
);
export const subgraphs: readonly SubgraphDescriptor[] = services.filter((service) => service.kind === 'subgraph');

const namesOf = <N extends ServiceName>(of: readonly ServiceDescriptor[]): readonly N[] =>
  of.map(({ name }) => name as N);

export const serviceNames = namesOf<ServiceName>(services);
export const subgraphNames = namesOf<SubgraphName>(subgraphs);
export const databaseNames = namesOf<DatabaseName>(subgraphs.filter(({ database }) => database));

export const defaultPorts = Object.fromEntries(services.map(({ name, port }) => [name, port])) as Readonly<
  Record<ServiceName, number>
>;

/** Where the service's files are, from the root of the project. */
export const folderOf = ({ kind, name }: ServiceDescriptor): string =>
  kind === 'gateway' ? name : `subgraphs/${name}`;

/** `ORDER_PORT` of `order` and `PORT`. */
export const variableOf = (service: string, suffix: string): string =>
  `${service.toUpperCase().replaceAll('-', '_')}_${suffix}`;
