/** The variables of the product subgraph. */
import { z } from 'zod';
import { subgraphVariables, variable } from '#platform/config/config.ts';
import { shopVariables } from '#platform/config/shop.ts';
import { service } from './service.ts';

const mediaVariables = {
  // The folder that uploaded files are kept in; all replicas share it. npm start and Compose have one (docs/media.md).
  MEDIA_DIR: z.string().optional(),
  // Keeps them in a bucket of S3, or of what speaks like it, instead. The endpoint is without the bucket.
  MEDIA_S3_ENDPOINT: variable.url('http', 'https').optional(),
  MEDIA_S3_BUCKET: z
    .string()
    .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'is not the name of a bucket')
    .optional(),
  MEDIA_S3_REGION: z.string().default('us-east-1'),
  MEDIA_S3_ACCESS_KEY_ID: z.string().optional(),
  MEDIA_S3_SECRET_ACCESS_KEY: z.string().optional(),
  // 10 MiB: a photograph of a telephone has 3 to 8. At most what gateway and edge let through.
  MEDIA_MAX_BYTES: z.coerce.number().int().min(1).max(service.publicPaths[0].maxBodyBytes).default(10_485_760),
  // What comes before /media/ in the addresses of files and uploads, such as that of a CDN or of the edge. Without it they
  // are paths, relative to the address of the graph.
  MEDIA_BASE_URL: variable.url('http', 'https').optional(),
  // 60 s: what nobody refers to any more has been kept for ten minutes or more already.
  MEDIA_SWEEP_INTERVAL_MS: variable.milliseconds(60_000),
};

const ofS3 = ['MEDIA_S3_ENDPOINT', 'MEDIA_S3_BUCKET', 'MEDIA_S3_ACCESS_KEY_ID', 'MEDIA_S3_SECRET_ACCESS_KEY'] as const;

/** All of a bucket's variables, or none: half of them would keep the files in a folder that nobody meant. */
const checkMediaVariables = (config: z.output<z.ZodObject<typeof mediaVariables>>, context: z.RefinementCtx): void => {
  if (ofS3.every((name) => config[name] === undefined)) return;
  for (const name of ofS3.filter((one) => config[one] === undefined))
    context.addIssue({ code: 'custom', path: [name], message: 'is required with the other variables of MEDIA_S3' });
};

export const productVariables = z
  .object({
    ...subgraphVariables,
    ...shopVariables,
    PRODUCT_DATABASE_URL: variable.database(),
    // Past a pooler in transaction mode, for what needs its connection to itself (docs/databases.md); the same without it.
    PRODUCT_DATABASE_DIRECT_URL: variable.database().optional(),
    // A copy that follows it: what customers look at is read there (docs/databases.md). For both roles, or for none.
    PRODUCT_DATABASE_REPLICA_URL: variable.database().optional(),
    PRODUCT_PORT: variable.port(service.port),
    // 5 s: units held past their time come back about that late; orders have time-outs of their own, in minutes.
    RESERVATION_SWEEP_INTERVAL_MS: variable.milliseconds(5_000),
    // 200 a round: far above what expires in 5 s, and a backlog after an outage cannot hog the database.
    RESERVATION_SWEEP_LIMIT: z.coerce.number().int().min(1).max(10_000).default(200),
    ...mediaVariables,
  })
  .superRefine(checkMediaVariables);

export type ProductConfig = z.output<typeof productVariables>;
