/** Variables that docker-compose.yml takes for itself, or that Compose does, and why somebody would set one. */

export interface ComposeVariable {
  readonly reason: readonly string[];
  /** Where docker-compose.yml does not say it. */
  readonly fallback?: string;
  /** Read by the programs docker and docker compose themselves. */
  readonly isOfCompose?: true;
}

export const composeVariables: Readonly<Record<string, ComposeVariable>> = {
  GATEWAY_ADDRESS: {
    reason: [
      'The address of this machine that gateways publish their port on: this machine alone. 0.0.0.0 shows the shop to the',
      'network, and no demo accounts are put in then. With the edge in front, leave it as it is.',
    ],
  },
  GATEWAY_PORT: {
    reason: [
      'The port of this machine that the gateway takes. For --scale gateway=N a range such as 4000-4009; Docker goes on to',
      'the next at each restart, so with the edge in front say 0: any that is free.',
    ],
  },
  DEMO_SEED: {
    reason: [
      'Without it, every start in development puts demo accounts and the demo catalogue in, where they are missing and',
      'nobody else is let in. off: a shop of your own. on: refused with PROFILE=production, or where GATEWAY_ADDRESS or',
      'EDGE_ADDRESS lets other machines in, since everybody knows the passwords.',
    ],
    fallback: '',
  },
  COMPOSE_PROFILES: {
    reason: [
      'What runs beside the shop, with commas between: edge (TLS in front of the gateways), audit (the invariants, once a',
      'minute), observability (Grafana, traces).',
    ],
    fallback: '',
    isOfCompose: true,
  },
  GRAFANA_PORT: { reason: ['The port of Grafana (profile observability), on this machine alone.'] },
  EDGE_ADDRESS: {
    reason: [
      'The address of this machine that the edge (profile edge) publishes its ports on: this machine alone. 0.0.0.0 lets',
      'everybody in, and no demo accounts are put in then: say PROFILE=production with it.',
    ],
  },
  EDGE_HTTPS_PORT: { reason: ['The ports of the edge on this machine. Plain HTTP is only sent on to HTTPS.'] },
  EDGE_HTTP_PORT: { reason: ['The ports of the edge on this machine. Plain HTTP is only sent on to HTTPS.'] },
  EDGE_HOSTS: {
    reason: [
      'Whom the certificate is for that the edge makes when none is given: names and addresses with commas between.',
    ],
  },
  EDGE_SUBNET: {
    reason: [
      'The network between edge and gateways: whoever speaks from there is believed about the address of a client. Another',
      'one where this one is taken.',
    ],
  },
  SECRETS_FOLDER: {
    reason: [
      'Where secrets of your own are looked for, a file each, before the variables below (deploy/compose/secrets/README.md).',
    ],
  },
  AGORA_IMAGE: {
    reason: ['The image that is built and run. Another name where two checkouts share one Docker.'],
  },
};

/** Secrets of which the code has nothing to say, or not what an operator needs to know. The first that fits. */
export const secretReasons: readonly { readonly names: RegExp; readonly reason: readonly string[] }[] = [
  {
    names: /^\w+_DATABASE_PASSWORD$/,
    reason: [
      'The password of the role that a service and its migrations log in as. A database keeps the one that it was made with:',
      'a new one is told to it as well (docs/runbook.md).',
    ],
  },
  {
    names: /^\w+_DATABASE_SUPERUSER_PASSWORD$/,
    reason: ['The password of the superuser, which nothing but the database server itself is given.'],
  },
  {
    names: /^\w+_DATABASE_AUDITOR_PASSWORD$/,
    reason: ['The password of the role that may read everything and write nothing, for the auditor.'],
  },
  {
    names: /^\w+_DATABASE_URL$/,
    reason: [
      'A PostgreSQL database of your own in place of the one here: postgresql://role:password@host:5432/name, of a role that',
      'owns it.',
    ],
  },
  {
    names: /^REDIS_PASSWORD$/,
    reason: ['The password of the Redis server here.'],
  },
  {
    names: /^REDIS_URL$/,
    reason: [
      'A Redis of your own in place of the one here: redis://, redis+sentinel:// or redis+cluster://, with rediss for TLS.',
    ],
  },
  {
    names: /^ACCESS_TOKEN_KEYS$/,
    reason: [
      'The private Ed25519 keys of access tokens, as a JWK set in one line. The first one signs; the others are published, too',
      '(how to rotate: docs/runbook.md).',
    ],
  },
  {
    names: /^VIEWER_SIGNING_KEY$/,
    reason: [
      'One private Ed25519 key, as a JWK in one line: with it the gateway vouches to the subgraphs for the viewer. Its public',
      'half gets to them by itself.',
    ],
  },
  {
    names: /^SIMULATOR_WEBHOOK_SECRET$/,
    reason: ['What the simulated payment provider signs its webhooks with: 16 characters or more.'],
  },
  {
    names: /^GRAFANA_ADMIN_PASSWORD$/,
    reason: ['The password of the user admin of Grafana (profile observability), at its first start.'],
  },
];
