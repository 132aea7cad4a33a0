/**
 * `npm run bench:sign-in-flood`: what guessing passwords at sign-in achieves, and what it does to everybody else: many
 * guesses at one account, one guess at each of many accounts; from one client address and from many. Fails when a flood
 * gets more passwords checked than it may, when the account's owner cannot sign in meanwhile, or when others have to wait.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { print } from 'graphql';
import { Pool } from 'undici';
import { pastProxies } from '#launcher/environment.ts';
import { isRedisInstalled } from '#launcher/events.ts';
import { openTemporaryShop } from '#launcher/temporary-shop.ts';
import { AccountDocument, RegisterDocument, SignInDocument } from '#operations/documents.generated.ts';
import { firstInterrupt } from '#platform/process/termination.ts';
import { percentile } from './capacity/meters.ts';
import { post } from './flood-observations.ts';
import { type GatewayProcess, gatewayOf } from './gateway-process.ts';
import { numberOptions } from './options.ts';

const help = `usage: npm run bench:sign-in-flood [-- --guesses N] [--at-once N]
  --guesses N   how many passwords each flood tries (1000)
  --at-once N   how many of them are under way at a time (50)
Ctrl-C ends it early and prints what was measured until then.`;

// What a flood's neighbours may have to wait at the 95th percentile, as in bench:flood.
const othersWaitMs = 500;
const quietMs = 10_000;
// Of a signed-in customer who looks at their account page again and again.
const pauseMs = 50;

interface Flood {
  readonly name: string;
  readonly email: (n: number) => string;
  readonly address: (n: number) => string;
  /** How many of 1000 guesses may have their password checked, by ADR 27; beyond that they are slowed down. */
  readonly mayCheck: number;
}

const floodsOf = (owner: string): Flood[] => [
  // Four typing errors are free, and guesses that are under way at once learn no more than that.
  { name: 'one account, one address', email: () => owner, address: () => '198.51.100.1', mayCheck: 10 },
  // 30 in all are free. After that, one for each address, because it may be the owner's.
  { name: 'one account, 100 addresses', email: () => owner, address: (n) => `10.0.0.${n % 100}`, mayCheck: 200 },
  // RATE_LIMIT_CREDENTIALS_PER_ADDRESS: an office full of people may share an address.
  {
    name: '1 guess per account, one address',
    email: (n) => `nobody-${n}@example.com`,
    address: () => '198.51.100.2',
    mayCheck: 600,
  },
];

/** What the answer says: a checked password, or why it was not. */
const outcomeOf = ({ status, text }: { readonly status: number; readonly text: string }): string => {
  const body = JSON.parse(text) as {
    data?: { signIn?: { __typename: string } | null };
    errors?: { extensions?: { code?: string } }[];
  };
  return body.data?.signIn?.__typename ?? body.errors?.[0]?.extensions?.code ?? String(status);
};

const clientOf = (gateway: GatewayProcess, connections: number) => {
  const pool = new Pool(new URL(gateway.url).origin, { connections });
  const ask = (query: string, variables: object, headers: Record<string, string>) =>
    post(pool, { query, variables }, headers);
  const signIn = (email: string, password: string, address: string) =>
    ask(print(SignInDocument), { input: { email, password } }, { 'x-forwarded-for': address });
  return { ask, signIn, stop: () => pool.close() };
};

type Client = ReturnType<typeof clientOf>;

const home = '192.0.2.1';

/** An account whose owner has signed in at home. */
const anOwner = async ({ ask, signIn }: Client) => {
  const [email, password] = [`owner-${randomUUID()}@example.com`, randomUUID()];
  const input = { email, password, displayName: 'Olga Owner' };
  await ask(print(RegisterDocument), { input }, { 'x-forwarded-for': home });
  const { data } = JSON.parse((await signIn(email, password, home)).text);
  return { email, password, headers: { authorization: `Bearer ${data.signIn.accessToken}`, 'x-forwarded-for': home } };
};

