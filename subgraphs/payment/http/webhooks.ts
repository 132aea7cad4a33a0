import type { FastifyInstance } from 'fastify';
import type { App } from '../usecases/app.ts';
import type { Telemetry } from '../usecases/ports.ts';
import type { WebhookReader } from '../usecases/provider.ts';

// 64 KiB: ten times the largest events of real providers.
const bodyLimit = 65_536;

export interface WebhookDoor {
  readonly now: () => Date;
  readonly telemetry: Pick<Telemetry, 'refusedWebhook'>;
}

/**
 * `POST /webhooks/<provider>`, for each configured provider. 401 without a valid signature; 200 once the event is stored (or was
 * before, or does not concern us), and only then it is processed; 500 when that failed, and the provider sends it again. Also
 * 200 for a signed but unreadable body, once it is kept: providers repeat whatever does not get a 2xx for days.
 */
export const webhooks =
  ({ commands }: App, readers: readonly WebhookReader[], { now, telemetry }: WebhookDoor) =>
  (http: FastifyInstance): void => {
    // A plugin, so that only these routes get raw bodies: the signature covers the bytes as received.
    http.register(async (door) => {
      door.removeAllContentTypeParsers();
      door.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit }, (_, body, done) => done(null, body));
      for (const reader of readers) {
        const { provider } = reader;
        const errorHandler = (error: Error & { readonly statusCode?: number }): never => {
          if (error.statusCode === 413) telemetry.refusedWebhook(provider, 'too large');
          throw error;
        };
        door.post<{ Body: Buffer | undefined }>(`/webhooks/${provider}`, { errorHandler }, async (request, reply) => {
          const signature = request.headers[reader.signatureHeader];
          const body = request.body ?? Buffer.alloc(0);
          const webhook = reader.read(body, typeof signature === 'string' ? signature : undefined, now());
          if (!webhook) {
            telemetry.refusedWebhook(provider, 'no valid signature');
            return reply.status(401).send({ error: { code: 'UNSIGNED', message: 'The signature is not valid.' } });
          }
          if ('unreadableBecause' in webhook) {
            await commands.keepUnreadableWebhook(webhook);
            return reply.send({ received: true });
          }
          const event = await commands.receiveProviderEvent({ event: webhook, body });
          reply.send({ received: true });
          // Stored, so whatever fails from here on is tried again by the sweep, and reported by it.
          if (event) await commands.processProviderEvent(event).catch(() => undefined);
          return reply;
        });
      }
    });
  };
