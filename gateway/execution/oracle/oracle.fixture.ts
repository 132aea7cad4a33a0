/** Compares an executor with stock over many cases, and makes of each difference a reproduction. */
import { isInputType, Kind, type NamedTypeNode, parse, print, typeFromAST } from 'graphql';
import {
  type Case,
  type Contender,
  type Contest,
  type Difference,
  differenceOf,
  type Response,
  responseOf,
} from './comparison.fixture.ts';
import type { Faults } from './faults.fixture.ts';
import type { Graph } from './graph.fixture.ts';
import { valueFor } from './inputs.fixture.ts';
import { difference } from './known-differences.fixture.ts';
import { operationOf } from './operations.fixture.ts';
import { randomOf } from './random.fixture.ts';
import { shrunk } from './shrink.fixture.ts';

/** A third of all seeds have no faults, half a few, and every fifth breaks the specification. */
const faultsOf = (seed: number): Faults => {
  const random = randomOf(seed);
  const rate = random.pick([0, 0, 0.02, 0.05, 0.05, 0.2]);
  const isHostile = random.chance(0.2);
  return { seed, rate: isHostile ? Math.max(rate, 0.05) : rate, isHostile };
};

/** `count` cases, the same for the same first seed. */
export function* generatedCases(graph: Graph, { schema }: Contender, count: number, firstSeed = 0): Generator<Case> {
  for (let seed = firstSeed; seed < firstSeed + count; seed++)
    yield { ...operationOf({ schema, isJoined: graph.isJoined }, seed), faults: faultsOf(seed) };
}

/** Each of these documents with variables and faults of several seeds. */
export function* casesOf(documents: readonly string[], { schema }: Contender, seeds: number): Generator<Case> {
  for (const query of documents) {
    const [operation] = parse(query).definitions;
    if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new Error(`no operation comes first in ${query}`);
    for (let seed = 0; seed < seeds; seed++) {
      const random = randomOf(seed);
      const variables = (operation.variableDefinitions ?? []).flatMap(({ variable, type }) => {
        const inputType = typeFromAST(schema, type as NamedTypeNode);
        return isInputType(inputType) ? [[variable.name.value, valueFor(inputType, random)] as const] : [];
      });
      yield { query, variables: Object.fromEntries(variables), faults: faultsOf(seed) };
    }
  }
}

/** The smallest case found that still differs in the same way, with everything needed to repeat it by hand. */
export const reproduction = async (contest: Contest, one: Case, { what }: Difference): Promise<string> => {
  const { graph, expected, actual } = contest;
  const smallest = await shrunk(
    expected.schema,
    one,
    async (smaller) => (await difference(contest, smaller))?.what === what,
  );
  const responses = [await responseOf(expected, smallest), await responseOf(actual, smallest)] as const;
  const found = differenceOf(...responses);
  return [
    `${actual.name} differs from ${expected.name} on the graph ${graph.name}, seed ${one.faults.seed}, in its ${what}: ${found?.where}`,
    print(parse(smallest.query)),
    `variables ${JSON.stringify(smallest.variables)}, faults ${JSON.stringify(smallest.faults)}`,
    ...[expected, actual].flatMap(({ name }, at) => [`${name}: ${shown(responses[at])}`, ...callsOf(responses[at])]),
  ].join('\n');
};

const shown = (response?: Response): string =>
  JSON.stringify({ data: response?.data, errors: response?.errors, invalidValues: response?.invalidValues });

const callsOf = (response?: Response): readonly string[] =>
  (response?.calls ?? []).map(
    ({ subgraph, query, variables, answer }) =>
      `  ${subgraph} was asked ${query} with ${JSON.stringify(variables)}\n    and answered ${answer}`,
  );

// One fault of an executor shows in hundreds of cases: a few are enough to work on.
const reproductions = 3;

/** Reproductions of the differences found; none if there is nothing to find. */
export const differences = async (
  contest: Contest,
  cases: Iterable<Case>,
  atMost = reproductions,
): Promise<readonly string[]> => {
  const found: string[] = [];
  for (const one of cases) {
    const differs = await difference(contest, one);
    if (differs) found.push(await reproduction(contest, one, differs));
    if (found.length >= atMost) break;
  }
  return found;
};
