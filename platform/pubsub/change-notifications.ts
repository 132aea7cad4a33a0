/**
 * "This thing changed", to every process that listens: caches drop it, live queries run again. Nothing is kept for
 * absent subscribers, so they are told when they may have missed notifications.
 */
import { ChangeNotification } from '#contracts/change-notification.ts';
import type { EventsConfig } from '../config/config.ts';
import type { Logger } from '../observability/log.ts';
import { inProcessPubSub, type PubSub, postgresPubSub, redisPubSub } from './transports.ts';

export type { ChangeNotification };

export interface ChangeNotifications {
  /** Resolves once the server has it, rejects when it cannot be sent now. Publishing twice is harmless. */
  publish(change: ChangeNotification): Promise<void>;
  /**
   * `onChange` receives every notification from now on, including this process's own. `onGap` is called whenever some
   * may have been missed: on subscribing and after each absence. Neither may throw. Returns the unsubscribe function.
   */
  subscribe(onChange: (change: ChangeNotification) => void, onGap?: () => void): () => void;
  /** False while notifications do not arrive. */
  isSubscribed(): boolean;
  /** The code with which the server refuses to carry them until its settings change. */
  refusal(): string | undefined;
  close(): Promise<void>;
}

/** Over what carries the events; where nothing does, within this process only. */
export const createChangeNotifications = (
  { REDIS_URL, EVENTS_DATABASE_URL }: EventsConfig,
  log: Logger,
): ChangeNotifications => {
  if (REDIS_URL) return changeNotificationsOver(redisPubSub(REDIS_URL, log));
  if (EVENTS_DATABASE_URL) return changeNotificationsOver(postgresPubSub(EVENTS_DATABASE_URL, log));
  return changeNotificationsOver(inProcessPubSub());
};

const changeNotificationsOver = (pubSub: PubSub): ChangeNotifications => {
  const subscribers = new Set<{ onChange: (change: ChangeNotification) => void; onGap: () => void }>();
  const gap = () => {
    for (const { onGap } of subscribers) onGap();
  };
  const onText = (text: string) => {
    const change = parse(text);
    // The format of a newer release: something has changed, and we cannot tell what.
    if (!change) return gap();
    for (const { onChange } of subscribers) onChange(change);
  };
  let isOpen = false;

  return {
    publish: (change) => pubSub.publish(JSON.stringify(change)),
    subscribe: (onChange, onGap = () => undefined) => {
      const subscriber = { onChange, onGap };
      subscribers.add(subscriber);
      if (!isOpen) pubSub.subscribe({ onText, onSubscribed: gap });
      else if (pubSub.isSubscribed()) onGap();
      isOpen = true;
      return () => void subscribers.delete(subscriber);
    },
    isSubscribed: pubSub.isSubscribed,
    refusal: pubSub.refusal,
    close: pubSub.close,
  };
};

const parse = (text: string): ChangeNotification | undefined => {
  try {
    return ChangeNotification.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
};
