/** Each excuse is needed: stock and the compiled executor do differ there, and nowhere else in the case. */
import { expect, it } from 'vitest';
import { contender, differenceOf, responseOf } from './comparison.fixture.ts';
import { noFaults } from './faults.fixture.ts';
import { difference, type KnownDifference, sentences } from './known-differences.fixture.ts';
import { library } from './library.fixture.ts';

const graph = library();
const contest = { graph, expected: await contender(graph, 'stock'), actual: await contender(graph, 'compiled') };

interface Example {
  readonly query: string;
  /** What becomes of the answers of which subgraph. */
  readonly corrupted?: readonly [subgraph: string, change: (answer: string) => string];
}

const examples: Readonly<Record<KnownDifference, Example>> = {
  'an invalid value has an error': {
    query: '{ loans(of: "a") { due } }',
    corrupted: ['lending', (answer) => answer.replaceAll(/"due":"[^"]*"/g, '"due":42')],
  },
  'a value of a wrong kind costs that value and not the response': {
    query: '{ loans(of: "a") { due borrower { id } } }',
    corrupted: ['lending', (answer) => answer.replace(/"borrower":\{[^}]*\}/, '"borrower":"text"')],
  },
  'an ID is a text': {
    query: '{ loans(of: "a") { id } }',
    corrupted: ['lending', (answer) => answer.replaceAll(/"id":"[^"]*"/g, '"id":42')],
  },
  'an entity that does not exist is null': {
    query: '{ work(id: "a") { ... on Book { authors { fans { trust } } } } }',
    corrupted: ['opinions', (answer) => answer.replaceAll(/\{[^{}]*"trust":[^{}]*\}/g, 'null')],
  },
  'an error has the path of its own entity': {
    query: '{ works(kind: null, after: "a0") { ... on Book { lent { due } } } }',
    corrupted: ['lending', () => '{"errors": [{"message": "m"}]}'],
  },
  'what a @requires selects with arguments is not what the client selects': {
    query: '{ loans(of: "a") { book { postage price(currency: "CHF") { amount } } } }',
  },
  'a fragment within a fragment applies by the type of the object': {
    query:
      'mutation { shelve(work: "b\\"\\\\\\n0", shelf: { id: "b\\"\\\\\\n0" }) { ... on Item { ...OfCopy } } } fragment OfCopy on Copy { of { __typename } }',
  },
  'keys are in the order of selection': {
    query: '{ loans(of: "a") { book { isbn } ...Id book { title } } } fragment Id on Loan { book { __typename } }',
  },
  'the name of an interface object does not hide the concrete type': {
    query: '{ loans(of: "a") { book { rating __typename } } }',
  },
};

it.each(Object.entries(examples))('%s', async (name, { query, corrupted }) => {
  const [from, change = String] = corrupted ?? [];
  const one = {
    query,
    variables: {},
    faults: { ...noFaults, isHostile: corrupted !== undefined },
    corrupts: (subgraph: string, answer: string) => (subgraph === from ? change(answer) : answer),
  };
  const [stock, compiled] = [await responseOf(contest.expected, one), await responseOf(contest.actual, one)];
  expect(differenceOf(stock, compiled), sentences[name as KnownDifference]).toBeDefined();
  expect(await difference(contest, one)).toBeUndefined();
});
