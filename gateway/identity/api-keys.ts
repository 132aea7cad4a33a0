/**
 * Authenticates API keys. The user service verifies them; verdicts are kept for a while, so that a machine's next requests need
 * not wait, and keep working while that service is away.
 */
import { LRUCache } from 'lru-cache';
import { type ApiKeyQuestion, ApiKeyVerdict, parseApiKey } from '#contracts/api-key.ts';
import { fail, ok } from '#contracts/result.ts';
import { directFetch } from '#platform/http/direct-fetch.ts';
import { availabilityLog } from '#platform/observability/availability-log.ts';
import type { Logger } from '#platform/observability/log.ts';
import { Counter, type Registry } from '#platform/observability/metrics.ts';
import { concurrencyLimit } from '#platform/resilience/concurrency-limit.ts';
import { type Authenticated, type Authentication, refusals } from './credentials.ts';
import type { Denials } from './denials.ts';

const bounds = {
  // 60 s: a machine that sends ten requests a second has one of 600 wait. A revocation does not wait for it: it is a denial.
  freshMs: 60_000,
  // 15 min without the user service, as long as an access token would live.
  usableMs: 900_000,
  // 5 s: a machine whose key was withdrawn, or is not there yet, may try as often as it likes.
  unknownMs: 5_000,
  // 10,000 of each: a few MB. Unknown keys have a cache of their own, so that inventing them pushes out no good one.
  kept: 10_000,
  // 8 at once, and 100 that wait, for 2 s at most: each costs the user service about a millisecond, and its customers sign in there too.
  concurrency: { concurrency: 8, maxWaiting: 100, waitMs: 2_000 },
  timeoutMs: 2_000,
  // After a failure nobody tries for a second: a request would wait for the time-out each time.
  pauseMs: 1_000,
};

interface ApiKeysOptions {
  readonly url: string;
  readonly denials: Denials;
  readonly metrics: Registry;
  readonly log: Logger;
}

interface Known {
  readonly authenticated: Authenticated;
  /** These two by the monotonic clock. */
  readonly verifiedAt: number;
  readonly expiresAt: number;
}

export const apiKeys = (options: ApiKeysOptions): ((key: string) => Promise<Authentication>) => {
  const { denials } = options;
  const known = new LRUCache<string, Known>({ max: bounds.kept });
  /** Until when they are refused without asking. */
  const unknown = new LRUCache<string, number>({ max: bounds.kept });
  const verify = singleFlight(verifier(options));
  // A denial is forgotten once the tokens of its time have expired, so what it denies goes now. A floor denies all of them.
  let floor = denials.floor();
  denials.onDenied(() => {
    if (denials.floor() !== floor) known.clear();
    floor = denials.floor();
    for (const [hash, { authenticated }] of known.entries()) if (authenticated.isDenied()) known.delete(hash);
  });

  const usable = (hash: string, withinMs: number): Authenticated | undefined => {
    const found = known.get(hash);
    const now = performance.now();
    return found && now - found.verifiedAt < withinMs && now < found.expiresAt ? found.authenticated : undefined;
  };

  const keep = (hash: string, verdict: ApiKeyVerdict, verifiedAt: number): Authenticated | undefined => {
    if (!verdict.valid) {
      known.delete(hash);
      unknown.set(hash, performance.now() + bounds.unknownMs);
      return undefined;
    }
    const { id, permissions, expiresInSeconds } = verdict;
    const isDenied = () => denials.isDenied({ to: [id] });
    const expiresAt = verifiedAt + (expiresInSeconds ?? Number.POSITIVE_INFINITY) * 1_000;
    const authenticated: Authenticated = {
      viewer: { kind: 'apiKey', id, permissions },
      isDenied,
      ...(Number.isFinite(expiresAt) && { expiresAt: Date.now() + expiresAt - performance.now() }),
    };
    known.set(hash, { authenticated, verifiedAt, expiresAt });
    return authenticated;
  };

  return async (key) => {
    const parsed = parseApiKey(key);
    if (!parsed) return fail(refusals.badApiKey);
    const { id, hash } = parsed;
    if ((unknown.get(hash) ?? 0) > performance.now() || denials.isDenied({ to: [id] })) return fail(refusals.badApiKey);
    if (!(await denials.isKnown())) return fail(refusals.unavailable);
    const fresh = usable(hash, bounds.freshMs);
    if (fresh) return ok(fresh);
    const askedAt = performance.now();
    const verdict = await verify(hash);
    const authenticated = verdict ? keep(hash, verdict, askedAt) : usable(hash, bounds.usableMs);
    if (!authenticated) return fail(verdict ? refusals.badApiKey : refusals.unavailable);
    // The denial may have come while the verdict was on its way.
    return authenticated.isDenied() ? fail(refusals.badApiKey) : ok(authenticated);
  };
};

/** Undefined when nobody can tell now. */
type Verify = (hash: string) => Promise<ApiKeyVerdict | undefined>;

const singleFlight = (verify: Verify): Verify => {
  const inFlight = new Map<string, ReturnType<Verify>>();
  return (hash) => {
    const known = inFlight.get(hash);
    if (known) return known;
    const asked = verify(hash).finally(() => inFlight.delete(hash));
    inFlight.set(hash, asked);
    return asked;
  };
};

const verifier = ({ url, denials, metrics, log }: ApiKeysOptions): Verify => {
  const limit = concurrencyLimit(bounds.concurrency);
  const availability = availabilityLog(log, 'the verification of API keys');
  const verified = new Counter({
    name: 'agora_gateway_api_key_verifications_total',
    help: 'API keys that the user service was asked about, by outcome; "shed" ones were not asked about because too many were.',
    labelNames: ['outcome'],
    registers: [metrics],
  });
  let failedAt = Number.NEGATIVE_INFINITY;

  const ask = async (hash: string): Promise<ApiKeyVerdict | undefined> => {
    // Also for those who waited for a turn meanwhile.
    if (performance.now() - failedAt < bounds.pauseMs) return undefined;
    const floor = denials.floor();
    try {
      const verdict = await verdictOn(url, { hash });
      verified.inc({ outcome: verdict.valid ? 'valid' : 'invalid' });
      availability.up();
      // A verdict from before the floor says nothing any more.
      return denials.floor() === floor ? verdict : undefined;
    } catch (error) {
      failedAt = performance.now();
      verified.inc({ outcome: 'unavailable' });
      availability.down(error);
      return undefined;
    }
  };
  return async (hash) => {
    try {
      return await limit('all', () => ask(hash));
    } catch {
      verified.inc({ outcome: 'shed' });
      return undefined;
    }
  };
};

const verdictOn = async (url: string, question: ApiKeyQuestion): Promise<ApiKeyVerdict> => {
  const response = await directFetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(question),
    signal: AbortSignal.timeout(bounds.timeoutMs),
  });
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return ApiKeyVerdict.parse(await response.json());
};