/** How long a signed-in customer waits for their account page until `work` is over. */
const meanwhile = async ({ ask }: Client, headers: Record<string, string>, work: Promise<unknown>) => {
  const times: number[] = [];
  let faults = 0;
  let isOver = false;
  const over = work.finally(() => {
    isOver = true;
  });
  while (!isOver) {
    const begun = performance.now();
    const answer = await ask(print(AccountDocument), {}, headers).catch(() => undefined);
    if (answer?.status !== 200 || answer.text.includes('"errors"')) faults += 1;
    times.push(performance.now() - begun);
    await sleep(pauseMs);
  }
  await over;
  times.sort((a, b) => a - b);
  const [p50, p95] = [percentile(times, 0.5), percentile(times, 0.95)];
  console.log(`  me: ${times.length} times, p50 ${p50.toFixed(0)} ms, p95 ${p95.toFixed(0)} ms, ${faults} faults`);
  return p95 <= othersWaitMs && faults === 0;
};

/** The outcomes of the guesses, and how many had each. */
const flood = async (
  { signIn }: Client,
  { email, address }: Flood,
  { guesses, atOnce, stop }: { readonly guesses: number; readonly atOnce: number; readonly stop: AbortSignal },
): Promise<Map<string, number>> => {
  const outcomes = new Map<string, number>();
  let next = 0;
  const guesser = async () => {
    while (next < guesses && !stop.aborted) {
      const n = next++;
      const outcome = await signIn(email(n), `wrong guess ${n}`, address(n)).then(outcomeOf, () => 'no answer');
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, guesser));
  return outcomes;
};

const measure = async (client: Client, guesses: number, atOnce: number, stop: AbortSignal): Promise<string[]> => {
  const owner = await anOwner(client);
  console.log('before');
  await meanwhile(
    client,
    owner.headers,
    sleep(quietMs, undefined, { signal: stop }).catch(() => undefined),
  );
  const broken: string[] = [];
  for (const each of floodsOf(owner.email)) {
    if (stop.aborted) break;
    console.log(`${guesses} guesses: ${each.name}`);
    const begun = performance.now();
    const flooding = flood(client, each, { guesses, atOnce, stop });
    const isFine = await meanwhile(client, owner.headers, flooding);
    const outcomes = await flooding;
    const answers = [...outcomes].map(([outcome, times]) => `${times} × ${outcome}`).join(', ');
    console.log(`  answered within ${((performance.now() - begun) / 1_000).toFixed(1)} s: ${answers}`);
    const [atHome, elsewhere] = [
      outcomeOf(await client.signIn(owner.email, owner.password, home)),
      outcomeOf(await client.signIn(owner.email, owner.password, '203.0.113.77')),
    ];
    console.log(`  the owner: at home ${atHome}, elsewhere ${elsewhere}`);
    const checked = outcomes.get('InvalidCredentials') ?? 0;
    if (checked > each.mayCheck) broken.push(`${each.name}: ${checked} checked, more than ${each.mayCheck}`);
    if (!isFine) broken.push(`${each.name}: others waited longer than ${othersWaitMs} ms, or were not answered`);
    if (atHome !== 'SignInSuccess' || elsewhere !== 'SignInSuccess')
      broken.push(`${each.name}: the owner is locked out`);
  }
  return broken;
};

const run = async (guesses: number, atOnce: number, stop: AbortSignal): Promise<boolean> => {
  const events = isRedisInstalled() ? 'redis' : 'postgres';
  process.stderr.write(`Starting a shop, events over ${events} …\n`);
  const shop = await openTemporaryShop({ events, env: { ...process.env, LOG_LEVEL: 'error' }, signal: stop });
  const open: { stop(): Promise<unknown> }[] = [shop];
  try {
    const gateway = await gatewayOf(shop);
    open.unshift(gateway);
    const client = clientOf(gateway, atOnce + 4);
    open.unshift(client);
    const broken = await measure(client, guesses, atOnce, stop);
    for (const sentence of broken) console.error(sentence);
    return broken.length === 0;
  } finally {
    for (const one of open) await one.stop();
  }
};

const { guesses, 'at-once': atOnce } = numberOptions(help, { guesses: { value: 1_000 }, 'at-once': { value: 50 } });
Object.assign(process.env, pastProxies(process.env));
process.exitCode = (await run(guesses, atOnce, firstInterrupt())) ? 0 : 1;
