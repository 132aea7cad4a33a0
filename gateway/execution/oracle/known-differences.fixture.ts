/** Where another executor may differ from stock, because stock is wrong: each with the sentence that says so. */
import { isDeepStrictEqual } from 'node:util';
import { isInterfaceType, parse, print } from 'graphql';
import { plannedDocument } from '../required-arguments.ts';
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
  'an entity that does not exist is null':
    '6.4.3: If result is null (or another internal value similar to null such as undefined), return null.',
  'an error has the path of its own entity':
    '7.1.2: If an error can be associated to a particular field in the requested GraphQL result, it must contain an ' +
    'entry with the key path that details the path of the response field which experienced the error.',
  'what a @requires selects with arguments is not what the client selects':
    '6.4.1: Fields may include arguments which are provided to the underlying runtime in order to correctly produce a ' +
    'value.',
  'a fragment within a fragment applies by the type of the object':
    '6.3.2: If DoesFragmentTypeApply(objectType, fragmentType) is false, continue with the next selection in selectionSet.',
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
export const difference = async (contest: Contest, one: Case): Promise<Difference | undefined> => {
  const { expected, actual } = contest;
  const other = await responseOf(actual, one);
  const compared = { one, stock: await responseOf(expected, one), other, contender: actual };
  const found = await unexcused(compared);
  if (!found) return undefined;
  for (const stock of await mended(contest, compared.stock, one))
    if (!(await unexcused({ ...compared, stock }))) return undefined;
  return found;
};

/** What stock answers when it is spared what it takes amiss. */
const mended = async ({ graph, expected }: Contest, { calls }: Response, one: Case): Promise<readonly Response[]> => {
  // It keeps the type that it knows when it is not told that of an interface object.
  const hides = calls.some(({ answer }) =>
    [...answer.matchAll(/"__typename":"(\w+)"/g)].some(([, name = '']) =>
      isInterfaceType(expected.schema.getType(name)),
    ),
  );
  const { document, clientKey, isAsSent } = plannedDocument(parse(one.query), graph.requiredWithArguments);
  const renamed = async (each: Case) => {
    const { data, errors, ...response } = await responseOf(expected, { ...each, query: print(document) });
    const path = (error: ResponseError) =>
      error.path && { path: error.path.map((step) => (typeof step === 'string' ? clientKey(step) : step)) };
    return {
      ...response,
      data: keysChanged(data, clientKey),
      errors: errors.map((error) => ({ ...error, ...path(error) })),
    };
  };
  return [
    ...(hides ? [await responseOf(expected, { ...one, hidesInterfaces: true })] : []),
    ...(isAsSent ? [] : [await renamed(one)]),
    ...(isAsSent || !hides ? [] : [await renamed({ ...one, hidesInterfaces: true })]),
  ];
};

const keysChanged = (value: unknown, change: (key: string) => string): unknown => {
  if (Array.isArray(value)) return value.map((element) => keysChanged(element, change));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [change(key), keysChanged(inner, change)]));
};

const unexcused = async (compared: Compared): Promise<Difference | undefined> => {
  const { one, stock, other, contender } = compared;
  const found = differenceOf(stock, other);
  if (!found || endedByAValue(compared)) return undefined;
  const differing = pathsThatDiffer(stock.data, other.data);
  const isExcused = (path: readonly string[]) =>
    isLackingKey(path, stock) ||
    (one.faults.isHostile && (isNullWithError(path, other) || isTextOfNumber(path, compared)));
  if (!differing.every(isExcused)) return found;
  const isSelected =
    isDeepStrictEqual(shapeOf(stock.data), shapeOf(other.data)) ||
    (await isInSelectionOrder(contender, one, other.data));
  if (!isSelected) return found.what === 'errors' ? { what: 'key order', where: 'data' } : found;
  return haveErrors(compared) ? undefined : differenceOf({ ...stock, data: other.data }, other);
};

/** That it should be there is then judged by graphql-js. */
const isLackingKey = (path: readonly string[], { data }: Response): boolean =>
  valueAt(data, path) === undefined && !Array.isArray(valueAt(data, path.slice(0, -1)));

/** The keys of all objects, in their order. */
const shapeOf = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(shapeOf);
  return typeof value === 'object' && value !== null
    ? Object.entries(value).map(([key, inner]) => [key, shapeOf(inner)])
    : null;
};

/**
 * Those of stock are there, if elsewhere: it takes an entity's place among those that it asked for as its place in the
 * response. The others are about invalid values: stock puts them in an extension, and drops them when there are others.
 */
const haveErrors = ({ one, stock, other }: Compared): boolean => {
  const added = without(other.errors, stock.errors);
  const isPlaced = (error: ResponseError) =>
    stock.errors.some(
      (each) =>
        isSameElsewhere(each, error) && (isAtNull(error, other) || (!error.path && isWithinInvalid(each, other))),
    );
  const isTold = (error: ResponseError) =>
    // What stock says of an entity that is no object has not even a message.
    (one.faults.isHostile && !error.message) ||
    isWithinInvalid(error, other) ||
    added.some((each) => isSameElsewhere(each, error) && isPlaced(each));
  if (!without(stock.errors, other.errors).every(isTold)) return false;
  const invalid = added.filter((error) => !isPlaced(error));
  const isAsStockSays = areOfTheSame(invalid, stock);
  return invalid.every(isInvalidValue) && (one.faults.isHostile || stock.errors.length > 0 || isAsStockSays);
};

const isSameElsewhere = (a: ResponseError, b: ResponseError): boolean =>
  a.message === b.message && a.code === b.code && isAlongside(a.path ?? [], b.path ?? []);

type Path = NonNullable<ResponseError['path']>;

/** Whether its null is one that an invalid value has led to. */
const isWithinInvalid = ({ path }: ResponseError, { errors }: Response): boolean =>
  errors.some(
    (each) =>
      isInvalidValue(each) &&
      each.message.startsWith('Invalid ') &&
      each.path?.every((step, depth) => path?.[depth] === step),
  );

/** Of other list elements perhaps, and the null that it has led to may be further up there. */
const isAlongside = (a: Path, b: Path): boolean => {
  const [keys, others] = [a, b].map((path) => path.filter((step) => typeof step === 'string').join('\n'));
  return keys !== undefined && others !== undefined && (keys.startsWith(others) || others.startsWith(keys));
};

/** Whether the path leads to a null, or to something below one. */
const isAtNull = ({ path }: ResponseError, { data }: Response): boolean => {
  const steps = (path ?? []).map(String);
  return (
    path !== undefined &&
    [[], ...steps.map((_, depth) => steps.slice(0, depth + 1))].some((upTo) => valueAt(data, upTo) === null)
  );
};

const isInvalidValue = ({ code }: ResponseError): boolean => code === 'SUBGRAPH_BAD_RESPONSE';

/** Of an entity that does not exist, stock says which field it lacks: the entity is null itself, and an error only where it may not be. */
const areOfTheSame = (invalid: readonly ResponseError[], { invalidValues = [], calls }: Response): boolean => {
  if (isDeepStrictEqual(texts(invalid), texts(invalidValues))) return true;
  const isBelow = (value: ResponseError, error: ResponseError) =>
    error.path?.every((step, depth) => value.path?.[depth] === step) ?? false;
  return (
    calls.some(({ answer }) => /[[,]null[,\]]/.test(answer)) &&
    invalid.every((error) => invalidValues.some((value) => isBelow(value, error))) &&
    invalidValues.every(({ message }) => message.startsWith('Cannot return null'))
  );
};

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
