/**
 * The degraded-mode contract on a running system: each subgraph in turn is killed, then frozen, and each operation of
 * the storefront lacks exactly what docs/degraded-mode.md says, with the documented errors.
 */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { startTestAgora, type TestAgora } from '#kit/agora/agora.ts';
import { runSampleSession } from '#kit/agora/sample-session.ts';
import { until } from '#kit/vitest/until.ts';
import type { Answer } from '#launcher/shopper/graphql-client.ts';
import { newShopper, type Shopper } from '#launcher/shopper/shopper.ts';
import { type SubgraphName, subgraphNames } from '#ops/services.ts';
import { subgraphSources } from '#tools/compose.ts';
import {
  type Degradation,
  degradedTable,
  missingPaths,
  type PublishedOperation,
  presentPaths,
  publishedOperations,
  reportedPaths,
} from '#tools/degraded-table.ts';

type Data = Readonly<Record<string, unknown>>;

// Longer than a response of a busy machine takes, so that slow and normal can be distinguished.
const timeoutMs = 3_000;
const healsWithinMs = 30_000;

const operations = publishedOperations().filter(({ client }) => client === 'storefront');
let agora: TestAgora;
let shopper: Shopper;
let table: readonly Degradation[];
let variables: Readonly<Record<string, object>>;
/** What each operation answers when nothing is away. */
let whole: ReadonlyMap<string, Data>;

beforeAll(async () => {
  table = await degradedTable(subgraphSources(), operations);
  agora = await startTestAgora({
    events: 'postgres',
    env: {
      SUBGRAPH_TIMEOUT_MS: String(timeoutMs),
      SHED_EVENT_LOOP_DELAY_MS: '0',
      RATE_LIMITS: 'off',
      RESPONSE_CACHE: 'off',
      ENTITY_CACHE: 'off',
    },
  });
  shopper = await newShopper(agora.gateway);
  variables = await runSampleSession(shopper);
  whole = new Map(await askAll(async ({ data, errors }, { name }) => [name, wholeData(name, data, errors)]));
}, 120_000);
afterAll(() => agora?.stop());
afterEach(({ task }) => {
  if (task.result?.state === 'fail') console.log(agora.lastLines(60));
});

/** Every operation at once. */
const askAll = <T>(look: (answer: Answer<Data>, operation: PublishedOperation) => Promise<T>): Promise<T[]> =>
  Promise.all(
    operations.map(async (operation) =>
      look(await shopper.client.send<Data, object>(operation.body, variables[operation.name]), operation),
    ),
  );

const wholeData = (name: string, data: Data | null | undefined, errors: readonly unknown[]): Data => {
  if (!data || errors.length > 0) throw new Error(`${name} is not whole: ${JSON.stringify(errors)}`);
  return data;
};

const isWhole = async (): Promise<boolean> =>
  (await askAll(async ({ errors }) => errors.length === 0)).every((whole) => whole);

/** What is missing of each operation, and which services' errors say so. */
const whatIsMissing = async (codes: readonly string[]) =>
  Object.fromEntries(
    await askAll(async ({ data, errors }, { name }) => {
      const said = errors.map(({ extensions }) => ({ ...extensions }));
      const blamed = new Set(said.map(({ code, service }) => (codes.includes(String(code)) ? service : code)));
      const missing = [...missingPaths(whole.get(name), data ?? null)];
      return [name, { missing, reported: reportedPaths(errors).toSorted(), blamed: [...blamed] }];
    }),
  );

const whatTheContractSays = (subgraph: SubgraphName) =>
  Object.fromEntries(
    table
      .filter((row) => row.subgraph === subgraph)
      .map(({ operation: { name }, missing }) => [
        name,
        { missing, reported: missing.toSorted(), blamed: missing.length > 0 ? [subgraph] : [] },
      ]),
  );

test('the operations of this test give everything that the contract speaks of', () => {
  for (const { operation, missing } of table)
    expect([operation.name, presentPaths(whole.get(operation.name))]).toEqual([
      operation.name,
      expect.arrayContaining(missing.filter((path) => path !== '')),
    ]);
});

describe.each(subgraphNames)('%s', (subgraph) => {
  test('killed', async () => {
    await agora.kill(subgraph);
    try {
      expect(await whatIsMissing(['SUBGRAPH_UNAVAILABLE', 'SUBGRAPH_CIRCUIT_OPEN'])).toEqual(
        whatTheContractSays(subgraph),
      );
    } finally {
      await agora.restart(subgraph);
    }
    await until('everything to be whole again', isWhole, healsWithinMs);
  });

  test('frozen', async () => {
    const pid = agora.pid(subgraph);
    // Zero would be this process and all of its group.
    if (!pid) throw new Error(`${subgraph} is not running`);
    process.kill(pid, 'SIGSTOP');
    try {
      expect(await whatIsMissing(['GATEWAY_TIMEOUT', 'SUBGRAPH_CIRCUIT_OPEN'])).toEqual(whatTheContractSays(subgraph));
    } finally {
      process.kill(pid, 'SIGCONT');
    }
    await until('everything to be whole again', isWhole, healsWithinMs);
  });
});
