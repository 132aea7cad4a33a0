/** Variables of docker-compose.yml or Compose itself, and why one would set them. */

export interface ComposeVariable {
  readonly reason: readonly string[];
  /** When docker-compose.yml has none. */
  readonly fallback?: string;
  /** Read by the programs docker and docker compose themselves. */
  readonly isOfCompose?: true;
}

export const composeVariables: Readonly<Record<string, ComposeVariable>> = {
  GATEWAY_ADDRESS: {
    reason: [
      'The address that gateways publish their port on; by default only this machine can connect. 0.0.0.0 exposes the shop to the',
      'network, and no demo accounts are created then. Behind the edge, leave it as it is.',
    ],
  },
  GATEWAY_PORT: {
    reason: [
      'The published port of the gateway. For --scale gateway=N use a range such as 4000-4009; Docker assigns the next one at each',
      'restart, so behind the edge use 0: any free port.',
    ],
  },
  DEMO_SEED: {
    reason: [
      'By default every start in development creates missing demo accounts and the demo catalogue, unless other machines can',
      'connect. off: never. on: an error with PROFILE=production, or where GATEWAY_ADDRESS or EDGE_ADDRESS lets other machines in,',
      'since the passwords are well known.',
    ],
    fallback: '',
  },
  COMPOSE_PROFILES: {
    reason: [
      'Optional services, separated by commas: edge (TLS in front of the gateways), audit (checks the invariants once a minute),',
      'observability (Grafana, traces).',
    ],
    fallback: '',
    isOfCompose: true,
  },
  GRAFANA_PORT: { reason: ['The port of Grafana (profile observability), for this machine only.'] },
  EDGE_ADDRESS: {
    reason: [
      'The address that the edge (profile edge) publishes its ports on; by default only this machine can connect. 0.0.0.0 lets',
      'everybody in, and no demo accounts are created then: combine it with PROFILE=production.',
    ],
  },
  EDGE_HTTPS_PORT: { reason: ['The published ports of the edge. Plain HTTP is redirected to HTTPS.'] },
  EDGE_HTTP_PORT: { reason: ['The published ports of the edge. Plain HTTP is redirected to HTTPS.'] },
  EDGE_HOSTS: {
    reason: [
      'The names and addresses in the self-signed certificate, separated by commas, when no certificate is provided.',
    ],
  },
  EDGE_SUBNET: {
    reason: [
      'The network between edge and gateways: the gateways trust X-Forwarded-For from there. Change it if it is in use.',
    ],
  },
  SECRETS_FOLDER: {
    reason: [
      'The folder of your own secrets, one file each; they take precedence over the variables below',
      '(deploy/compose/secrets/README.md).',
    ],
  },
  AGORA_IMAGE: {
    reason: ['The name of the image. Change it where two checkouts share one Docker engine.'],
  },
};

/** Secrets whose comment in the code is missing, or not written for operators. The first match applies. */
export const secretReasons: readonly { readonly names: RegExp; readonly reason: readonly string[] }[] = [
  {
    names: /^\w+_DATABASE_PASSWORD$/,
    reason: [
      'The password of the role that a service and its migrations use. An existing database keeps its password: change it there',
      'as well (docs/runbook.md).',
    ],
  },
  {
    names: /^\w+_DATABASE_SUPERUSER_PASSWORD$/,
    reason: ['The password of the superuser, known to the database server only.'],
  },
  {
    names: /^\w+_DATABASE_AUDITOR_PASSWORD$/,
    reason: ['The password of the auditor’s read-only role.'],
  },
  {
    names: /^\w+_DATABASE_URL$/,
    reason: [
      'A PostgreSQL database of your own instead of the one in Compose: postgresql://role:password@host:5432/name, with the role',
      'that owns it.',
    ],
  },
  {
    names: /^REDIS_PASSWORD$/,
    reason: ['The password of the Redis server in Compose.'],
  },
  {
    names: /^REDIS_URL$/,
    reason: [
      'A Redis of your own instead of the one in Compose: redis://, redis+sentinel:// or redis+cluster://, with rediss for TLS.',
    ],
  },
  {
    names: /^ACCESS_TOKEN_KEYS$/,
    reason: [
      'The private Ed25519 keys of access tokens, as a JWK set in one line. All are published; one signs (rotation:',
      'docs/runbook.md).',
    ],
  },
  {
    names: /^VIEWER_SIGNING_KEY$/,
    reason: [
      'A private Ed25519 key, as a JWK in one line, with which the gateway signs the viewer for the subgraphs. They get its public',
      'half automatically.',
    ],
  },
  {
    names: /^UNSUBSCRIBE_SECRET$/,
    reason: [
      'Signs the links that end mails of a kind: 16 characters or more. A new one makes those in earlier mails useless.',
    ],
  },
  {
    names: /^SIMULATOR_API_KEY$/,
    reason: ['The key that payment shows to the payment simulator: 16 characters or more.'],
  },
  {
    names: /^SIMULATOR_WEBHOOK_SECRET$/,
    reason: ['Signs the webhooks of the payment simulator: 16 characters or more.'],
  },
  {
    names: /^STRIPE_SECRET_KEY$/,
    reason: ['The secret key of your Stripe account, sk_…, for PAYMENT_PROVIDER=stripe (docs/compose.md).'],
  },
  {
    names: /^STRIPE_WEBHOOK_SECRET$/,
    reason: ['The signing secret, whsec_…, of the webhook endpoint https://<your shop>/webhooks/stripe at Stripe.'],
  },
  {
    names: /^GRAFANA_ADMIN_PASSWORD$/,
    reason: ['The initial password of Grafana’s user admin (profile observability).'],
  },
];
