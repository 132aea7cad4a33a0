/**
 * "This thing changed", to every process that listens: caches forget it, live updates ask for it again. On Redis, or on
 * PostgreSQL's NOTIFY. Neither keeps anything for who is away, so listeners are told when they may have missed some.
 */
import { Announcement } from '#contracts/announcement.ts';
import type { Logger } from '../observability/log.ts';
import type { Carrier, Ear } from './announcement-carrier.ts';
import { announcementsOverPostgres } from './announcements-postgres.ts';
import { announcementsOverRedis } from './announcements-redis.ts';

export type { Announcement };

export interface Announcements {
  /** Resolves once the server has it, rejects when it cannot be told now. Telling a thing twice is harmless. */
  announce(announcement: Announcement): Promise<void>;
  /**
   * `onAnnouncement` hears everything from now on, this process's own as well. `onGap` is called whenever some may have
   * been missed: at the start of listening and after each absence. Returns what ends it. Neither may throw.
   */
  listen(onAnnouncement: (announcement: Announcement) => void, onGap?: () => void): () => void;
  /** False while announcements do not arrive: what relies on them is worth less then. */
  isListening(): boolean;
  /** Why the server refuses to carry them, as a code, until somebody changes its settings. */
  refusal(): string | undefined;
  close(): Promise<void>;
}

export interface AnnouncementsConfig {
  readonly REDIS_URL?: string | undefined;
  readonly EVENTS_DATABASE_URL?: string | undefined;
}

/** Over what carries the events, too. Where there is neither, they stay within this process. */
export const createAnnouncements = (config: AnnouncementsConfig, log: Logger): Announcements => {
  if (config.REDIS_URL) return announcementsOver(announcementsOverRedis(config.REDIS_URL, log));
  if (config.EVENTS_DATABASE_URL) return announcementsOver(announcementsOverPostgres(config.EVENTS_DATABASE_URL, log));
  return announcementsOver(withinThisProcess());
};

const announcementsOver = (carrier: Carrier): Announcements => {
  const listeners = new Set<{ onAnnouncement: (announcement: Announcement) => void; onGap: () => void }>();
  const gap = () => {
    for (const { onGap } of listeners) onGap();
  };
  const onText = (text: string) => {
    const announcement = parse(text);
    // What a newer release says and we do not understand: something has changed, and we cannot tell what.
    if (!announcement) return gap();
    for (const { onAnnouncement } of listeners) onAnnouncement(announcement);
  };
  let isOpen = false;

  return {
    announce: (announcement) => carrier.publish(JSON.stringify(announcement)),
    listen: (onAnnouncement, onGap = () => undefined) => {
      const listener = { onAnnouncement, onGap };
      listeners.add(listener);
      if (!isOpen) carrier.listen({ onText, onListening: gap });
      else if (carrier.isListening()) onGap();
      isOpen = true;
      return () => void listeners.delete(listener);
    },
    isListening: carrier.isListening,
    refusal: carrier.refusal,
    close: carrier.close,
  };
};

const parse = (text: string): Announcement | undefined => {
  try {
    return Announcement.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
};

const withinThisProcess = (): Carrier => {
  let ear: Ear | undefined;
  return {
    publish: async (text) => ear?.onText(text),
    listen: (given) => {
      ear = given;
      ear.onListening();
    },
    isListening: () => ear !== undefined,
    refusal: () => undefined,
    close: async () => {
      ear = undefined;
    },
  };
};
