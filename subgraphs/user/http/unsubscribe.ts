import type { FastifyInstance } from 'fastify';
import { defaultLocale, parseLocale } from '../domain/account/locale.ts';
import { unsubscribePath } from '../domain/mail/mail-kinds.ts';
import { unsubscribePage } from '../domain/mail/unsubscribe-page.ts';
import type { App } from '../usecases/app.ts';
import type { UnsubscribeLinks } from '../usecases/mail/ports.ts';

// 1 KiB: RFC 8058's body is 26 bytes.
const bodyLimit = 1_024;

interface Asked {
  readonly Querystring: { readonly t?: unknown; readonly l?: unknown };
}

/**
 * `POST /unsubscribe?t=<token>` ends mails of a kind, without a sign-in: a mail program's one click (RFC 8058), or the button of
 * the page. `GET` only shows that page: programs that scan mails open every link in them.
 */
export const unsubscribe =
  ({ commands }: App, links: UnsubscribeLinks) =>
  (http: FastifyInstance): void => {
    const localeOf = (tag: unknown) => parseLocale(String(tag ?? '')) ?? defaultLocale;
    http.register(async (door) => {
      door.removeAllContentTypeParsers();
      // What it says is in the address; the body only says that it is one click.
      door.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit }, (_, __, done) => done(null, undefined));
      door.addHook('onSend', async (_, reply) => {
        reply.headers({
          'cache-control': 'no-store',
          'content-security-policy':
            "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'",
          'referrer-policy': 'no-referrer',
          'x-robots-tag': 'noindex',
        });
      });
      door.get<Asked>(unsubscribePath, ({ query }, reply) => {
        const known = links.read(String(query.t ?? ''));
        reply.status(known ? 200 : 400).type('text/html; charset=utf-8');
        return reply.send(unsubscribePage(localeOf(query.l), known ? 'ask' : 'invalid'));
      });
      door.post<Asked>(unsubscribePath, async ({ query }, reply) => {
        const known = links.read(String(query.t ?? ''));
        if (known)
          await commands.updateNotificationPreferences({
            userId: known.userId,
            preferences: [{ kind: known.kind, channel: 'EMAIL', isEnabled: false }],
          });
        reply.status(known ? 200 : 400).type('text/html; charset=utf-8');
        return reply.send(unsubscribePage(localeOf(query.l), known ? 'done' : 'invalid'));
      });
    });
  };
