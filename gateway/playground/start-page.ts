/** The page at `/`: where everything is. Development only, where `npm start` and the checkout exist. */
import type { FastifyInstance } from 'fastify';
import { jsonType, pageType } from '../http/content-negotiation.ts';

const headers = {
  'content-type': pageType,
  vary: 'accept',
  'cache-control': 'no-cache',
  'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
};

export const serveStartPage = (http: FastifyInstance, { hasPlayground }: { hasPlayground: boolean }): void => {
  const page = pageHtml(hasPlayground);
  // Other clients get the usual 404.
  http.get('/', { config: { answers: [jsonType, pageType] } }, (request, reply) =>
    request.answerType === pageType ? reply.headers(headers).send(page) : reply.callNotFound(),
  );
};

const pageHtml = (hasPlayground: boolean): string => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Agora</title>
<style>
  :root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif }
  body { max-width: 46rem; margin: 3rem auto; padding: 0 1rem }
  dt { font-weight: 600; margin-top: 1rem }
  dd { margin: 0 }
</style>
<h1>Agora</h1>
<p>One GraphQL graph over four services: user, product, order, payment. This is its gateway, in development.</p>
<dl>
  <dt>Graph</dt>
  <dd><code>POST /graphql</code>, for every client; live updates with <code>accept: text/event-stream</code>.
    Pages of other origins: <code>CORS_ORIGINS</code>; those on this machine's loopback addresses may ask as it is.</dd>
${hasPlayground ? playground : ''}  <dt>Health</dt>
  <dd><a href="/health/ready">/health/ready</a> reports the state of each service; <a href="/metrics">/metrics</a> is for Prometheus.
    Each service has both, on its own port.</dd>
  <dt>Messages that failed</dt>
  <dd><code>npm run dead-letters -- list</code> shows them, <code>npm run dead-letters -- redrive</code> puts them back.</dd>
  <dt>Docs</dt>
  <dd>In the checkout: <code>README.md</code> has operations to paste, <code>ARCHITECTURE.md</code> the life of one checkout,
    <code>docs/glossary.md</code> the words, <code>docs/live-updates.md</code> subscriptions, <code>docs/runbook.md</code> what an
    alert means.</dd>
  <dt>Break something</dt>
  <dd>Kill a service while you shop: <code>pkill -9 -f subgraphs/order/main.ts</code> (containers:
    <code>docker compose kill order</code>). Its part of an answer is <code>null</code> with an error, the rest is there
    (<code>docs/degraded-mode.md</code>); <code>npm start</code> starts it again after a few seconds, and a checkout that was under way
    goes on.</dd>
  <dd>Pay with <code>tok_decline</code> or <code>tok_timeout</code> (<code>subgraphs/payment/README.md</code>).</dd>
  <dd>Then <code>npm run audit</code>: no order lost, no customer charged twice, no unit sold twice.</dd>
</dl>
</html>
`;

const playground = `  <dt>Playground</dt>
  <dd><a href="/graphql">/graphql</a> in a browser. Its first tabs sign in and buy. To buy without an account, run
    <code>startGuestSession</code> instead: the page sends the newest access token it has seen.</dd>
`;
