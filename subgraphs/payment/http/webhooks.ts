import type { FastifyInstance } from 'fastify';
import type { App } from '../usecases/app.ts';
import type { WebhookReader } from '../usecases/ports.ts';

// 64 KiB: ten times the largest events of real providers.
const bodyLimit = 65_536;

/**
 * `POST /webhooks/<provider>`. 401 without a valid signature; 200 once the event is recorded (or was before, or does not
 * concern us); 500 when that failed, and the provider sends it again. Also 200 for a signed but unreadable body, once it is
 * kept: providers repeat whatever does not get a 2xx for days.
 */
export const webhooks =
  ({ commands }: App, reader: WebhookReader, now: () => Date) =>
  (http: FastifyInstance): void => {
    // A plugin, so that only this route gets raw bodies: the signature covers the bytes as received.
    http.register(async (door) => {
      door.removeAllContentTypeParsers();
      door.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit }, (_, body, done) => done(null, body));
      door.post<{ Body: Buffer | undefined }>(`/webhooks/${reader.provider}`, async (request, reply) => {
        const signature = request.headers[reader.signatureHeader];
        const body = request.body ?? Buffer.alloc(0);
        const webhook = reader.read(body, typeof signature === 'string' ? signature : undefined, now());
        if (!webhook)
          return reply.status(401).send({ error: { code: 'UNSIGNED', message: 'The signature is not valid.' } });
        if ('unreadableBecause' in webhook) await commands.keepUnreadableWebhook(webhook);
        else await commands.receiveProviderEvent(webhook);
        return { received: true };
      });
    });
  };
