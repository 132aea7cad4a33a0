/** The services and their descriptors, for programs that work on several. A service itself knows only its own. */
import type {
  GatewayDescriptor,
  OutsideDescriptor,
  ServiceDescriptor,
  SubgraphDescriptor,
} from '#platform/service/descriptor.ts';
import * as list from '../services.ts';

type Environment = Readonly<Record<string, string | undefined>>;

type List = typeof list;
type NamesOf<D> = { [N in keyof List]: List[N] extends D ? N : never }[keyof List];

export type ServiceName = keyof List;
export type SubgraphName = NamesOf<{ readonly kind: 'subgraph' }>;
/** The services of the shop that own a database. */
export type DatabaseName = NamesOf<{ readonly database: true }>;
export type OutsideName = NamesOf<{ readonly kind: 'outside' }>;
/** Every database that there is, those of outside systems among them. */
export type AnyDatabaseName = DatabaseName | OutsideName;

type Named<D extends ServiceDescriptor, N extends ServiceName> = D & { readonly name: N };
export type Service = Named<GatewayDescriptor | SubgraphDescriptor | OutsideDescriptor, ServiceName>;
export type SubgraphService = Named<SubgraphDescriptor, SubgraphName>;
export type OutsideService = Named<OutsideDescriptor, OutsideName>;

// Compiles only if each is exported under its own name.
const named: { readonly [N in ServiceName]: Named<GatewayDescriptor | SubgraphDescriptor | OutsideDescriptor, N> } =
  list;

/** Ordered by port: the gateway first. */
export const services: readonly Service[] = Object.values(named).toSorted((a, b) => a.port - b.port);
export const subgraphs = services.filter((service): service is SubgraphService => service.kind === 'subgraph');
export const outsiders = services.filter((service): service is OutsideService => service.kind === 'outside');

export const serviceNames: readonly ServiceName[] = services.map(({ name }) => name);
export const subgraphNames: readonly SubgraphName[] = subgraphs.map(({ name }) => name);
export const databaseNames = subgraphs.flatMap(({ name, database }) => (database ? [name as DatabaseName] : []));
export const allDatabaseNames: readonly AnyDatabaseName[] = [...databaseNames, ...outsiders.map(({ name }) => name)];

/** Those that run with these variables: of the outside systems only the chosen ones. */
export const servicesFor = (env: Environment): readonly Service[] =>
  services.filter((service) => service.kind !== 'outside' || isChosen(service, env));

/** In development unless the variable names another one; in production only where the operator said so twice. */
export const isChosen = ({ name, chosenBy: { variable, value } }: OutsideDescriptor, env: Environment): boolean =>
  env.PROFILE === 'production'
    ? env[variable] === value && env[variableOf(name, 'IN_PRODUCTION')] === 'yes'
    : (env[variable] || value) === value;

export const defaultPorts = Object.fromEntries(services.map(({ name, port }) => [name, port])) as Readonly<
  Record<ServiceName, number>
>;

/** Where the service's files are, from the root of the project. */
export const folderOf = ({ kind, name }: ServiceDescriptor): string =>
  kind === 'subgraph' ? `subgraphs/${name}` : name;

/** `ORDER_PORT` of `order` and `PORT`. */
export const variableOf = (service: string, suffix: string): string =>
  `${service.toUpperCase().replaceAll('-', '_')}_${suffix}`;
