/** Rules about what refers to what: networks, volumes, files, other services. */
import { composeFile } from './files.ts';
import type { ComposeFacts, Rule } from './rule.ts';
import { type ComposeService, mountedFiles, secretsFolder } from './services.ts';

export const wiringRules: readonly Rule[] = [
  {
    name: 'declared',
    breaches: ({ services, networks, volumes }) => [
      ...told(
        'network',
        Object.keys(networks),
        services.flatMap((service) => service.networks),
      ),
      ...told('volume', Object.keys(volumes), services.flatMap(volumesOf)),
    ],
  },
  {
    name: 'mounted files',
    breaches: ({ services, hasFile }) =>
      services.flatMap((service) =>
        mountedFiles(service)
          .filter((file) => file !== backups && !hasFile(file))
          .map((file) => `${composeFile}: ${service.name} mounts ${file}, which is not there`),
      ),
  },
  {
    name: 'dependencies',
    breaches: (facts) =>
      facts.services.flatMap((service) =>
        Object.entries(service.depends_on).flatMap(([name, { condition }]) => {
          const wrong = cannotWait(facts, service, name, condition);
          return wrong ? [`${composeFile}: ${service.name} waits for ${name}, ${wrong}`] : [];
        }),
      ),
  },
  {
    name: 'secrets first',
    breaches: (facts) =>
      facts.services
        .filter((service) => secretsFolder(service) !== undefined && !awaited(facts, service).has('secrets'))
        .map(({ name }) => `${composeFile}: ${name} may start before its secrets are there`),
  },
];

// Docker makes it: what the operator writes there is the operator's.
const backups = 'backups';

const told = (what: string, declared: readonly string[], used: readonly string[]): string[] => [
  ...declared.filter((name) => !used.includes(name)).map((name) => `${composeFile}: nobody uses the ${what} ${name}`),
  ...[...new Set(used)]
    .filter((name) => !declared.includes(name))
    .map((name) => `${composeFile}: there is no ${what} ${name}`),
];

const volumesOf = ({ mounts }: ComposeService): string[] =>
  mounts.map(({ source }) => source).filter((source) => /^\w/.test(source));

/** Why one service cannot wait for another in that way; undefined when it can. */
const cannotWait = (
  { services }: ComposeFacts,
  { profiles }: ComposeService,
  name: string,
  condition: string,
): string | undefined => {
  const other = services.find((service) => service.name === name);
  if (!other) return 'which is not there';
  if (other.profiles.some((profile) => !profiles.includes(profile))) return 'which may not be there (profiles)';
  if (condition === 'service_healthy') return isChecked(other) ? undefined : 'which never says that it is healthy';
  if (condition === 'service_completed_successfully')
    return other.program?.kind === 'one-shot' ? undefined : 'which does not end';
  return `by ${condition}: having been started, it may be of no use yet`;
};

/** What ends by itself has the image's check as well, and has ended before it passes. */
const isChecked = ({ healthcheck, healthPort, program }: ComposeService): boolean =>
  healthcheck !== undefined || (program?.kind === 'process' && healthPort !== undefined);

/** All that is waited for, also by those that are waited for. */
const awaited = ({ services }: ComposeFacts, service: ComposeService): ReadonlySet<string> => {
  const found = new Set<string>();
  const left = [service];
  for (let next = left.pop(); next; next = left.pop())
    for (const name of Object.keys(next.depends_on)) {
      if (found.has(name)) continue;
      found.add(name);
      left.push(...services.filter((other) => other.name === name));
    }
  return found;
};
