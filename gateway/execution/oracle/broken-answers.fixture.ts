/** What the faults do to values and answers. */
import { type SubgraphAnswer, subgraphError } from '../../upstream/subgraph-call.ts';
import type { EntityFault, FetchFault, FieldFault } from './faults.fixture.ts';

/** As a subgraph's JSON would give it: an own key, and no prototype. */
const pollution = (): Record<string, unknown> =>
  JSON.parse('{"__proto__": {"polluted": "yes", "id": "id#666"}, "constructor": {"prototype": {"polluted": "yes"}}}');

/** In the JSON it is the number 1e400, which JSON.parse takes for Infinity. */
const hugeNumber = '1e400';

/** As it comes over the network. */
export const asText = (answer: SubgraphAnswer): string =>
  JSON.stringify(answer).replaceAll(`"${hugeNumber}"`, hugeNumber);

export const brokenValue = (fault: FieldFault, value: unknown): unknown => {
  switch (fault) {
    case 'null-in-place':
      return null;
    case 'missing':
      return undefined;
    case 'text':
      return 'text';
    case 'number':
      return 42;
    case 'object':
      return { unasked: 'object' };
    case 'list':
      return [value, value];
    case 'nested-list':
      return [[value]];
    case 'empty-list':
      return [];
    case 'prototype':
      return isObject(value) ? { ...value, ...pollution() } : pollution();
    case 'huge-number':
      return hugeNumber;
    case 'lone-surrogate':
      return '\ud800 and \udc00';
    case 'unknown-type':
      return isObject(value) ? { ...value, __typename: 'NoSuchType' } : value;
    default:
      return value;
  }
};

export const brokenEntity = (fault: EntityFault | undefined, value: Record<string, unknown> | null): unknown => {
  switch (fault) {
    case 'null':
    case 'error':
      return null;
    case 'text':
      return 'text';
    case 'list':
      return [value];
    case 'another-type':
      return value && { ...value, __typename: 'NoSuchType' };
    case 'no-type': {
      const { __typename: _, ...rest } = value ?? {};
      return value && rest;
    }
    case 'prototype':
      return value && Object.defineProperty({ ...value }, '__proto__', { value: pollution(), enumerable: true });
    default:
      return value;
  }
};

/** `answer` has an answer's shape only as far as the fault leaves it one. */
export const brokenAnswer = (
  fault: FetchFault | undefined,
  name: string,
  { data, errors = [] }: SubgraphAnswer,
): SubgraphAnswer => {
  // The entities of a joined fetch have a key for each of its questions.
  const keys = Object.keys(data ?? {}).filter((key) => key.startsWith('_entities') && Array.isArray(data?.[key]));
  const lists = (change: (list: readonly unknown[]) => unknown) =>
    Object.fromEntries(keys.map((key) => [key, change(data?.[key] as readonly unknown[])]));
  const changed = (changes: object) => ({ data: changes as Record<string, unknown>, errors });
  switch (fault) {
    case 'unavailable':
      return { errors: [subgraphError(name, 'SUBGRAPH_UNAVAILABLE')] };
    case 'all-null':
      return { data: null, errors: [{ message: `${name} gave up`, extensions: { code: 'GAVE_UP' } }] };
    case 'error-for-all':
      return {
        data: data ?? null,
        errors: [
          ...errors,
          ...(keys.length > 0 ? keys : Object.keys(data ?? {}).slice(0, 1)).map((key) => ({
            message: `${name} complains`,
            path: [key],
          })),
        ],
      };
    case 'short':
      return changed(lists((list) => list.slice(1)));
    case 'long':
      return changed(keys.length > 0 ? lists((list) => [...list, ...list]) : { ...data, unasked: 'field' });
    case 'no-data':
      return {};
    case 'empty-data':
      return changed({});
    case 'list-for-data':
      return changed([data]);
    case 'object-for-entities':
      return changed({ ...data, ...lists((list) => ({ ...list })) });
    case 'odd-errors':
      return {
        data: data ?? null,
        errors: (keys.length > 0 ? keys : ['_entities']).map((key) => ({
          message: `${name} is odd`,
          path: [key, 'x', -1],
          extensions: { code: 7 },
        })),
      };
    default:
      return { ...(data !== undefined && { data }), ...(errors.length > 0 && { errors }) };
  }
};

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
