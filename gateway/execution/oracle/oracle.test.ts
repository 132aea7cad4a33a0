/**
 * The executors answer alike: a random operation, random answers of the subgraphs, random faults in them. More cases:
 * `ORACLE_CASES=5000 npm run test:only -- --project unit gateway/execution/oracle`; others: `ORACLE_SEED=…` beside it.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';
import { Manifest } from '../../documents/manifest.ts';
import { broken, brokenExecutors } from './broken-executors.fixture.ts';
import { contender, responseOf } from './comparison.fixture.ts';
import { graphOf } from './graph.fixture.ts';
import { library } from './library.fixture.ts';
import { casesOf, differences, generatedCases } from './oracle.fixture.ts';
import { misplaced } from './ownership.fixture.ts';

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
  const actual = await contender(graph, 'compiled');
  const asStock = await contender(graph, 'stock');

  test('the compiled executor answers as stock does', { timeout: timeoutMs }, async () => {
    const contest = { graph, expected, actual };
    expect(await differences(contest, generatedCases(graph, expected, cases, firstSeed))).toEqual([]);
  });

  test('no value stands with another object', { timeout: timeoutMs }, async () => {
    for (const one of generatedCases(graph, expected, cases, firstSeed)) {
      const faults = { ...one.faults, sparesKeys: true };
      const { data } = await responseOf(actual, { ...one, faults, viewer: 'mine' });
      expect({ ...one, misplaced: misplaced(data, 'mine') }).toEqual({ ...one, misplaced: [] });
    }
  });

  test('stock agrees with itself, so nothing here is left to chance', { timeout: timeoutMs }, async () => {
    const contest = { graph, expected, actual: asStock };
    expect(await differences(contest, generatedCases(graph, expected, 30))).toEqual([]);
  });

  it.each(brokenExecutors)('the oracle finds an executor that %s', { timeout: timeoutMs }, async (fault) => {
    const contest = { graph, expected, actual: broken(asStock, fault) };
    const [first] = await differences(contest, generatedCases(graph, expected, 200), 1);
    expect(first).toContain(fault);
  });
});

test('the compiled executor answers published operations as stock does', { timeout: timeoutMs }, async () => {
  const expected = await contender(agora, 'stock');
  const contest = { graph: agora, expected, actual: await contender(agora, 'compiled') };
  expect(await differences(contest, casesOf(published, expected, 2))).toEqual([]);
});
