/** Where another executor may differ from stock, because stock is wrong: each with the sentence that says so. */
import { isDeepStrictEqual } from 'node:util';
import {
  type Case,
  type Contender,
  type Difference,
  differenceOf,
  pathsThatDiffer,
  type Response,
  type ResponseError,
  valueAt,
  without,
} from './comparison.fixture.ts';
import { isInSelectionOrder } from './selection-order.fixture.ts';

/** GraphQL, October 2021. */
export const sentences = {
  'an invalid value has an error':
    '6.4.4: If a field error is raised while resolving a field, it is handled as though the field returned null, and ' +
    'the error must be added to the "errors" list in the response.',
  'a value of a wrong kind costs that value and not the response':
    '6.4.4: While these errors should be reported in the response, they are "handled" by producing a partial response.',
  'keys are in the order of selection':
    '6.3.2: The depth-first-search order of the field groups produced by CollectFields() is maintained through ' +
    'execution, ensuring that fields appear in the executed response in a stable and predictable order.',
} as const;

export type KnownDifference = keyof typeof sentences;

interface Compared {
  readonly one: Case;
  readonly stock: Response;
  readonly other: Response;
  readonly contender: Contender;
}

/** What no sentence excuses. */
export const unexcused = async (compared: Compared): Promise<Difference | undefined> => {
  const { one, stock, other, contender } = compared;
  const found = differenceOf(stock, other);
  if (!found || endedByAValue(compared)) return undefined;
  const differing = pathsThatDiffer(stock.data, other.data);
  if (differing.length > 0 && !(one.faults.isHostile && differing.every((path) => isNullWithError(path, other))))
    return found;
  const isOrdered = isSameText(stock.data, other.data) || (await isInSelectionOrder(contender, one, other.data));
  if (!isOrdered) return { what: 'key order', where: 'data' };
  const lacking = without(stock.errors, other.errors);
  if (lacking.length === 0 && haveErrors(compared)) return undefined;
  return differenceOf({ ...stock, data: other.data }, other);
};

/** Invalid values have an error each: stock puts them in an extension, and drops them when there is any other error. */
const haveErrors = ({ one, stock, other }: Compared): boolean => {
  const added = without(other.errors, stock.errors);
  const isAsStockSays = isDeepStrictEqual(texts(added), texts(stock.invalidValues ?? []));
  return added.every(isInvalidValue) && (one.faults.isHostile || stock.errors.length > 0 || isAsStockSays);
};

const isInvalidValue = ({ code }: ResponseError): boolean => code === 'SUBGRAPH_BAD_RESPONSE';

const texts = (errors: readonly ResponseError[]): readonly string[] =>
  errors.map(({ path }) => JSON.stringify(path)).toSorted();

/** @apollo/gateway asserts the kinds of some values, and ends the whole request when it is wrong. */
const endedByAValue = ({ one, stock }: Compared): boolean =>
  stock.data === null && stock.errors.some(isAssertion);

const isAssertion = ({ message }: ResponseError): boolean =>
  /^Invalid non-(list|object|string) value|^thrown: (Unexpected array in result|.* is not a function|Cannot read propert)/.test(
    message,
  );

/** It takes a list for an object without fields. */
const isNullWithError = (path: readonly string[], { data, errors }: Response): boolean =>
  valueAt(data, path) === null &&
  errors.some((error) => isInvalidValue(error) && path.every((step, depth) => String(error.path?.[depth]) === step));

const isSameText = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
