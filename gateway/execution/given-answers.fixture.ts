/** The compiled executor over subgraphs whose every answer a test gives. */
import { createHash } from 'node:crypto';
import { type FieldNode, Kind, type OperationDefinitionNode, parse, print } from 'graphql';
import { guest } from '#contracts/viewer.ts';
import { recordedLog } from '#kit/observability/recorded-log.ts';
import { federation } from '../graphql/federation.ts';
import { planCache } from '../schema/query-plans.ts';
import type { SubgraphAnswer, SubgraphRequest } from '../upstream/subgraph-call.ts';

export type Answer = (
  request: SubgraphRequest,
  representations: readonly Record<string, unknown>[],
) => object | Promise<object>;
export type Answers = Readonly<Record<string, Answer>>;

interface Options {
  readonly variables?: Record<string, unknown>;
  readonly operationName?: string;
  readonly takesText?: boolean;
}

export const givenAnswers = async (supergraph: string) => {
  const asked: { subgraph: string; request: SubgraphRequest }[] = [];
  const fallbacks: string[] = [];
  let answers: Answers = {};
  let plansMade = 0;
  const { schema, executor } = await federation({
    supergraph,
    plans: planCache(() => {
      plansMade += 1;
    }).store,
    log: recordedLog().log,
    onFallback: (why) => fallbacks.push(why),
    clientOf: (subgraph) => ({
      call: async (request) => {
        asked.push({ subgraph, request });
        const { representations = [] } = JSON.parse(request.body ?? JSON.stringify(request)).variables;
        const answer = (await answers[subgraph]?.(request, representations)) ?? { data: null };
        return JSON.parse(JSON.stringify(answer)) as SubgraphAnswer;
      },
    }),
  }).load();
  return {
    asked,
    fallbacks,
    plansMade: () => plansMade,
    reset: () => {
      asked.splice(0);
      fallbacks.splice(0);
      plansMade = 0;
    },
    execute: async (query: string, given: Answers, { variables, operationName, takesText }: Options = {}) => {
      answers = given;
      const { data, errors } = await executor({
        schema,
        document: parse(query),
        queryHash: createHash('sha256').update(query).digest('hex'),
        request: { query, variables, operationName },
        context: { viewer: guest, subgraphHeaders: {}, takesText },
        metrics: {},
        overallCachePolicy: { restrict: () => undefined },
      } as unknown as Parameters<typeof executor>[0]);
      return {
        data,
        errors: errors?.map(({ message, path, extensions }) => ({ message, path, code: extensions?.code })),
      };
    },
  };
};

type Resolve = (representation: Readonly<Record<string, unknown>>, selection: string) => unknown;

/** The entities that a request asks for, whether it was joined or not. */
export const entities =
  (resolve: Resolve): Answer =>
  (request) => ({
    data: Object.fromEntries(
      questionsIn(request).map(([key, all, selection]) => [key, all.map((one) => resolve(one, selection))]),
    ),
  });

/** Of each `_entities` field its key, its representations and what it selects. */
export const questionsIn = (request: SubgraphRequest) => {
  const { query, variables } = JSON.parse(request.body ?? JSON.stringify(request));
  const operation = parse(query).definitions.find(
    (node): node is OperationDefinitionNode => node.kind === Kind.OPERATION_DEFINITION,
  );
  const fields = (operation?.selectionSet.selections ?? []).filter(
    (node): node is FieldNode => node.kind === Kind.FIELD,
  );
  return fields.map(({ alias, name, arguments: [argument] = [], selectionSet }) => {
    const of = argument?.value.kind === Kind.VARIABLE ? variables[argument.value.name.value] : [];
    return [(alias ?? name).value, of as Record<string, unknown>[], selectionSet ? print(selectionSet) : ''] as const;
  });
};
