import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { aFakeSubgraph, aGate, type FakeSubgraph, idsIn } from '#kit/gateway/fake-subgraph.ts';
import { aGateway, type GatewayFixture } from '#kit/gateway/gateway.ts';
import { type BreakableLink, breakableLink } from '#kit/network/breakable-link.ts';
import { recordedLog } from '#kit/observability/recorded-log.ts';
import { eventsDatabase } from '#kit/postgres/postgres.ts';
import { redisHere, startRedis } from '#kit/redis/redis.ts';
import { until } from '#kit/vitest/until.ts';
import { type ChangeNotifications, createChangeNotifications } from '#platform/pubsub/change-notifications.ts';

const transports = {
  redis: { here: redisHere(), start: startRedis, variable: 'REDIS_URL', isShared: true },
  postgres: {
    here: true,
    start: async () => {
      const { url, dispose } = await eventsDatabase();
      return { url, stop: dispose };
    },
    variable: 'EVENTS_DATABASE_URL',
    isShared: false,
  },
};

const query = '{ products { id title likes } }';
const lamp = { about: { type: 'Product', id: 'p1' } };

describe.each(Object.values(transports).filter(({ here }) => here))('two gateways over $variable', (transport) => {
  let server: { url: string; stop(): Promise<void> };
  let link: BreakableLink;
  let product: FakeSubgraph;
  let user: FakeSubgraph;
  let one: GatewayFixture;
  let other: GatewayFixture;
  let subgraph: ChangeNotifications;
  let title: string;

  const start = () =>
    aGateway({
      PRODUCT_SUBGRAPH_URL: product.url,
      USER_SUBGRAPH_URL: user.url,
      RATE_LIMITS: 'off',
      [transport.variable]: link.url,
    });
  const shownBy = async (gateway: GatewayFixture) => {
    const { body } = await gateway.ask(query);
    return (body.data?.products as { title: string }[] | undefined)?.[0]?.title;
  };
  const isHit = async (gateway: GatewayFixture) => (await gateway.ask(query)).headers.get('x-cache') === 'hit';
  /** How often a gateway was told to forget what the product subgraph has given. */
  const forgot = async ({ url }: GatewayFixture): Promise<number> => {
    const text = await (await fetch(`${url}/metrics`)).text();
    return Number(/^agora_gateway_cache_invalidations_total\{subgraph="product".*\} (\d+)$/m.exec(text)?.[1] ?? 0);
  };
  const bothKeep = async () => {
    for (const gateway of [one, other]) await until('kept', () => isHit(gateway), 20_000);
  };

  beforeEach(async () => {
    server = await transport.start();
    link = await breakableLink(server.url);
    title = 'Lamp';
    product = await aFakeSubgraph(() => ({ data: { products: [{ __typename: 'Product', id: 'p1', title }] } }));
    user = await aFakeSubgraph((request) => ({ data: { _entities: idsIn(request).map(() => ({ likes: 7 })) } }));
    [one, other] = await Promise.all([start(), start()]);
    subgraph = createChangeNotifications({ [transport.variable]: server.url }, recordedLog().log);
  });
  afterEach(async () => {
    await subgraph.close();
    for (const each of [one, other, product, user, link]) await each.close();
    await server.stop();
  });

  it('both invalidate a changed product, and every list that may contain it', async () => {
    await bothKeep();
    title = 'Lantern';
    expect(await Promise.all([one, other].map(shownBy))).toEqual(['Lamp', 'Lamp']);
    await subgraph.publish(lamp);
    for (const gateway of [one, other]) await until('seen', async () => (await shownBy(gateway)) === 'Lantern');
    await bothKeep();
  });

  it('neither invalidates anything when an unrelated entity has changed', async () => {
    await bothKeep();
    title = 'Lantern';
    await subgraph.publish({ about: { type: 'Order', id: 'o1' } });
    // Change notifications keep their order: what comes after it was heard after it.
    let heard = false;
    subgraph.subscribe(() => {
      heard = true;
    });
    await until('heard', async () => {
      await subgraph.publish({ about: { type: 'Order', id: 'o2' } });
      return heard;
    });
    expect(await Promise.all([one, other].map(shownBy))).toEqual(['Lamp', 'Lamp']);
    expect(await Promise.all([one, other].map(forgot))).toEqual([0, 0]);
  });

  it('an answer overtaken by a change is returned to those who asked before it, and to nobody after', async () => {
    await bothKeep();
    await subgraph.publish(lamp);
    for (const gateway of [one, other]) await until('forgotten', async () => (await forgot(gateway)) > 0);
    const gate = aGate();
    const before = product.asked.length;
    product.answer = () =>
      gate.opened.then(() => ({ data: { products: [{ __typename: 'Product', id: 'p1', title: 'Lamp' }] } }));
    const early = shownBy(one);
    await until('asked', () => product.asked.length === before + 1);
    product.answer = () => ({ data: { products: [{ __typename: 'Product', id: 'p1', title: 'Lantern' }] } });
    const told = await Promise.all([one, other].map(forgot));
    await subgraph.publish(lamp);
    for (const [index, gateway] of [one, other].entries())
      await until('forgotten', async () => (await forgot(gateway)) > (told[index] ?? 0));
    // Asked after the change, while the overtaken answer is still on its way: not to be waited for, not to be shared.
    expect(await shownBy(one)).toBe('Lantern');
    gate.open();
    expect(await early).toBe('Lamp');
    expect([await shownBy(one), await shownBy(other)]).toEqual(['Lantern', 'Lantern']);
  });

  it('changes missed during an absence are not served from the cache, neither then nor afterwards', async () => {
    await bothKeep();
    await link.cut();
    title = 'Lantern';
    for (const gateway of [one, other]) await until('not trusted', async () => (await shownBy(gateway)) === 'Lantern');
    await subgraph.publish(lamp);
    title = 'Torch';
    await link.restore();
    await until('kept again', async () => (await isHit(one)) && (await isHit(other)), 20_000);
    expect(await Promise.all([one, other].map(shownBy))).toEqual(['Torch', 'Torch']);
  });

  it.runIf(transport.isShared)(
    'share what either has fetched: responses, and entities for other responses',
    async () => {
      let turn = 0;
      // A store that is slow for once is not waited for; then the next question is as good.
      await until('an answer found', async () => {
        const question = `query Turn${turn++} ${query}`;
        await one.ask(question);
        const before = product.asked.length;
        const { body } = await other.ask(question);
        expect(body.data).toEqual({ products: [{ id: 'p1', title: 'Lamp', likes: 7 }] });
        return product.asked.length === before;
      });
      await until('an entity found', async () => {
        const before = [product.asked.length, user.asked.length];
        const { body } = await other.ask(`query Turn${turn++} { products { likes } }`);
        expect(body.data).toEqual({ products: [{ likes: 7 }] });
        return product.asked.length === (before[0] ?? 0) + 1 && user.asked.length === before[1];
      });
    },
  );
});
