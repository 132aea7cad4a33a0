/**
 * A subgraph is added by its folder, its `prisma/<name>/` and one line in services.ts; whatever else changes is written by a
 * command. Shown with tests/fixtures/review, in a copy of this checkout. Beside it tests/fixtures/hours, which is no program of
 * Node's.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { appendFileSync, cpSync, existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { createClient } from 'graphql-sse';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bareEnvironment } from '#kit/agora/agora.ts';
import { type CopiedTree, copyTree } from '#kit/agora/copied-tree.ts';
import { until } from '#kit/vitest/until.ts';
import { freePort } from '#launcher/ports.ts';
import { newShopper, type Shopper, succeed } from '#launcher/shopper/shopper.ts';
import { serviceNames, variableOf } from '#ops/services.ts';

const added = ['review', 'hours'];
let tree: CopiedTree;
let launcher: ChildProcess | undefined;
let lines = '';
let urls: { gateway: string; review: string; hours: string };
let customer: Shopper;

const fileOf = (name: string): string => readFileSync(path.join(tree.root, name), 'utf8');

beforeAll(async () => {
  tree = copyTree();
  for (const name of added) {
    cpSync(path.resolve('tests/fixtures', name), tree.root, { recursive: true });
    const line = `export { service as ${name} } from './subgraphs/${name}/service.ts';\n`;
    appendFileSync(path.join(tree.root, 'services.ts'), line);
  }
  await tree.run('tools/compose.ts');
  await tree.run('tools/generate.ts');
  await tree.run('tools/deployment.ts', 'write');
  await tree.run('tools/env-example.ts');
  await tree.run('tools/degraded.ts');
  await tree.run('tools/contracts.ts', '--accept', 'asyncapi');
  urls = await start();
});

afterAll(async () => {
  // The second signal: at once.
  launcher?.kill();
  launcher?.kill('SIGINT');
  if (launcher) await until('the launcher has ended', () => launcher?.exitCode !== null, 60_000);
  tree.remove();
});

/** `npm start` in the copy. */
const start = async (): Promise<typeof urls> => {
  const names = [...serviceNames, ...added];
  const ports = new Map<string, number>();
  for (const name of names) ports.set(name, await freePort());
  const env = Object.fromEntries(names.map((name) => [variableOf(name, 'PORT'), String(ports.get(name))]));
  Object.assign(env, { HOURS_TEXT: 'Monday to "Friday"', HOURS_SECRET: 'not in its descriptor' });
  const args = ['launcher/start.ts', '--data', path.join(tree.root, '.data'), '--events', 'postgres'];
  launcher = spawn(process.execPath, args, { cwd: tree.root, env: { ...bareEnvironment(), ...env } });
  for (const output of [launcher.stdout, launcher.stderr]) output?.on('data', (text) => (lines += text));
  await until(
    'the shop is ready',
    () => /Agora (is ready|runs without)/.test(lines) || launcher?.exitCode !== null,
    180_000,
  );
  expect(lines).toContain('Agora is ready');
  const url = (name: string) => `http://127.0.0.1:${ports.get(name)}`;
  return { gateway: `${url('gateway')}/graphql`, review: url('review'), hours: url('hours') };
};

