/** Rules about who listens where, and whether those who are told to go there can. */
import { prometheusFile } from '../prometheus.ts';
import { composeFile } from './files.ts';
import { type Address, type ComposeFacts, neighbours, type Rule } from './rule.ts';
import { type ComposeService, secretsFolder, secretsPath } from './services.ts';

/** Where the programs of others listen, by their image. nginx is told, in its configuration. */
const portsOfOthers: Readonly<Record<string, readonly number[]>> = {
  postgres: [5432],
  redis: [6379],
  'prom/prometheus': [9090],
  'grafana/grafana': [3000],
  'grafana/tempo': [3200, 4317],
  'otel/opentelemetry-collector': [4318],
};

export const portRules: readonly Rule[] = [
  {
    name: 'health checks',
    breaches: ({ services }) =>
      services
        .filter(({ program, healthPort }) => program?.port && healthPort !== program.port)
        .map(
          ({ name, program, healthPort }) =>
            `${composeFile}: the health check of ${name} asks port ${healthPort ?? 'none'}, and it listens on ${program?.port}`,
        ),
  },
  {
    name: 'addresses',
    breaches: (facts) =>
      addressesIn(facts).flatMap((address) => {
        const wrong = unreachable(facts, address);
        return wrong ? [`${address.said}: ${wrong}`] : [];
      }),
  },
  {
    name: 'published ports',
    breaches: (facts) =>
      facts.services.flatMap((service) =>
        service.published.flatMap(({ address, target }) => [
          ...(address === '127.0.0.1' && (isDoor(service) || service.profiles.length > 0)
            ? []
            : [
                `${composeFile}: ${service.name} publishes a port; only gateway and edge do, or who has a profile, and unless told to 127.0.0.1 alone`,
              ]),
          ...(portsOf(facts, service).includes(target)
            ? []
            : [`${composeFile}: ${service.name} publishes its port ${target}, and nobody listens there`]),
        ]),
      ),
  },
  {
    name: 'scraped',
    breaches: ({ services, jobs }) => {
      const processes = services.filter(({ program }) => program?.kind === 'process');
      return [
        ...processes
          .filter(
            ({ name }) => !jobs.some((job) => job.name === name && job.targets.every(({ host }) => host === name)),
          )
          .map(({ name }) => `${prometheusFile}: has no job ${name} that asks ${name}`),
        ...jobs
          .filter(({ name }) => name !== 'prometheus' && !processes.some((service) => service.name === name))
          .map(({ name }) => `${prometheusFile}: the job ${name} is of no service that has metrics`),
      ];
    },
  },
];

const isDoor = ({ name }: ComposeService): boolean => name === 'gateway' || name === 'edge';

const portsOf = ({ edgePorts }: ComposeFacts, { image = '', program }: ComposeService): readonly number[] => {
  if (program) return program.port ? [program.port] : [];
  const product = image.replace(/:.*/, '');
  return product === 'nginx' ? edgePorts : (portsOfOthers[product] ?? []);
};

const addressesIn = (facts: ComposeFacts): Address[] => [
  ...facts.services.flatMap((service) => [...addressesOf(facts, service), ...secretAddresses(facts, service)]),
  ...facts.configuredAddresses,
  ...facts.jobs.flatMap(({ name, targets }) =>
    targets.map((target) => ({ from: 'prometheus', ...target, said: `${prometheusFile}: job ${name}` })),
  ),
];

const addressesOf = (_: ComposeFacts, { name, environment }: ComposeService): Address[] =>
  Object.entries(environment).flatMap(([variable, value]) =>
    (value ?? '')
      .split(',')
      .filter((url) => /^https?:/.test(url) && URL.canParse(url))
      .map((url) => ({ from: name, ...hostAndPort(url), said: `${composeFile}: ${variable} of ${name}` })),
  );

/** Those that a service reads from its secrets. */
const secretAddresses = ({ secretFiles }: ComposeFacts, service: ComposeService): Address[] => {
  const files = secretFiles[secretsFolder(service) ?? ''] ?? {};
  return (
    Object.values(service.environment)
      .filter((value) => value?.startsWith(secretsPath))
      .map((value) => (value ?? '').slice(secretsPath.length + 1))
      // The address of Redis is given to both roles of a subgraph; one that only answers GraphQL has no use for it.
      .filter((file) => URL.canParse(files[file] ?? '') && !(file === 'REDIS_URL' && service.role === 'api'))
      .map((file) => ({
        ...{ from: service.name, ...hostAndPort(files[file] ?? '') },
        said: `${composeFile}: ${secretsPath}/${file} of ${service.name}`,
      }))
  );
};

const hostAndPort = (url: string): { host: string; port: number } => {
  const { hostname: host, port } = new URL(url);
  return { host, port: Number(port) };
};

/** Undefined when all is well. */
const unreachable = (facts: ComposeFacts, { from, host, port }: Address): string | undefined => {
  const caller = facts.services.find(({ name }) => name === from);
  const called = host === 'localhost' ? caller : facts.services.find(({ name }) => name === host);
  if (!called) return `there is no service ${host}`;
  if (!portsOf(facts, called).includes(port)) return `${called.name} does not listen on ${port}`;
  if (caller && caller !== called && !neighbours(facts, caller).includes(called))
    return `${from} has no network in common with ${host}`;
  return undefined;
};
