import { describe, expect, it } from 'vitest';
import { aGate, type StandInAnswer } from '#kit/gateway/caching-builders.ts';
import { lamps, products, responseCacheScene } from '#kit/gateway/response-cache-scene.ts';
import { until } from '#kit/vitest/until.ts';

const scene = responseCacheScene();
const { as, timesAsked } = scene;

describe('staff', () => {
  const draft: StandInAnswer = { data: { products: [{ id: 'p0', title: 'Draft' }] } };

  it.each(['STAFF', 'ADMIN'])(
    'leave nothing for others: what %s were shown may be more than the public sees',
    async (role) => {
      scene.product.answer = () => draft;
      await scene.gateway.ask(products, { headers: await as('CUSTOMER', role) });
      scene.product.answer = () => lamps;
      expect((await scene.gateway.ask(products)).body).toEqual(lamps);
    },
  );

  it('find nothing of others: they would miss what only they are shown', async () => {
    await scene.gateway.ask(products);
    scene.product.answer = () => draft;
    expect((await scene.gateway.ask(products, { headers: await as('STAFF') })).body).toEqual(draft);
  });
});

describe('a client that asks for', () => {
  const newer: StandInAnswer = { data: { products: [{ id: 'p1', title: 'Lantern' }] } };

  it('no-cache gets a new answer, and the next one gets it too', async () => {
    await scene.gateway.ask(products);
    scene.product.answer = () => newer;
    expect((await scene.gateway.ask(products)).body).toEqual(lamps);
    expect((await scene.gateway.ask(products, { headers: { 'cache-control': 'no-cache' } })).body).toEqual(newer);
    expect((await scene.gateway.ask(products)).body).toEqual(newer);
  });

  it('no-store leaves nothing', async () => {
    const ask = () => scene.gateway.ask(products, { headers: { 'cache-control': 'no-store' } });
    expect(await timesAsked(ask, () => scene.gateway.ask(products))).toBe(2);
  });
});

describe('who waits for what another has asked', () => {
  it('asks on their own when that came to nothing', async () => {
    const gate = aGate();
    let failed = 0;
    scene.product.answer = async () => {
      await gate.opened;
      return failed++ ? lamps : { data: null, errors: [{ message: 'Once.', extensions: { code: 'GONE' } }] };
    };
    const asking = Array.from({ length: 5 }, () => scene.gateway.ask(products));
    await until('asked', () => scene.product.asked.length > 0);
    gate.open();
    const errors = (await Promise.all(asking)).filter(({ body }) => body.errors);
    expect(errors).toHaveLength(1);
  });

  it('waits no more once the question is known to be everyone for themselves', async () => {
    scene.product.answer = () => ({ ...lamps, cacheControl: 'no-store' });
    const [one, other] = [await as('CUSTOMER'), await as('CUSTOMER')];
    await scene.gateway.ask(products, { headers: one });
    const gate = aGate();
    scene.product.answer = () => gate.opened.then(() => ({ ...lamps, cacheControl: 'no-store' }));
    const asking = [one, other].map((headers) => scene.gateway.ask(products, { headers }));
    await until('both asked, though neither was answered', () => scene.product.asked.length === 3);
    gate.open();
    await Promise.all(asking);
  });
});
