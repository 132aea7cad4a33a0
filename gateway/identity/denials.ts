/**
 * Follows the user service's list of denials. While that is away the last list stays: what it missed meanwhile ends
 * with the life of a token, and is read as soon as the service is back.
 */
import { AccessDenials } from '#contracts/access-denials.ts';
import { accessTokenLifeMs } from '#contracts/access-token.ts';
import { directFetch } from '#platform/http/direct-fetch.ts';
import { availabilityLog } from '#platform/observability/availability-log.ts';
import type { Logger } from '#platform/observability/log.ts';
import { Gauge, type Registry } from '#platform/observability/metrics.ts';
import type { ChangeNotifications } from '#platform/pubsub/change-notifications.ts';
import { wakeSignal } from '#platform/resilience/wake-signal.ts';
import { type DenialList, denialList, type Issued } from './denial-list.ts';
import { clockToleranceSeconds } from './variables.ts';

export interface Denials {
  /**
   * False until the first list has been read: until then nobody knows whether a token is denied. Asking for it reads it at
   * once, so that who signs in as soon as the service is up need not try twice.
   */
  isKnown(): boolean | Promise<boolean>;
  isDenied(issued: Issued): boolean;
  /** What was verified before it rose has to be verified again. */
  floor(): number | undefined;
  /** Called after each reading that denies more than before. Returns the function that stops it. */
  onDenied(listener: () => void): () => void;
  /** For `/health/ready`. */
  standing(): string;
  close(): Promise<void>;
}

/** Of an issuer that denies nothing. */
export const noDenials: Denials = {
  isKnown: () => true,
  isDenied: () => false,
  floor: () => undefined,
  onDenied: () => () => undefined,
  standing: () => 'off',
  close: async () => undefined,
};

const bounds = {
  // 100,000 denials take 12 MB, and are what a hundred sign-outs a second make in the life of a token.
  denials: 100_000,
  // As long as what is denied would be accepted here.
  keptMs: accessTokenLifeMs + clockToleranceSeconds * 1_000,
};

const intervals = {
  // A change notification makes it prompt; this is for one that got lost.
  notifiedMs: 5_000,
  // While none arrive, or nothing carries them: a revocation still takes effect within a second or two.
  aloneMs: 1_000,
  // After a failure. Until the first list nobody is signed in, and after an absence ended sessions are still accepted.
  failedMs: 1_000,
  // At most ten readings a second, however many sign out.
  pauseMs: 100,
  // Forgetting looks at each of them: some ten milliseconds for 100,000.
  sweepMs: 60_000,
};
const timeoutMs = 2_000;

interface FollowOptions {
  readonly url: string;
  readonly changes: Pick<ChangeNotifications, 'subscribe' | 'isSubscribed'>;
  /** Whether there is anything that carries change notifications between processes. */
  readonly hasNotifications: boolean;
  readonly metrics: Registry;
  readonly log: Logger;
}

/** The first list has been asked for when this returns, so that the first client after a restart need not wait. */
export const followDenials = async (options: FollowOptions): Promise<Denials> => {
  const { changes, hasNotifications, metrics } = options;
  const list = denialList(bounds);
  const reader = listReader(list, options);
  instrument(metrics, list, reader.ageMs);
  const signal = wakeSignal();

  let isCurrent = await reader.read();
  let attempt = Promise.withResolvers<void>();
  const intervalMs = () => {
    if (!isCurrent) return intervals.failedMs;
    return hasNotifications && changes.isSubscribed() ? intervals.notifiedMs : intervals.aloneMs;
  };
  const stopListening = changes.subscribe(({ about }) => {
    if (about.type === 'Session') signal.wake();
  }, signal.wake);
  const follow = async () => {
    while (!signal.stopped) {
      await signal.sleep(intervalMs());
      if (signal.stopped) return;
      isCurrent = await reader.read();
      attempt.resolve();
      attempt = Promise.withResolvers();
      await signal.backOff(intervals.pauseMs);
    }
  };
  const following = follow().finally(() => attempt.resolve());

  return {
    isKnown: () => {
      if (reader.hasRead()) return true;
      signal.wake();
      return attempt.promise.then(reader.hasRead);
    },
    isDenied: list.isDenied,
    floor: list.floor,
    onDenied: reader.onDenied,
    standing: () => {
      if (!reader.hasRead()) return 'not read yet';
      return isCurrent ? 'current' : `away since ${Math.round(reader.ageMs() / 1_000)} s`;
    },
    close: async () => {
      stopListening();
      signal.stop();
      await following;
    },
  };
};

/** Reads what is new into the list, and reports it. */
const listReader = (list: DenialList, { url, log }: FollowOptions) => {
  const availability = availabilityLog(log, 'the list of denied access tokens');
  const listeners = new Set<() => void>();
  const begunAt = performance.now();
  let readAt: number | undefined;
  let sweptAt = begunAt;
  let position: string | undefined;

  /** False when it could not be read to its end. */
  const read = async (): Promise<boolean> => {
    const startedAt = performance.now();
    try {
      for await (const page of pagesSince(url, position)) {
        position = page.position;
        if (enter(list, page)) for (const listener of listeners) listener();
      }
    } catch (error) {
      availability.down(error);
      return false;
    }
    readAt = startedAt;
    availability.up();
    if (startedAt - sweptAt >= intervals.sweepMs) {
      list.forgetExpired(Date.now());
      sweptAt = startedAt;
    }
    return true;
  };

  return {
    read,
    hasRead: () => readAt !== undefined,
    ageMs: () => performance.now() - (readAt ?? begunAt),
    onDenied: (listener: () => void) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
};

/** Whether it denies more than before. */
const enter = (list: DenialList, { denials }: AccessDenials): boolean => {
  const expired = Date.now() - bounds.keptMs;
  const live = denials
    .map(({ subject, issuedBefore }) => ({ subject, issuedBefore: Date.parse(issuedBefore) }))
    .filter(({ issuedBefore }) => issuedBefore >= expired);
  return list.add(live);
};

/** To the end, unless a page leads nowhere. */
async function* pagesSince(url: string, since: string | undefined): AsyncGenerator<AccessDenials> {
  for (let from = since; ; ) {
    const page = await pageSince(url, from);
    yield page;
    if (page.isComplete) return;
    if (page.position === from) throw new Error('a page of denials ended where it began');
    from = page.position;
  }
}

const pageSince = async (url: string, since: string | undefined): Promise<AccessDenials> => {
  const address = new URL(url);
  if (since !== undefined) address.searchParams.set('since', since);
  const response = await directFetch(address.href, { signal: AbortSignal.timeout(timeoutMs) });
  if (response.status === 404)
    throw new Error(
      `there is no ${address.origin}${address.pathname}; ACCESS_DENIALS_URL=off if its issuer has no denials`,
    );
  if (!response.ok) throw new Error(`${address.origin}${address.pathname} answered ${response.status}`);
  return AccessDenials.parse(await response.json());
};

const instrument = (metrics: Registry, list: DenialList, ageMs: () => number): void => {
  const registers = [metrics];
  new Gauge({
    name: 'agora_gateway_access_denials',
    help: 'Denied sessions, users and API keys that the gateway holds until their tokens have expired.',
    registers,
    collect() {
      this.set(list.size());
    },
  });
  new Gauge({
    name: 'agora_gateway_access_denials_age_seconds',
    help: 'How long ago the list of denials was last read; since the start before the first time.',
    registers,
    collect() {
      this.set(ageMs() / 1_000);
    },
  });
};
