import { z } from 'zod';
import { subgraphVariables, variable } from '#platform/config/config.ts';
import { service } from './service.ts';

const privateKey = z.object({
  kty: z.literal('OKP'),
  crv: z.literal('Ed25519'),
  x: z.string().min(1),
  d: z.string().min(1),
  /** Defaults to the key's thumbprint. */
  kid: z.string().min(1).optional(),
});

export const userVariables = z.object({
  ...subgraphVariables,
  USER_PORT: variable.port(service.port),
  USER_DATABASE_URL: variable.database(),
  // Past a pooler in transaction mode, for what needs its connection to itself (docs/databases.md); the same without it.
  USER_DATABASE_DIRECT_URL: variable.database().optional(),
  /** The first key signs; all are published (rotation: README). */
  ACCESS_TOKEN_KEYS: variable.json(z.object({ keys: z.array(privateKey).min(1) })),
});

export type UserConfig = z.output<typeof userVariables>;
