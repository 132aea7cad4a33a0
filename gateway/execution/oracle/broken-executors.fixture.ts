/** Executors with one fault each, of the kinds that an executor of its own is likely to have. */
import type { Execute } from '../../graphql/federation.ts';
import type { Contender } from './comparison.fixture.ts';

interface Result {
  data?: unknown;
  errors?: readonly SomeError[] | undefined;
}

interface SomeError {
  readonly message: string;
  readonly path?: readonly (string | number)[] | undefined;
  readonly extensions: Readonly<Record<string, unknown>>;
}

/** By what is wrong with it. Each changes stock's result, and only where there is something to change. */
const faultsOfExecutors: Readonly<Record<string, (result: Result) => Result>> = {
  'drops an error': ({ data, errors }) => ({ data, errors: errors?.slice(1) }),
  'tells an error twice': ({ data, errors }) => ({
    data,
    errors: errors?.flatMap((error, at) => (at === 0 ? [error, error] : [error])),
  }),
  'loses the path of an error': ({ data, errors }) => ({
    data,
    errors: errors?.map(({ message, extensions }) => ({ message, extensions })),
  }),
  'is off by one in the path of an error': ({ data, errors }) => ({
    data,
    errors: errors?.map(({ message, path, extensions }) => ({
      message,
      path: path?.map((step) => (typeof step === 'number' ? step + 1 : step)),
      extensions,
    })),
  }),
  'loses the code of an error': ({ data, errors }) => ({
    data,
    errors: errors?.map(({ message, path }) => ({ message, path, extensions: {} })),
  }),
  'writes keys in the order of their arrival': ({ data, errors }) => ({
    data: objectsChanged(data, (entries) => entries.toReversed()),
    errors,
  }),
  'leaves out a null': ({ data, errors }) => ({
    data: objectsChanged(data, (entries) => entries.filter(([, value]) => value !== null)),
    errors,
  }),
  'takes two entries of a list for one': ({ data, errors }) => ({
    data: listsChanged(data, ([first, ...rest]) => [first, ...rest.map(() => first)]),
    errors,
  }),
  'loses the last entry of a list': ({ data, errors }) => ({
    data: listsChanged(data, (list) => list.slice(0, -1)),
    errors,
  }),
  'exchanges two entries of a list': ({ data, errors }) => ({
    data: listsChanged(data, (list) => list.toReversed()),
    errors,
  }),
  'makes a number a text': ({ data, errors }) => ({
    data: leavesChanged(data, (leaf) => (typeof leaf === 'number' ? String(leaf) : leaf)),
    errors,
  }),
};

/** The same, by what it takes a subgraph's answer for. */
const misreadings: Readonly<Record<string, (answer: string) => string>> = {
  'gives entities each other’s answers': (answer) => withEntities(answer, (entities) => entities.toReversed()),
  'gives all entities the first one’s answer': (answer) =>
    withEntities(answer, (entities) => entities.map(() => entities[0])),
  'overlooks the last entity': (answer) => withEntities(answer, (entities) => [...entities.slice(0, -1), null]),
};

const withEntities = (answer: string, change: (entities: readonly unknown[]) => readonly unknown[]): string => {
  const { data, ...others } = JSON.parse(answer) as { data?: { _entities?: unknown } | null };
  const { _entities: entities } = data ?? {};
  return Array.isArray(entities)
    ? JSON.stringify({ ...others, data: { ...data, _entities: change(entities) } })
    : answer;
};

export const brokenExecutors = [...Object.keys(faultsOfExecutors), ...Object.keys(misreadings)];

export const broken = (contender: Contender, fault: string): Contender => {
  const name = `an executor that ${fault}`;
  const { clients } = contender;
  const misread = misreadings[fault];
  if (misread) {
    const begin: typeof clients.begin = (world) =>
      clients.begin({ ...world, corrupts: (_, answer) => misread(answer) });
    return { ...contender, name, clients: { ...clients, begin } };
  }
  const change = faultsOfExecutors[fault];
  if (!change) throw new Error(`no such fault: ${fault}`);
  const execute = async (request: Parameters<Execute>[0]) => change((await contender.execute(request)) as Result);
  return { ...contender, name, execute: execute as unknown as Execute };
};

type Entries = [string, unknown][];

const objectsChanged = (value: unknown, change: (entries: Entries) => Entries): unknown => {
  if (Array.isArray(value)) return value.map((inner) => objectsChanged(inner, change));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(change(Object.entries(value)).map(([key, inner]) => [key, objectsChanged(inner, change)]));
};

const listsChanged = (value: unknown, change: (list: unknown[]) => unknown[]): unknown => {
  if (Array.isArray(value)) return change(value.map((inner) => listsChanged(inner, change)));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, listsChanged(inner, change)]));
};

const leavesChanged = (value: unknown, change: (leaf: unknown) => unknown): unknown => {
  if (Array.isArray(value)) return value.map((inner) => leavesChanged(inner, change));
  if (typeof value !== 'object' || value === null) return change(value);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, leavesChanged(inner, change)]));
};
