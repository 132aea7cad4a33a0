/** What the image can be told to run: everything else of this checkout stays out of it. */

export const programs = [
  'gateway/main.ts',
  'subgraphs/user/main.ts',
  'subgraphs/product/main.ts',
  'subgraphs/order/main.ts',
  'subgraphs/payment/main.ts',
  // Once per start
  'ops/secrets.ts',
  'ops/migrate.ts',
  'launcher/seed.ts',
  'ops/health.mjs',
  // For operators
  'ops/audit.ts',
  'ops/backup.ts',
  'ops/restore.ts',
  'ops/republish.ts',
  'ops/dead-letters.ts',
] as const;

/** What programs read by its name, which following imports does not find. */
export const readByName = [
  'package.json',
  'supergraph.graphql',
  'operations/manifest.json',
  'prisma/*/migrations/**/*.sql',
  'subgraphs/*/schema.graphql',
  'gateway/playground/*.js',
  // `gateway/main.ts --help` tells the comments above the variables.
  'gateway/**/variables.ts',
  'gateway/graphql/variables.ts',
  'platform/**/*.ts',
] as const;
