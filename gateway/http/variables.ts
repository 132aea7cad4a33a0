/** Variables of the HTTP door. */
import { BlockList, isIP } from 'node:net';
import { z } from 'zod';

const list = z
  .string()
  .default('')
  .transform((text) =>
    text
      .split(',')
      .map((entry) => entry.trim())
      .filter(Boolean),
  );

/** Scheme, host and port, as a browser sends it: no path, no slash at the end. */
const isOrigin = (text: string): boolean => URL.canParse(text) && new URL(text).origin === text;

// Names that stand for ranges, as everybody's proxies have them.
const wellKnownRanges = new Set(['loopback', 'linklocal', 'uniquelocal']);

const isAddressOrRange = (text: string): boolean => {
  if (wellKnownRanges.has(text)) return true;
  const [address = '', bits, ...more] = text.split('/');
  const version = isIP(address);
  if (version === 0 || more.length > 0 || (bits !== undefined && !/^\d+$/.test(bits))) return false;
  try {
    if (bits !== undefined) new BlockList().addSubnet(address, Number(bits), version === 4 ? 'ipv4' : 'ipv6');
    return true;
  } catch {
    return false;
  }
};

export const httpVariables = {
  // Pages of these origins may use the graph. None: pages of this gateway's own origin only, and in development those of
  // this machine (localhost, 127.0.0.1, [::1], any port), where a front end's dev server is.
  CORS_ORIGINS: list.refine((origins) => origins.every(isOrigin), 'must be origins, such as https://shop.example'),
  // Access tokens travel in a header that a page sets itself; cookies are for whoever puts a session in front.
  CORS_CREDENTIALS: z.enum(['on', 'off']).default('off'),

  // Addresses and ranges of proxies whose x-forwarded-for and x-forwarded-proto are believed. From anybody else they
  // are made up, and with them every limit per address.
  TRUSTED_PROXIES: list.refine(
    (proxies) => proxies.every(isAddressOrRange),
    'must be addresses, ranges such as 10.0.0.0/8, or loopback, linklocal, uniquelocal',
  ),

  // Of a whole request: 256 KiB, a document and variables at their own limits (LIMIT_DOCUMENT_BYTES, LIMIT_VARIABLES_BYTES),
  // and what JSON makes of them. The largest cart with every variable spelt out is under 100 KiB.
  LIMIT_BODY_BYTES: z.coerce.number().int().positive().default(262_144),
  // Counted before it is parsed: 18,000 keys that were never seen before take 9 ms to parse. Variables and extensions at
  // their own limit (LIMIT_VARIABLES_VALUES), and room for what is around them.
  LIMIT_BODY_VALUES: z.coerce.number().int().positive().default(5_000),

  // Off where a proxy in front compresses.
  COMPRESSION: z.enum(['on', 'off']).default('on'),
  // Below 1 KiB an answer fits a packet either way, and compressing it only costs.
  COMPRESSION_MIN_BYTES: z.coerce.number().int().nonnegative().default(1_024),

  // A turn of the event loop takes under 10 ms in health. At 500 ms, a request that asks three subgraphs one after the
  // other spends over two seconds waiting for this process: refusing some is kinder than being slow to all. 0: never.
  SHED_EVENT_LOOP_DELAY_MS: z.coerce.number().int().nonnegative().default(500),

  // For how long a connection may be idle before the gateway closes it: longer than whatever stands before it keeps one, or
  // that sends a request into a connection that is just being closed, and its client sees a 502 now and then. 72 s is above
  // the 60 s of nginx and of most cloud load balancers; gateway/README.md names some that keep longer.
  KEEP_ALIVE_MS: z.coerce.number().int().min(1_000).max(3_600_000).default(72_000),

  // For how long requests are still taken after SIGTERM, while /health/ready says no: a little more than the time
  // between two looks of the load balancer. 0: nobody looks. Part of SHUTDOWN_DEADLINE_MS.
  SHUTDOWN_NOTICE_MS: z.coerce.number().int().nonnegative().default(0),
};

export type HttpConfig = z.output<z.ZodObject<typeof httpVariables>>;

/** What is left for requests under way must be more than nothing. */
export const checkHttpVariables = (
  { SHUTDOWN_NOTICE_MS: notice, SHUTDOWN_DEADLINE_MS: deadline }: HttpConfig & { SHUTDOWN_DEADLINE_MS: number },
  context: z.RefinementCtx,
): void => {
  if (notice < deadline) return;
  context.addIssue({
    code: 'custom',
    path: ['SHUTDOWN_NOTICE_MS'],
    message: `must be less than SHUTDOWN_DEADLINE_MS (${deadline})`,
  });
};
