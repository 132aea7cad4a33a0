import type { FastifyInstance } from 'fastify';
import type { App } from '../usecases/app.ts';
import type { WebhookReader } from '../usecases/ports.ts';

// 64 KiB: the largest events of real providers are a tenth of that; unsigned callers get no further than here.
const bodyLimit = 65_536;

/**
 * The door for what the provider says unasked: `POST /webhooks/<provider>`. 401 to whatever it did not sign, 200 once
 * the event is written down (or was before, or is none of ours), 500 when that failed: then it comes again. 200, too, for
 * what it signed and nobody understands, once that is kept: providers repeat whatever does not get a 2xx for days.
 */
export const webhooks =
  ({ commands }: App, reader: WebhookReader, now: () => Date) =>
  (http: FastifyInstance): void => {
    // A plugin, so that only this door gets its bodies raw: the signature is over the bytes as they came.
    http.register(async (door) => {
      door.removeAllContentTypeParsers();
      door.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit }, (_, body, done) => done(null, body));
      door.post<{ Body: Buffer | undefined }>(`/webhooks/${reader.provider}`, async (request, reply) => {
        const signature = request.headers[reader.signatureHeader];
        const body = request.body ?? Buffer.alloc(0);
        const said = reader.read(body, typeof signature === 'string' ? signature : undefined, now());
        if (!said)
          return reply.status(401).send({ error: { code: 'UNSIGNED', message: 'The signature is not valid.' } });
        if ('unreadableBecause' in said) await commands.keepUnreadableWebhook(said);
        else await commands.receiveProviderEvent(said);
        return { received: true };
      });
    });
  };
