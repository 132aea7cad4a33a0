/** Links that end mails of a kind, for whoever has the mail: signed, so that nobody makes one for somebody else. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { parseId } from '#contracts/ids.ts';
import { unsubscribePath } from '../../domain/mail/mail-kinds.ts';
import { type NotificationKind, notificationChannels } from '../../domain/notification/notification.ts';
import type { UnsubscribeLinks } from '../../usecases/mail/ports.ts';

/** They do not expire: a mail may be read years later, and all that they can do is to switch mails off. */
export const unsubscribeLinks = (publicUrl: string | undefined, secret: string): UnsubscribeLinks => {
  const signatureOf = (text: string): Buffer => createHmac('sha256', secret).update(`unsubscribe:${text}`).digest();
  return {
    url: (userId, kind, locale) => {
      if (!publicUrl || !isNotificationKind(kind)) return undefined;
      const text = `${userId}.${kind}`;
      const url = new URL(`${publicUrl.replace(/\/$/, '')}${unsubscribePath}`);
      url.search = new URLSearchParams({
        t: `${text}.${signatureOf(text).toString('base64url')}`,
        l: locale,
      }).toString();
      return url.href;
    },
    read: (token) => {
      const [id = '', kind = '', signature = ''] = token.split('.');
      const given = Buffer.from(signature, 'base64url');
      const expected = signatureOf(`${id}.${kind}`);
      const userId = parseId('User', id);
      if (!userId || !isNotificationKind(kind) || given.length !== expected.length) return undefined;
      return timingSafeEqual(given, expected) ? { userId, kind } : undefined;
    },
  };
};

const isNotificationKind = (kind: string): kind is NotificationKind => Object.hasOwn(notificationChannels, kind);
