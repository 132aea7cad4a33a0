import type { FastifyInstance } from 'fastify';
import { ApiKeyQuestion, apiKeyVerificationPath } from '#contracts/api-key.ts';
import type { App } from '../usecases/app.ts';

/**
 * Tells gateways what a key may do, by its hash. Whoever can ask learns nothing that they do not know: nobody guesses a
 * hash of 160 random bits.
 */
export const apiKeys =
  ({ commands: { verifyApiKey } }: App) =>
  (http: FastifyInstance): void => {
    http.post(apiKeyVerificationPath, async ({ body }, reply) => {
      const question = ApiKeyQuestion.safeParse(body);
      reply.header('cache-control', 'no-store');
      if (!question.success) return reply.status(400).send({ error: { code: 'BAD_USER_INPUT', message: 'no hash' } });
      return reply.send(await verifyApiKey(question.data.hash));
    });
  };
