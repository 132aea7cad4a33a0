/**
 * `npm run bench:account-timing`: whether the time of an answer tells who has an account. For each request that a guest can make about
 * an address it alternates between addresses with an account and without, where verified addresses are required, and prints how
 * long both took. It judges nothing: compare the two lines of each pair.
 */
import { randomUUID } from 'node:crypto';
import { print } from 'graphql';
import { Pool } from 'undici';
import { isRedisInstalled } from '#launcher/events.ts';
import { openTemporaryShop, type TemporaryShop } from '#launcher/temporary-shop.ts';
import { RegisterDocument, RequestPasswordResetDocument, SignInDocument } from '#operations/documents.generated.ts';
import { firstInterrupt } from '#platform/process/termination.ts';
import { percentile } from './capacity/meters.ts';
import { post } from './flood-observations.ts';
import { startGateway } from './gateway-process.ts';
import { numberOptions } from './options.ts';

const help = `usage: npm run bench:account-timing [-- --times N]
  --times N   how many requests of each kind (200)`;

const anAddress = () => `${randomUUID()}@example.com`;
const password = 'correct horse battery';

type Request = (email: string) => { readonly query: string; readonly variables: object };

const register: Request = (email) => ({
  query: print(RegisterDocument),
  variables: { input: { email, password, displayName: 'Ada' } },
});
const requestReset: Request = (email) => ({
  query: print(RequestPasswordResetDocument),
  variables: { input: { email } },
});
const signIn: Request = (email) => ({
  query: print(SignInDocument),
  variables: { input: { email, password: 'a wrong guess' } },
});

const measure = async (url: string, times: number, stop: AbortSignal): Promise<void> => {
  const pool = new Pool(new URL(url).origin, { connections: 1 });
  const timed = async (request: ReturnType<Request>): Promise<number> => {
    const begun = performance.now();
    const { status, text } = await post(pool, request, {});
    if (status !== 200 || text.includes('"errors"')) throw new Error(text);
    return performance.now() - begun;
  };
  try {
    const accounts = Array.from({ length: times }, anAddress);
    for (const email of accounts) if (!stop.aborted) await timed(register(email));
    for (const [name, request] of Object.entries({ register, requestPasswordReset: requestReset, signIn })) {
      const [withAccount, without]: [number[], number[]] = [[], []];
      for (const email of accounts) {
        if (stop.aborted) break;
        withAccount.push(await timed(request(email)));
        without.push(await timed(request(anAddress())));
      }
      console.log(`${name}\n  an account  ${summary(withAccount)}\n  none        ${summary(without)}`);
    }
  } finally {
    await pool.close();
  }
};

const summary = (times: number[]): string => {
  times.sort((a, b) => a - b);
  return [0.05, 0.5, 0.95].map((p) => `p${p * 100} ${percentile(times, p).toFixed(1)} ms`).join('  ');
};

/** Without limits: this client is one address. */
const gatewayOf = ({ environment: { GATEWAY_PORT: _, ...environment } }: TemporaryShop) =>
  startGateway({
    ...(environment as Record<string, string>),
    ...{ LOG_LEVEL: 'fatal', AUTHENTICATION: 'on', RATE_LIMITS: 'off' },
  });

const run = async (times: number, stop: AbortSignal): Promise<void> => {
  const events = isRedisInstalled() ? 'redis' : 'postgres';
  const env = { ...process.env, LOG_LEVEL: 'error', EMAIL_VERIFICATION: 'required' };
  process.stderr.write(`Starting a shop, events over ${events} …\n`);
  const shop = await openTemporaryShop({ events, env, signal: stop });
  const open: { stop(): Promise<unknown> }[] = [shop];
  try {
    const gateway = await gatewayOf(shop);
    open.unshift(gateway);
    await measure(gateway.url, times, stop);
  } finally {
    for (const one of open) await one.stop();
  }
};

const { times } = numberOptions(help, { times: { value: 200 } });
await run(times, firstInterrupt());
