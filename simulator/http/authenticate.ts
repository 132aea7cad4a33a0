/** The page on which a customer takes the extra step: approve or decline, then back to the shop. */
import type { FastifyInstance, FastifyReply } from 'fastify';
import { inTransaction } from '../store/database.ts';
import { authenticate, findIntent, lockIntent } from '../store/intents.ts';
import type { Intent } from '../store/rows.ts';
import type { World } from './calls.ts';
import { parseForm } from './form.ts';

interface Page {
  readonly Params: { readonly id: string };
  readonly Querystring: { readonly client_secret?: string };
  readonly Body: string | undefined;
}

export const serveAuthentication = (http: FastifyInstance, { pool, clock }: World): void => {
  http.register(async (door) => {
    door.removeAllContentTypeParsers();
    // 1 KiB: a button's name.
    const limits = { parseAs: 'string', bodyLimit: 1_024 } as const;
    door.addContentTypeParser('application/x-www-form-urlencoded', limits, (_, body, done) => done(null, body));

    door.get<Page>('/authenticate/:id', async ({ params, query }, reply) => {
      const intent = await findIntent(pool, params.id);
      if (!intent || intent.client_secret !== query.client_secret) return notHere(reply);
      return intent.status === 'requires_action' ? html(reply, question(intent)) : back(reply, intent);
    });
    door.post<Page>('/authenticate/:id', async ({ params, query, body }, reply) => {
      const known = await findIntent(pool, params.id);
      if (!known || known.client_secret !== query.client_secret) return notHere(reply);
      const isPassed = parseForm(body ?? '')?.code === 'approve';
      const intent = await inTransaction(pool, clock, async (tx, now) => {
        const locked = await lockIntent(tx, params.id, now);
        return locked && authenticate(tx, locked, isPassed, now);
      });
      return intent ? back(reply, intent) : notHere(reply);
    });
  });
};

const notHere = (reply: FastifyReply) => html(reply.status(404), '<p>There is no such payment.</p>');

/** To the shop, with what Stripe adds to its address. */
const back = (reply: FastifyReply, intent: Intent) => {
  if (!intent.return_url) return html(reply, '<p>Done. You can close this page.</p>');
  const url = new URL(intent.return_url);
  url.searchParams.set('payment_intent', intent.id);
  url.searchParams.set('payment_intent_client_secret', intent.client_secret);
  url.searchParams.set('redirect_status', intent.status === 'requires_payment_method' ? 'failed' : 'succeeded');
  return reply.redirect(url.href, 303);
};

const question = ({ amount, currency }: Intent): string =>
  `<h1>Payment simulator</h1>
<p>Pay ${amount} (minor units) ${currency.toUpperCase()}?</p>
<form method="post">
<button name="code" value="approve">Approve</button>
<button name="code" value="decline">Decline</button>
</form>`;

const html = (reply: FastifyReply, content: string) =>
  reply
    .header('content-security-policy', "default-src 'none'; frame-ancestors 'none'")
    .header('cache-control', 'no-store')
    .header('referrer-policy', 'no-referrer')
    .type('text/html; charset=utf-8')
    .send(`<!doctype html><html lang="en"><meta charset="utf-8"><title>Payment simulator</title>${content}</html>`);
