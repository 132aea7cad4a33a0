/** Rules about who can reach whom. */
import { composeFile } from './files.ts';
import { type ComposeFacts, neighbours, type Rule } from './rule.ts';
import type { ComposeService } from './services.ts';

export const networkRules: readonly Rule[] = [
  {
    name: 'database networks',
    breaches: (facts) =>
      ofImage(facts, 'postgres').flatMap((database) =>
        neighbours(facts, database)
          .filter((service) => !isOfOwner(service, database.environment.OWNER ?? '') && !isInspector(service))
          .map(({ name }) => `${composeFile}: ${name} can reach ${database.name}`),
      ),
  },
  {
    name: 'redis network',
    breaches: (facts) =>
      ofImage(facts, 'redis').flatMap((redis) =>
        neighbours(facts, redis)
          .filter((service) => !sendsMessages(service))
          .map(({ name }) => `${composeFile}: ${name} can reach ${redis.name}, and has no messages for it`),
      ),
  },
  {
    name: 'internal networks',
    breaches: ({ networks }) =>
      Object.entries(networks)
        .filter(([name, network]) => (network?.internal ?? false) === (name === 'public'))
        .map(
          ([name]) =>
            `${composeFile}: the network ${name} ${name === 'public' ? 'must lead' : 'leads'} out of this machine`,
        ),
  },
  {
    // Who names none stands in one that Compose makes for all such, and that leads out.
    name: 'named networks',
    breaches: ({ services }) =>
      services
        .filter(({ networks, network_mode: mode }) => networks.length === 0 && mode !== 'none')
        .map(({ name }) => `${composeFile}: ${name} names no network`),
  },
];

const ofImage = ({ services }: ComposeFacts, product: string): ComposeService[] =>
  services.filter(({ image }) => image?.startsWith(`${product}:`));

/** The subgraph in its roles, its migrations, its seed. */
const isOfOwner = ({ program }: ComposeService, owner: string): boolean => program?.owner === owner;

/** Whoever looks at all four databases is not there unless somebody asks for it. */
const isInspector = ({ program, profiles }: ComposeService): boolean =>
  ['auditor', 'operator'].includes(program?.owner ?? '') && profiles.length > 0;

/** An API role writes to its outbox; it is the consumer role that carries messages from there to Redis. */
const sendsMessages = (service: ComposeService): boolean =>
  service.program?.owner === 'gateway' || service.role === 'consumer' || isInspector(service);
