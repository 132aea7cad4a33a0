/** Agora's gateway as it is measured: with every switch off, and as its defaults have it. */
import path from 'node:path';
import { newId } from '#contracts/ids.ts';
import { anAccessToken, keyPair, keyServer } from '#kit/user/token-builders.ts';
import { type Contending, contending } from './process.ts';

const main = path.join(import.meta.dirname, '../../../gateway/main.ts');

/** Beside what a gateway over a graph of its own needs: what is off in "Agora, switches off". The docs list it. */
export const switchesOff = {
  AUTHENTICATION: 'off',
  RATE_LIMITS: 'off',
  LIMITS_MODE: 'off',
  APQ: 'off',
  RESPONSE_CACHE: 'off',
  ENTITY_CACHE: 'off',
  LIVE_UPDATES: 'off',
  COMPRESSION: 'off',
  SUBGRAPH_BREAKER: 'off',
  SUBGRAPH_RETRIES: '0',
  SUBGRAPH_DEDUPLICATION: 'off',
  SUBGRAPH_FOLLOW_DNS: 'off',
  SHED_EVENT_LOOP_DELAY_MS: '0',
  SLOW_OPERATION_MS: '0',
};

/** The bounds that the measured operations exceed, in both: a bench is one client that asks as much as ten thousand. */
const raised = {
  LIMIT_DOCUMENT_BYTES: '65536',
  LIMIT_TOKENS: '20000',
  LIMIT_FIELDS: '2000',
  LIMIT_DEPTH: '40',
  SUBGRAPH_MAX_RESPONSE_BYTES: '33554432',
  // Ten answers of 8 MiB at once on a busy machine take longer than the 10 s that a shop's clients would wait.
  SUBGRAPH_TIMEOUT_MS: '60000',
  SUBGRAPH_CONCURRENCY: '1024',
  SUBGRAPH_VIEWER_CONCURRENCY: '1024',
  SUBGRAPH_VIEWER_QUEUE: '1000',
};

/** The same for what only counts when the limits are on. */
const raisedLimits = {
  LIMIT_COST_GUEST: '1000000000',
  LIMIT_COST_CUSTOMER: '1000000000',
  RATE_LIMIT_VIEWER_COST: '1000000000000',
};

const quiet = { LOG_LEVEL: 'error' };
const ready = '/health/ready';

export const agoraBare = (supergraphFile: string): Promise<Contending> =>
  contending({
    main,
    ready,
    env: {
      ...quiet,
      ...switchesOff,
      ...raised,
      SUPERGRAPH_FILE: supergraphFile,
      FORWARD_REQUEST_HEADERS: 'authorization',
    },
  });

const customers = 10_000;

/**
 * The defaults, asked by ten thousand customers with a token and an address each. `ttl` switches the caches on without a
 * server that carries change notifications; canned subgraphs allow nothing to be kept, so they are asked and never hit.
 */
export const agoraFull = async (
  supergraphFile: string,
  // Fifty clients that never pause are an overload, and refusing them would be right.
  { shedsAfterMs = 60_000 }: { readonly shedsAfterMs?: number } = {},
): Promise<Contending> => {
  const [signing, tokens] = await Promise.all([keyPair('viewer'), keyPair('tokens')]);
  const issuer = await keyServer([tokens.publicKey]);
  const authorizations: string[] = [];
  for (let n = 0; n < customers; n++) {
    // A token counts for 15 minutes from its issue, whatever else it says, and a whole bench takes longer.
    const issuedAtMs = Date.now() + 3 * 3_600_000;
    const claims = { sub: newId('User'), sid: `session-${n}`, expiresInSeconds: 86_400, issuedAtMs };
    authorizations.push(`Bearer ${await anAccessToken(tokens, claims)}`);
  }
  const gateway = await contending({
    main,
    ready,
    env: {
      ...quiet,
      ...raised,
      ...raisedLimits,
      SHED_EVENT_LOOP_DELAY_MS: String(shedsAfterMs),
      SUPERGRAPH_FILE: supergraphFile,
      CACHE_INVALIDATION: 'ttl',
      TRUSTED_PROXIES: 'loopback',
      VIEWER_SIGNING_KEY: JSON.stringify(signing.privateKey),
      ACCESS_TOKEN_JWKS_URL: `${issuer.url}/.well-known/jwks.json`,
    },
  });
  return {
    ...gateway,
    headersOf: (n) => ({
      authorization: authorizations[n % customers] ?? '',
      'x-forwarded-for': addressOf(n % customers),
    }),
    stop: async () => {
      await gateway.stop();
      await issuer.close();
    },
  };
};

/** 10.0.0.1, 10.0.0.2 and so on: an address for each customer. */
const addressOf = (n: number): string => `10.${n >> 16}.${(n >> 8) & 255}.${n & 255}`;
