/**
 * "This thing changed", to every process that listens: caches forget it, live updates ask for it again. On Redis, or on
 * PostgreSQL's NOTIFY. Neither keeps anything for who is away, so listeners are told when they may have missed some.
 */
import { ChangeNotification } from '#contracts/change-notification.ts';
import type { Logger } from '../observability/log.ts';
import { postgresPubSub } from './postgres.ts';
import { redisPubSub } from './redis.ts';
import type { PubSub, Subscriber } from './transport.ts';

export type { ChangeNotification };

export interface ChangeNotifications {
  /** Resolves once the server has it, rejects when it cannot be told now. Telling a thing twice is harmless. */
  publish(change: ChangeNotification): Promise<void>;
  /**
   * `onChange` hears everything from now on, this process's own as well. `onGap` is called whenever some may have
   * been missed: at the start of listening and after each absence. Returns what ends it. Neither may throw.
   */
  subscribe(onChange: (change: ChangeNotification) => void, onGap?: () => void): () => void;
  /** False while change notifications do not arrive: what relies on them is worth less then. */
  isSubscribed(): boolean;
  /** Why the server refuses to carry them, as a code, until somebody changes its settings. */
  refusal(): string | undefined;
  close(): Promise<void>;
}

export interface EventsConfig {
  readonly REDIS_URL?: string | undefined;
  readonly EVENTS_DATABASE_URL?: string | undefined;
}

/** Over what carries the events, too. Where there is neither, they stay within this process. */
export const createChangeNotifications = (config: EventsConfig, log: Logger): ChangeNotifications => {
  if (config.REDIS_URL) return changeNotificationsOver(redisPubSub(config.REDIS_URL, log));
  if (config.EVENTS_DATABASE_URL) return changeNotificationsOver(postgresPubSub(config.EVENTS_DATABASE_URL, log));
  return changeNotificationsOver(withinThisProcess());
};

const changeNotificationsOver = (carrier: PubSub): ChangeNotifications => {
  const listeners = new Set<{ onChange: (change: ChangeNotification) => void; onGap: () => void }>();
  const gap = () => {
    for (const { onGap } of listeners) onGap();
  };
  const onText = (text: string) => {
    const change = parse(text);
    // What a newer release says and we do not understand: something has changed, and we cannot tell what.
    if (!change) return gap();
    for (const { onChange } of listeners) onChange(change);
  };
  let isOpen = false;

  return {
    publish: (change) => carrier.publish(JSON.stringify(change)),
    subscribe: (onChange, onGap = () => undefined) => {
      const listener = { onChange, onGap };
      listeners.add(listener);
      if (!isOpen) carrier.subscribe({ onText, onSubscribed: gap });
      else if (carrier.isSubscribed()) onGap();
      isOpen = true;
      return () => void listeners.delete(listener);
    },
    isSubscribed: carrier.isSubscribed,
    refusal: carrier.refusal,
    close: carrier.close,
  };
};

const parse = (text: string): ChangeNotification | undefined => {
  try {
    return ChangeNotification.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
};

const withinThisProcess = (): PubSub => {
  let ear: Subscriber | undefined;
  return {
    publish: async (text) => ear?.onText(text),
    subscribe: (given) => {
      ear = given;
      ear.onSubscribed();
    },
    isSubscribed: () => ear !== undefined,
    refusal: () => undefined,
    close: async () => {
      ear = undefined;
    },
  };
};
