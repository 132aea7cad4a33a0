/** Variables of the HTTP server. */
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

/** Scheme, host and port as a browser sends them: no path, no trailing slash. */
const isOrigin = (text: string): boolean => URL.canParse(text) && new URL(text).origin === text;

// Names of common ranges, as proxy-addr defines them.
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
  // Origins whose pages may use the graph. By default only this gateway's own, and in development any port of this
  // machine (localhost, 127.0.0.1, [::1]) for front-end dev servers.
  CORS_ORIGINS: list.refine((origins) => origins.every(isOrigin), 'must be origins, such as https://shop.example'),
  // Access tokens travel in a header that pages set themselves; cookies are for a session layer in front.
  CORS_CREDENTIALS: z.enum(['on', 'off']).default('off'),

  // Addresses and ranges of proxies whose x-forwarded-for and x-forwarded-proto are trusted. From anybody else they are
  // forgeable, and every per-address limit with them.
  TRUSTED_PROXIES: list.refine(
    (proxies) => proxies.every(isAddressOrRange),
    'must be addresses, ranges such as 10.0.0.0/8, or loopback, linklocal, uniquelocal',
  ),

  // Of a whole request: 256 KiB hold a document and variables at their own limits (LIMIT_DOCUMENT_BYTES,
  // LIMIT_VARIABLES_BYTES) and their JSON overhead. The largest cart with every field is under 100 KiB.
  LIMIT_BODY_BYTES: z.coerce.number().int().positive().default(262_144),
  // Counted before parsing: 18,000 previously unseen keys take 9 ms to parse. Room for variables and extensions at
  // their own limit (LIMIT_VARIABLES_VALUES).
  LIMIT_BODY_VALUES: z.coerce.number().int().positive().default(5_000),

  // Turn off where a proxy in front compresses.
  COMPRESSION: z.enum(['on', 'off']).default('on'),
  // Below 1 KiB a response fits one packet either way, and compressing it only costs.
  COMPRESSION_MIN_BYTES: z.coerce.number().int().nonnegative().default(1_024),

  // A healthy event loop turn takes under 10 ms. At 500 ms, a request with three sequential fetches spends over two
  // seconds waiting for this process: refusing some is better than being slow for all. 0 turns it off.
  SHED_EVENT_LOOP_DELAY_MS: z.coerce.number().int().nonnegative().default(500),

  // How long an idle connection is kept open: longer than the load balancer in front does, which otherwise sends
  // requests into closing connections and answers 502. 72 s is above the 60 s of nginx and most cloud load balancers;
  // gateway/README.md names some that keep longer.
  KEEP_ALIVE_MS: z.coerce.number().int().min(1_000).max(3_600_000).default(72_000),

  // How long requests are still accepted after SIGTERM while /health/ready fails: slightly more than the load
  // balancer's probe interval. 0: there is none. Part of SHUTDOWN_DEADLINE_MS.
  SHUTDOWN_NOTICE_MS: z.coerce.number().int().nonnegative().default(0),
};

export type HttpConfig = z.output<z.ZodObject<typeof httpVariables>>;

/** Leaves time to finish requests in flight. */
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