const ask = async <T>(query: string, variables: object = {}): Promise<T> => {
  const response = await fetch(urls.gateway, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${customer.accessToken}` },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = (await response.json()) as { data: T; errors?: unknown };
  expect(errors).toBeUndefined();
  return data;
};

interface Reviewed {
  readonly id: string;
  readonly rating: number;
  readonly text: string;
  readonly isByBuyer: boolean;
  readonly product: { readonly title: string };
}
const write = async (productId: string, text: string): Promise<Reviewed> => {
  const { writeReview } = await ask<{ writeReview: { review: Reviewed } }>(
    `mutation ($key: String, $input: WriteReviewInput!) { writeReview(idempotencyKey: $key, input: $input) {
       ... on WriteReviewSuccess { review { id rating text isByBuyer product { title } } }
     } }`,
    { key: randomUUID(), input: { productId, rating: 4, text } },
  );
  return writeReview.review;
};

interface Offered {
  readonly products: {
    readonly edges: readonly {
      readonly node: { readonly id: string; readonly title: string; readonly variants: readonly { id: string }[] };
    }[];
  };
}

it('answers through the gateway, beside the product that it reviews, and live', async () => {
  customer = await newShopper(urls.gateway);
  const { products } = await ask<Offered>('{ products(first: 1) { edges { node { id title variants { id } } } } }');
  const product = products.edges[0]?.node;
  const variantId = product?.variants[0]?.id;
  if (!product || !variantId) throw new Error('the shop is empty');
  const review = await write(product.id, 'It is fine.');
  expect(review).toMatchObject({ rating: 4, isByBuyer: false, product: { title: product.title } });

  const texts: string[] = [];
  const client = createClient({ url: urls.gateway });
  const stop = client.subscribe<{ reviewUpdated: Reviewed }>(
    { query: 'subscription ($id: ID!) { reviewUpdated(id: $id) { text } }', variables: { id: review.id } },
    {
      next: ({ data }) => texts.push(data?.reviewUpdated.text ?? ''),
      error: () => undefined,
      complete: () => undefined,
    },
  );
  await until('the first snapshot', () => texts.length > 0);
  expect(await write(product.id, 'It is better.')).toMatchObject({ id: review.id });
  await until('the change', () => texts.includes('It is better.'));
  stop();

  // order.confirmed reaches it: from then on the author is known as a buyer.
  await until(
    'order has heard of the product',
    () =>
      customer.add({ variantId }).then(
        () => true,
        () => false,
      ),
    60_000,
  );
  succeed(await customer.place({ paymentMethodToken: 'tok_approve' }), 'PlaceOrderSuccess');
  await until(
    'the review is that of a buyer',
    async () => {
      const { product: found } = await ask<{ product: { reviews: Reviewed[] } }>(
        'query ($id: ID!) { product(id: $id) { reviews { text isByBuyer } } }',
        { id: product.id },
      );
      return found.reviews.some(({ text, isByBuyer }) => text === 'It is better.' && isByBuyer);
    },
    60_000,
  );
});

it('has a database and secrets of its own, health and metrics', async () => {
  const secrets = JSON.parse(fileOf('.data/secrets.json'));
  expect(secrets.databasePasswords.review).toMatch(/^.{32}$/);
  expect(lines).toContain('review/20261126000000_init');
  for (const probe of ['live', 'ready'])
    expect((await fetch(`${urls.review}/health/${probe}`)).status, probe).toBe(200);
  expect(await (await fetch(`${urls.review}/metrics`)).text()).toMatch(/agora_\w+\{[^}]*service="review"/);
});

it('need not be Node: one in Perl is started by its own command, on its port, with its own variables, and answers', async () => {
  for (const probe of ['live', 'ready']) expect((await fetch(`${urls.hours}/health/${probe}`)).status, probe).toBe(200);
  const asked = await fetch(urls.gateway, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: '{ openingHours }' }),
  });
  expect(await asked.json()).toEqual({ data: { openingHours: 'Monday to "Friday"' } });

  const seen = /hours sees (.*)/.exec(lines)?.[1]?.split(' ') ?? [];
  expect(seen).toEqual(expect.arrayContaining(['HOURS_PORT', 'HOURS_TEXT', 'PATH']));
  expect(seen.filter((name) => /SECRET|KEY|PASSWORD|DATABASE|REDIS|PROFILE|NODE_COMPILE_CACHE/.test(name))).toEqual([]);
});

it('is scraped, deployed and documented, as the checks of the deployment and of the contracts want it', async () => {
  expect(fileOf('deploy/prometheus/prometheus.yml')).toContain('job_name: review-worker');
  for (const workload of ['review', 'review-worker'])
    expect(existsSync(path.join(tree.root, `deploy/kubernetes/base/${workload}.yaml`)), workload).toBe(true);
  expect(fileOf('docker-compose.yml')).toContain('postgres-review:');
  expect(fileOf('.env.example')).toContain('#REVIEW_TEXT_LENGTH=2000');
  expect((await tree.run('tools/image.ts', '--list')).split('\n')).toContain('subgraphs/review/main.ts');
  await tree.run('tools/deployment.ts');
  await tree.run('tools/contracts.ts', '--offline');
  await tree.run('tools/import-rule/check.ts');
});

it('needs no other file to be edited: all of it compiles', async () => {
  await tree.run('node_modules/typescript/bin/tsc', '--noEmit', '-p', '.');
});
