/** One viewer who asks for too much, and another: over a whole gateway. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { namedId } from '#contracts/ids.ts';
import { aGateway, type GatewayReply } from '#kit/gateway/builders.ts';
import { answer, aReplica } from '#kit/gateway/upstream-builders.ts';
import { anAccessToken, type KeyPair, keyPair, keyServer } from '#kit/user/token-builders.ts';
import { until } from '#kit/vitest/until.ts';

const running: { close(): Promise<void> }[] = [];
let key: KeyPair;
beforeEach(async () => {
  key = await keyPair('viewer');
});
afterEach(async () => {
  for (const each of running.splice(0).toReversed()) await each.close();
});

const buy = 'mutation { rename(id: "1", title: "x") { id } }';
const bought = answer({ data: { rename: { id: '1' } } });
const codeOf = ({ body }: GatewayReply) => body.errors?.[0]?.extensions.code ?? 'served';

it('a viewer with many purchases at once takes their share of a subgraph, and other viewers are served', async () => {
  const tokenKey = await keyPair('token');
  const keys = await keyServer([tokenKey.publicKey]);
  const held: (() => void)[] = [];
  // Like an order that waits for its outcome: it answers when it is told to.
  const product = await aReplica((response, request) => void held.push(() => bought(response, request)));
  running.push(keys, product);
  const gateway = await aGateway(key, {
    PRODUCT_SUBGRAPH_URL: product.url,
    ACCESS_TOKEN_JWKS_URL: keys.url,
    SUBGRAPH_VIEWER_CONCURRENCY: '4',
    SUBGRAPH_VIEWER_QUEUE: '6',
    SUBGRAPH_QUEUE_TIMEOUT_MS: '60000',
    // What is held is held on purpose, however slow the machine is.
    SUBGRAPH_TIMEOUT_MS: '60000',
    TRUSTED_PROXIES: '127.0.0.1',
  });
  running.push(gateway);
  const asking = (headers: Record<string, string>) => async () => codeOf(await gateway.ask(buy, { headers }));
  const viewer = async (name: string) =>
    asking({ authorization: `Bearer ${await anAccessToken(tokenKey, { sub: namedId('User', name) })}` });
  const guest = (address: string) => asking({ 'x-forwarded-for': address });

  const ends: Promise<string>[] = [];
  for (const greedy of [await viewer('greedy'), guest('2001:db8::1')]) {
    const [before, told] = [held.length, new Map<string, number>()];
    for (let n = 0; n < 30; n++)
      ends.push(
        greedy().then((code) => {
          told.set(code, (told.get(code) ?? 0) + 1);
          return code;
        }),
      );
    await until('what is beyond the share is refused', () => told.get('TOO_MANY_REQUESTS') === 20, 20_000);
    expect([held.length - before, told.size]).toEqual([4, 1]);
  }

  // Below the same /64 it is the same guest.
  expect(await guest('2001:db8::2')()).toBe('TOO_MANY_REQUESTS');
  for (const other of [await viewer('other'), guest('2001:db8:0:1::1')]) {
    const before = held.length;
    const served = other();
    await until('the other is there', () => held.length === before + 1);
    held.pop()?.();
    expect(await served).toBe('served');
  }

  product.behave(bought);
  for (const end of held) end();
  const codes = await Promise.all(ends);
  expect(codes.filter((code) => code === 'served')).toHaveLength(2 * (4 + 6));
});
