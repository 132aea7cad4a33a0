/** Where another executor may differ from stock, because stock is wrong: each with the sentence that says so. */
import { isDeepStrictEqual } from 'node:util';
import { isInterfaceType } from 'graphql';
import {
  type Case,
  type Contender,
  type Contest,
  type Difference,
  differenceOf,
  pathsThatDiffer,
  type Response,
  type ResponseError,
  responseOf,
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
  'an ID is a text': '3.5.5: The ID type is serialized in the same way as a String.',
  'an error has the path of its own entity':
    '7.1.2: If an error can be associated to a particular field in the requested GraphQL result, it must contain an ' +
    'entry with the key path that details the path of the response field which experienced the error.',
  'keys are in the order of selection':
    '6.3.2: The depth-first-search order of the field groups produced by CollectFields() is maintained through ' +
    'execution, ensuring that fields appear in the executed response in a stable and predictable order.',
  'the name of an interface object does not hide the concrete type':
    '4.1: [__typename] returns the name of the concrete Object type at that point during execution.',
} as const;

export type KnownDifference = keyof typeof sentences;

interface Compared {
  readonly one: Case;
  readonly stock: Response;
  readonly other: Response;
  readonly contender: Contender;
}

/** How they differ, unless a sentence excuses it. */
export const difference = async ({ expected, actual }: Contest, one: Case): Promise<Difference | undefined> => {
  const other = await responseOf(actual, one);
  const compared = { one, stock: await responseOf(expected, one), other, contender: actual };
  const found = await unexcused(compared);
  if (!found || !namesAnInterface(expected, compared.stock)) return found;
  // Stock keeps the type that it knows when it is not told another.
  const stock = await responseOf(expected, { ...one, hidesInterfaces: true });
  return unexcused({ ...compared, stock });
};

const namesAnInterface = ({ schema }: Contender, { calls }: Response): boolean =>
  calls.some(({ answer }) =>
    [...answer.matchAll(/"__typename":"(\w+)"/g)].some(([, name = '']) => isInterfaceType(schema.getType(name))),
  );

const unexcused = async (compared: Compared): Promise<Difference | undefined> => {
  const { one, stock, other, contender } = compared;
  const found = differenceOf(stock, other);
  if (!found || endedByAValue(compared)) return undefined;
  const differing = pathsThatDiffer(stock.data, other.data);
  const isExcused = (path: readonly string[]) => isNullWithError(path, other) || isTextOfNumber(path, compared);
  if (differing.length > 0 && !(one.faults.isHostile && differing.every(isExcused))) return found;
  const isOrdered = isSameText(stock.data, other.data) || (await isInSelectionOrder(contender, one, other.data));
  if (!isOrdered) return { what: 'key order', where: 'data' };
  if (haveErrors(compared)) return undefined;
  return differenceOf({ ...stock, data: other.data }, other);
};

/** Invalid values have an error each: stock puts them in an extension, and drops them when there is any other error. */
const haveErrors = ({ one, stock, other }: Compared): boolean => {
  const misplaced = without(stock.errors, other.errors);
  const added = without(other.errors, stock.errors);
  const isPlaced = (error: ResponseError) =>
    misplaced.some((each) => isSameElsewhere(each, error)) && isAtNull(error, other);
  // Stock takes an entity's place among those that it asked for as its place in the response.
  if (!misplaced.every((error) => !isAtNull(error, stock) && added.some((each) => isSameElsewhere(each, error))))
    return false;
  const invalid = added.filter((error) => !isPlaced(error));
  const isAsStockSays = isDeepStrictEqual(texts(invalid), texts(stock.invalidValues ?? []));
  return invalid.every(isInvalidValue) && (one.faults.isHostile || stock.errors.length > 0 || isAsStockSays);
};

const isSameElsewhere = (a: ResponseError, b: ResponseError): boolean => a.message === b.message && a.code === b.code;

/** Whether the path leads to a null, or to something below one. */
const isAtNull = ({ path }: ResponseError, { data }: Response): boolean => {
  if (!path) return false;
  const steps = path.map(String);
  return steps.some((_, depth) => valueAt(data, steps.slice(0, depth + 1)) === null);
};

const isInvalidValue = ({ code }: ResponseError): boolean => code === 'SUBGRAPH_BAD_RESPONSE';

const texts = (errors: readonly ResponseError[]): readonly string[] =>
  errors.map(({ path }) => JSON.stringify(path)).toSorted();

/** @apollo/gateway asserts the kinds of some values, and ends the whole request when it is wrong. */
const endedByAValue = ({ stock }: Compared): boolean => stock.data === null && stock.errors.some(isAssertion);

const isAssertion = ({ message }: ResponseError): boolean =>
  /^Invalid non-(list|object|string) value|^thrown: (Unexpected array in result|.* is not a function|Cannot read propert)/.test(
    message,
  );

/** It takes a list for an object without fields. */
const isNullWithError = (path: readonly string[], { data, errors }: Response): boolean =>
  valueAt(data, path) === null &&
  errors.some((error) => isInvalidValue(error) && path.every((step, depth) => String(error.path?.[depth]) === step));

const isTextOfNumber = (path: readonly string[], { stock, other }: Compared): boolean => {
  const number = valueAt(stock.data, path);
  return typeof number === 'number' && valueAt(other.data, path) === String(number);
};

const isSameText = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
