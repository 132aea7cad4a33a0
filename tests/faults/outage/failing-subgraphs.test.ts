/**
 * Each subgraph in turn fails in every way: the rest of the graph keeps answering, first within the time-out and then at once;
 * the graph recovers by itself. An unhandled rejection anywhere fails the run (Vitest's own rule).
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestAgora, type TestAgora } from '#kit/agora/agora.ts';
import { type FakeSubgraph, type Fault, fakeSubgraph, fakeSupergraph, faults } from '#kit/gateway/fake-subgraphs.ts';
import { aGateway, type GatewayFixture, type GatewayReply } from '#kit/gateway/gateway.ts';
import { redisHere } from '#kit/redis/redis.ts';
import { until } from '#kit/vitest/until.ts';
import { signalProcess } from '#launcher/processes/processes.ts';
import { newShopper } from '#launcher/shopper/shopper.ts';
import { type SubgraphName, subgraphNames } from '#ops/services.ts';

const everything = `{ ${subgraphNames.join(' ')} }`;
const allWell = Object.fromEntries(subgraphNames.map((name) => [name, 'well']));

interface Scene {
  readonly gateway: GatewayFixture;
  readonly victim: FakeSubgraph;
  close(): Promise<void>;
}

/** A gateway of its own for each victim, so that the four can fail at the same time. */
const sceneOf = async (victim: SubgraphName): Promise<Scene> => {
  const fakes = await Promise.all(subgraphNames.map(fakeSubgraph));
  const urls = fakes.map(({ name, url }) => [`${name.toUpperCase()}_SUBGRAPH_URL`, url]);
  const gateway = await aGateway({
    ...Object.fromEntries(urls),
    SUPERGRAPH_SDL: fakeSupergraph(),
    // Long enough for the healthy ones on the busiest machine, and shorter than the slow one's 3 s.
    SUBGRAPH_TIMEOUT_MS: '2000',
    SHED_EVENT_LOOP_DELAY_MS: '0',
    SUBGRAPH_BREAKER_FAILURES: '2',
    SUBGRAPH_BREAKER_PROBE_MS: '300',
  });
  const own = fakes.find(({ name }) => name === victim);
  if (!own) throw new Error(`there is no ${victim}`);
  const close = async () => {
    await Promise.all(fakes.map((each) => each.close()));
    await gateway.close();
  };
  return { gateway, victim: own, close };
};

/** How often the breaker has changed to this. */
const changes = ({ gateway }: Scene, to: string): number =>
  gateway.lines.filter(({ breaker }) => breaker === to).length;

/** Whatever happens to the victim's part, the other three are present. */
const withoutVictim = ({ body }: GatewayReply, { victim }: Scene): string | undefined => {
  const { [victim.name]: part, ...others } = body.data ?? {};
  expect({ ...others, [victim.name]: 'well' }).toEqual(allWell);
  if (part === 'well') return undefined;
  expect(body.errors).toEqual([
    {
      path: [victim.name],
      message: expect.stringContaining(victim.name),
      extensions: { code: expect.any(String), service: victim.name },
    },
  ]);
  return body.errors?.[0]?.extensions.code;
};

const breakAndHeal = async (scene: Scene, fault: Fault): Promise<void> => {
  const { gateway, victim } = scene;
  const [opened, healed] = [changes(scene, 'open'), changes(scene, 'closed')];
  expect((await gateway.ask(everything)).body).toEqual({ data: allWell });

  await victim.become(fault);
  await until(
    `the breaker of ${victim.name} opens`,
    async () => {
      withoutVictim(await gateway.ask(everything), scene);
      return changes(scene, 'open') > opened;
    },
    20_000,
  );

  // While open, only an occasional probe reaches it. A probe that succeeds, as it may while it flaps, closes the breaker for a
  // moment, and queries pass again.
  const [received, probes] = [victim.received(), changes(scene, 'half-open')];
  let refused = 0;
  const queries = 20;
  for (let n = 0; n < queries; n++)
    if (withoutVictim(await gateway.ask(everything), scene) === 'SUBGRAPH_CIRCUIT_OPEN') refused++;
  expect(refused).toBeGreaterThan(0);
  const triesOfAQuery = 3;
  const passed = changes(scene, 'half-open') - probes + 1 + queries - refused;
  expect(victim.received() - received).toBeLessThanOrEqual(passed * triesOfAQuery);

  await victim.become('well');
  await until(
    `${victim.name} is well again`,
    async () => (await gateway.ask(everything)).body.errors === undefined,
    20_000,
  );
  await until('its breaker is closed', () => changes(scene, 'closed') > healed);
};

describe('each subgraph in turn', () => {
  let scenes: Scene[];
  beforeAll(async () => {
    scenes = await Promise.all(subgraphNames.map(sceneOf));
  });
  afterAll(() => Promise.all(scenes.map((scene) => scene.close())));

  test.each(faults)('%s: the rest answers, an open breaker sends nothing, and it recovers', async (fault) => {
    await Promise.all(scenes.map((scene) => breakAndHeal(scene, fault)));
  });
});

describe('a subgraph process that is frozen', () => {
  let agora: TestAgora;
  beforeAll(async () => {
    agora = await startTestAgora({
      events: redisHere() ? 'redis' : 'postgres',
      // The catalogue is not to come from a cache: then nobody would notice that its subgraph is frozen.
      env: {
        SUBGRAPH_TIMEOUT_MS: '2000',
        SUBGRAPH_BREAKER_FAILURES: '2',
        RESPONSE_CACHE: 'off',
        ENTITY_CACHE: 'off',
        SHED_EVENT_LOOP_DELAY_MS: '0',
      },
    });
  }, 120_000);
  afterAll(() => agora.stop());

  const signal = (name: NodeJS.Signals) => signalProcess(agora.pid('product') ?? 0, name);
  const query = '{ products(first: 1) { edges { node { slug } } } me { email } }';

  test('costs only its part of the answer, and recovers when it resumes', async () => {
    const { client } = await newShopper(agora.gateway);
    const ask = () => client.send<{ products: unknown; me: unknown }, object>(query);
    const whole = await ask();
    expect(whole).toMatchObject({ data: { products: { edges: [{}] }, me: { email: expect.any(String) } }, errors: [] });
    signal('SIGSTOP');
    try {
      const codes: unknown[] = [];
      await until(
        'the breaker is open',
        async () => {
          const { data, errors } = await ask();
          expect(data).toEqual({ products: null, me: whole.data?.me });
          expect(errors.map(({ extensions }) => extensions?.service)).toEqual(['product']);
          codes.push(errors[0]?.extensions?.code);
          return codes.at(-1) === 'SUBGRAPH_CIRCUIT_OPEN';
        },
        20_000,
      );
      expect(codes[0]).toBe('GATEWAY_TIMEOUT');
    } finally {
      signal('SIGCONT');
    }
    await expect.poll(ask, { timeout: 20_000 }).toEqual(whole);
  });
});
