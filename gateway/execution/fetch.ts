/** One fetch of the plan: what is asked, of whom, and where its answer goes. */
import type { FetchNode } from '@apollo/query-planner';
import { inChildSpan } from '#platform/observability/tracing.ts';
import {
  type SubgraphAnswer,
  type SubgraphError,
  type SubgraphRequest,
  subgraphError,
} from '../upstream/subgraph-call.ts';
import { copyOf, isSame, merge } from './merge.ts';
import type { Question } from './questions.ts';
import { compileRepresentations, type Representations } from './representations.ts';
import { type PlannedRequest, requestBuilder } from './requests.ts';
import { rewrite } from './rewrites.ts';
import { type Data, type Place, targetsAt } from './targets.ts';
import type { Types } from './types.ts';

/** One operation being executed. */
export interface Run {
  readonly root: Data;
  /** As the client provided them. */
  readonly variables: Readonly<Record<string, unknown>>;
  /** By place of the plan: whether positions share objects there. */
  readonly shared: boolean[];
  readonly fetch: (subgraph: string, request: SubgraphRequest) => Promise<SubgraphAnswer>;
  /** Fetches that others of the same operation may repeat. */
  readonly sent: Map<string, Promise<SubgraphAnswer>>;
  readonly failures: Failure[];
  /** Objects of which a subgraph has said that there is no such entity. */
  readonly absent: Set<object>;
  /** The client's key for one of the plan. */
  readonly clientKey: (key: string) => string;
}

/** Objects that one representation stands for. */
type Entity = readonly [Data, ...Data[]];

/** Errors of one fetch. */
export interface Failure {
  readonly fetch: FetchFacts;
  readonly errors: readonly SubgraphError[];
  /** In the order of the request; absent where the fetch is not about entities. */
  readonly entities?: readonly Entity[] | undefined;
}

export interface FetchFacts {
  readonly subgraph: string;
  readonly query: string;
  readonly steps: Place;
}

export interface CompileFetch {
  readonly node: FetchNode;
  readonly steps: Place;
  /** Of the objects that it adds to. */
  readonly place: number | undefined;
  /** Another fetch of the plan may ask the same. */
  readonly mayRepeat: boolean;
  /** Where it may be joined with others. */
  readonly question: Question | undefined;
  readonly types: Types;
}

export type ExecuteFetch = (run: Run) => Promise<void>;

export const compileFetch = (options: CompileFetch): ExecuteFetch => {
  const { node, steps } = options;
  const facts = { subgraph: node.serviceName, query: node.operation, steps };
  const execute = node.requires ? compileEntityFetch(options, facts) : compileRootFetch(options, facts);
  const span = { attributes: { service: node.serviceName } };
  return (run) =>
    inChildSpan(
      () => ['gateway.fetch', span],
      async () => {
        try {
          await execute(run);
        } catch (error) {
          // One failed fetch does not fail the others.
          run.failures.push({ fetch: facts, errors: [bugOf(error)] });
        }
      },
    );
};

/** Masked and logged where errors are formatted. */
const bugOf = (error: unknown): SubgraphError =>
  Object.assign(error instanceof Error ? error : new Error(String(error)), { extensions: {} });

const compileRootFetch = (options: CompileFetch, fetch: FetchFacts): ExecuteFetch => {
  const { steps, node, types } = options;
  const request = requestBuilder(node, undefined);
  return async (run) => {
    const { objects } = targetsAt(run.root, steps, run.shared);
    if (objects.length === 0) return;
    const { data, errors } = await send(run, options, request(run.variables));
    if (errors?.length) run.failures.push({ fetch, errors });
    if (!data) return;
    rewrite(data, node.outputRewrites ?? [], types.isOfType);
    for (const object of objects) merge(object, data);
  };
};

const compileEntityFetch = (options: CompileFetch, fetch: FetchFacts): ExecuteFetch => {
  const { node, types, question } = options;
  const { requires = [], inputRewrites = [], outputRewrites = [] } = node;
  const representations = compileRepresentations({ requires, inputRewrites, isOfType: types.isOfType });
  const request = requestBuilder(node, question);
  return async (run) => {
    const groups = entitiesOf(run, options, representations);
    if (groups.size === 0) return;
    const entities = [...groups.values()];
    const { data, errors } = await send(run, options, request(run.variables, [...groups.keys()]));
    if (errors?.length) run.failures.push({ fetch, errors, entities });
    const received = data?._entities;
    if (!Array.isArray(received)) return;
    const broken: number[] = [];
    for (const [index, objects] of entities.entries()) {
      const entity: unknown = received[index];
      if (entity === null) for (const object of objects) run.absent.add(object);
      if (entity === null || entity === undefined) continue;
      if (typeof entity !== 'object' || Array.isArray(entity)) {
        broken.push(index);
        continue;
      }
      keepType(entity as Data, objects[0], types);
      if (outputRewrites.length > 0) rewrite(entity, outputRewrites, types.isOfType);
      for (const object of objects) merge(object, entity as Data);
    }
    if (broken.length > 0) run.failures.push({ fetch, errors: broken.map(notAnEntity(node.serviceName)), entities });
  };
};

const notAnEntity =
  (subgraph: string) =>
  (index: number): SubgraphError => ({
    ...subgraphError(subgraph, 'SUBGRAPH_BAD_RESPONSE'),
    path: ['_entities', index],
  });

/** What an answer does not say, or less precisely, stays as it was known. */
const keepType = (entity: Data, { __typename: known }: Data, { isInterface }: Types): void => {
  const { __typename: typename } = entity;
  if (typename !== known && (typename === undefined || isInterface(typename))) entity.__typename = known;
};

/**
 * Equal representations are one entity. Objects that are alike in everything else, too, become one object at all their
 * positions: whatever the plan still adds is added, and written, once.
 */
const entitiesOf = (run: Run, { steps, place }: CompileFetch, { textOf, soleKeyOf }: Representations) => {
  const { objects, parents, keys } = targetsAt(run.root, steps, run.shared);
  const groups = new Map<string, [Data, ...Data[]]>();
  const byKey = new Map<string, [Data, ...Data[]]>();
  for (let index = 0; index < objects.length; index++) {
    const object = objects[index] as Data;
    const key = soleKeyOf(object);
    let group = key === undefined ? undefined : byKey.get(key);
    if (group?.[0].__typename !== object.__typename) {
      const text = textOf(object);
      if (text === undefined) continue;
      group = groups.get(text);
      if (!group) {
        group = [object];
        groups.set(text, group);
        if (key !== undefined) byKey.set(key, group);
        continue;
      }
    }
    if (!group) continue;
    const [first] = group;
    if (first === object) continue;
    if (place !== undefined && isSame(first, object)) {
      (parents[index] as Data)[keys[index] as string] = first;
      run.shared[place] = true;
    } else group.push(object);
  }
  return groups;
};

const send = async (run: Run, { node, mayRepeat }: CompileFetch, request: PlannedRequest): Promise<SubgraphAnswer> => {
  if (!mayRepeat) return run.fetch(node.serviceName, request);
  const key = `${node.serviceName} ${request.identity}`;
  const answer = run.sent.get(key) ?? run.fetch(node.serviceName, request);
  run.sent.set(key, answer);
  const { data, ...others } = await answer;
  // The caller changes the data that it gets, and the next one must not see that.
  return { ...others, ...(data !== undefined && { data: copyOf(data) }) };
};
