/** Which source files a purchase enters: measured in the running services, by V8's own count of calls. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';

const services = 5;
// 300 s: a first start makes four databases, on a machine that may be busy.
const startWithinMs = 300_000;

// 2 s: change notifications take milliseconds, and a retried message a second.
const settledMs = 2_000;

/**
 * Starts the checkout at `root` with its own launcher, buys once so that everything is warm, buys again, and returns the
 * files of the checkout that ran meanwhile, relative to `root`. Background work of those seconds is counted in.
 */
export const filesOfPurchase = async (root: string): Promise<string[]> => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'agora-structure-'));
  const port = 20_000 + (process.pid % 20_000);
  const launcher = startLauncher(root, folder, port);
  try {
    const gateway = `http://127.0.0.1:${port}/graphql`;
    const customer = await signedIn(gateway, launcher);
    await buy(customer);
    // The stock that this purchase took makes the gateway forget the product's page, a moment later: it is fetched again, so
    // that what is counted does not depend on that moment.
    await sleep(settledMs);
    await browse(customer);
    await called(folder, 1);
    await buy(customer);
    const files = await called(folder, 2);
    return [...new Set(files)]
      .map((file) => path.relative(root, file))
      .filter((file) => !/^\.\.|node_modules|\.generated\.|^prisma\/[^/]+\/client\/|^tools\//.test(file))
      .toSorted();
  } finally {
    if (launcher.exitCode === null) {
      const ended = new Promise((resolve) => launcher.once('exit', resolve));
      launcher.kill('SIGTERM');
      await ended;
    }
    rmSync(folder, { recursive: true, force: true });
  }
};

const startLauncher = (root: string, folder: string, port: number): ChildProcess => {
  const program = ['launcher/start.ts', 'scripts/start.ts'].find((file) => existsSync(path.join(root, file)));
  if (!program) throw new Error(`${root} has no launcher`);
  const hook = pathToFileURL(path.join(import.meta.dirname, 'count-calls.mjs'));
  hook.searchParams.set('folder', folder);
  const args = [program, '--data', path.join(folder, 'data'), '--ports-from', String(port)];
  const NODE_OPTIONS = `--import=${hook.href} --disable-warning=ExperimentalWarning`;
  const env = { ...process.env, NODE_OPTIONS };
  return spawn(process.execPath, args, { cwd: root, env, stdio: ['ignore', 'ignore', 'inherit'] });
};

type Ask = <Data>(query: string, variables?: object) => Promise<Data>;

const client =
  (url: string, accessToken?: string): Ask =>
  async (query, variables) => {
    const headers = {
      'content-type': 'application/json',
      ...(accessToken && { authorization: `Bearer ${accessToken}` }),
    };
    const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ query, variables }) });
    const { data, errors } = (await response.json()) as { data: never; errors?: readonly unknown[] };
    if (errors) throw new Error(JSON.stringify(errors));
    return data;
  };

/** Signs the demo customer in, once the seed has made them. Not before the catalogue is there: early tries count as guesses. */
const signedIn = async (url: string, launcher: ChildProcess): Promise<Ask> => {
  const until = Date.now() + startWithinMs;
  const query = `mutation SignIn { signIn(input: { email: "customer@example.com", password: "demo-customer" }) {
    ... on SignInSuccess { accessToken } } }`;
  const tryOnce = async () => {
    if (!(await variantOfLamp(client(url)))) return undefined;
    return (await client(url)<{ signIn: { accessToken?: string } }>(query)).signIn.accessToken;
  };
  while (Date.now() < until) {
    const token = await tryOnce().catch(() => undefined);
    if (token) return client(url, token);
    if (launcher.exitCode !== null) throw new Error(`the launcher ended with ${launcher.exitCode}`);
    await sleep(2_000);
  }
  throw new Error('the demo customer cannot sign in');
};

const variantOfLamp = async (ask: Ask): Promise<string | undefined> => {
  const { product } = await ask<{ product: { variants: { id: string }[] } | null }>(
    'query Look { product(slug: "trail-lamp-200") { id title variants { id price { amount } availability } } }',
  );
  return product?.variants[0]?.id;
};

const browse = async (ask: Ask): Promise<string | undefined> => {
  await ask('query Browse { products(first: 5) { edges { node { id title priceFrom { amount } } } } }');
  return variantOfLamp(ask);
};

/** Browses, puts a lamp into the cart, places the order, and looks at it until it is CONFIRMED. */
const buy = async (ask: Ask): Promise<void> => {
  const variantId = await browse(ask);
  // Right after the seed the order service may not have heard of the product yet.
  for (let tries = 0; tries < 60; tries += 1) {
    const { addToCart } = await ask<{ addToCart: { __typename: string } }>(
      'mutation Add($input: AddToCartInput!) { addToCart(input: $input) { __typename } }',
      { input: { variantId, quantity: 1 } },
    );
    if (addToCart.__typename === 'AddToCartSuccess') break;
    await sleep(500);
  }
  const { cart } = await ask<{ cart: { total: object } | null }>('query Total { cart { total { amount currency } } }');
  const { placeOrder } = await ask<{ placeOrder: { order?: { id: string } } }>(
    `mutation Place($key: String!, $input: PlaceOrderInput!) {
      placeOrder(idempotencyKey: $key, input: $input) { __typename ... on PlaceOrderSuccess { order { id } } } }`,
    { key: crypto.randomUUID(), input: { paymentMethodToken: 'tok_approve', expectedTotal: cart?.total } },
  );
  if (!placeOrder.order) throw new Error(`the order was not placed: ${JSON.stringify(placeOrder)}`);
  for (let looks = 0; looks < 300; looks += 1) {
    const { order } = await ask<{ order: { status: string } }>(
      'query Look($id: ID!) { order(id: $id) { id status payments { status } } }',
      { id: placeOrder.order.id },
    );
    if (order.status === 'CONFIRMED') return;
    await sleep(100);
  }
  throw new Error('the order was not confirmed');
};

const called = async (folder: string, report: number): Promise<string[]> => {
  const pids = readdirSync(folder).flatMap((name) => /^(\d+)\.pid$/.exec(name)?.[1] ?? []);
  if (pids.length !== services) throw new Error(`${pids.length} of ${services} services count their calls`);
  for (const pid of pids) process.kill(Number(pid), 'SIGUSR2');
  const files = pids.map((pid) => path.join(folder, `${pid}.${report}.json`));
  while (!files.every((file) => existsSync(file) && readFileSync(file, 'utf8').endsWith(']'))) await sleep(50);
  return files.flatMap((file) => JSON.parse(readFileSync(file, 'utf8')) as string[]);
};
