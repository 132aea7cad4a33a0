/** One viewer who asks for too much, and another: over a whole gateway. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { namedId } from '../../contracts/ids.ts';
import { aGateway, type GatewayReply } from '../../tests/kit/gateway-builders.ts';
import { anAccessToken, type KeyPair, keyPair, keyServer } from '../../tests/kit/token-builders.ts';
import { until } from '../../tests/kit/until.ts';
import { answer, aReplica } from '../../tests/kit/upstream-builders.ts';

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

it('a viewer with 560 purchases at once takes their share of a subgraph, and another viewer is served', async () => {
  const tokenKey = await keyPair('token');
  const keys = await keyServer([tokenKey.publicKey]);
  const held: (() => void)[] = [];
  // Like an order that waits for its outcome: it answers when it is told to.
  const product = await aReplica((response, request) => void held.push(() => bought(response, request)));
  running.push(keys, product);
  const gateway = await aGateway(key, {
    PRODUCT_SUBGRAPH_URL: product.url,
    ACCESS_TOKEN_JWKS_URL: keys.url,
    SUBGRAPH_QUEUE_TIMEOUT_MS: '60000',
    SHED_EVENT_LOOP_DELAY_MS: '0',
  });
  running.push(gateway);
  const viewer = async (name: string) => {
    const authorization = `Bearer ${await anAccessToken(tokenKey, { sub: namedId('User', name) })}`;
    return async () => codeOf(await gateway.ask(buy, { headers: { authorization } }));
  };
  const [greedy, other] = [await viewer('greedy'), await viewer('other')];

  const answers = new Map<string, number>();
  const count = (code: string) => void answers.set(code, (answers.get(code) ?? 0) + 1);
  const all = Array.from({ length: 560 }, () => greedy().then(count));
  await until('what is beyond the share is refused', () => answers.get('TOO_MANY_REQUESTS') === 560 - 32 - 128, 20_000);
  expect(product.received).toHaveLength(32);

  const served = other();
  await until('the other is there', () => held.length === 33);
  held.pop()?.();
  expect(await served).toBe('served');
  expect(answers.get('served')).toBeUndefined();

  product.behave(bought);
  for (const end of held) end();
  await Promise.all(all);
  expect(Object.fromEntries(answers)).toEqual({ served: 32 + 128, TOO_MANY_REQUESTS: 400 });
});
