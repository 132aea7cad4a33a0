/**
 * The executors answer alike: a random operation, random answers of the subgraphs, random faults in them. More cases:
 * `ORACLE_CASES=5000 npm run test:only -- --project unit gateway/execution/oracle`; others: `ORACLE_SEED=…` beside it.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';
import { Manifest } from '../../documents/manifest.ts';
import { broken, faultsOfExecutors } from './broken-executors.fixture.ts';
import { contender } from './comparison.fixture.ts';
import { graphOf } from './graph.fixture.ts';
import { library } from './library.fixture.ts';
import { casesOf, differences, generatedCases } from './oracle.fixture.ts';

const cases = Number(process.env.ORACLE_CASES ?? 100);
const firstSeed = Number(process.env.ORACLE_SEED ?? 0);
// 30 ms a case, both executors, on a busy machine, and time to shrink.
const timeoutMs = 60_000 + cases * 30;

const agora = graphOf('agora', readFileSync('supergraph.graphql', 'utf8'));
const { operations } = Manifest.parse(JSON.parse(readFileSync('operations/manifest.json', 'utf8')));
// A live update runs the query of the same name.
const published = operations.filter(({ type }) => type !== 'subscription').map(({ body }) => body);

describe.each([agora, library()])('on the graph $name', async (graph) => {
  const expected = await contender(graph, 'stock');
  const actual = await contender(graph, 'stock');

  test('stock agrees with itself, so nothing here is left to chance', { timeout: timeoutMs }, async () => {
    const contest = { graph, expected, actual };
    expect(await differences(contest, generatedCases(graph, expected, cases, firstSeed))).toEqual([]);
  });

  it.each(Object.keys(faultsOfExecutors))(
    'the oracle finds an executor that %s',
    { timeout: timeoutMs },
    async (fault) => {
      const contest = { graph, expected, actual: broken(actual, fault) };
      const [first] = await differences(contest, generatedCases(graph, expected, 100), 1);
      expect(first).toContain(fault);
    },
  );
});

test('published operations', { timeout: timeoutMs }, async () => {
  const contest = { graph: agora, expected: await contender(agora, 'stock'), actual: await contender(agora, 'stock') };
  expect(await differences(contest, casesOf(published, contest.expected, 2))).toEqual([]);
});
