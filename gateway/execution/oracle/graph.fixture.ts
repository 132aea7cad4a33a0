/** A supergraph with canned subgraphs: all that an executor needs. */
import { setImmediate } from 'node:timers/promises';
import internals, { type Schema } from '@apollo/federation-internals';
import { type GraphQLSchema, isAbstractType, isObjectType } from 'graphql';
import { answerIn } from '../../upstream/http-exchange.ts';
import { subgraphError } from '../../upstream/subgraph-call.ts';
import type { SubgraphClient } from '../../upstream/subgraph-client.ts';
import { requiredWithArguments } from '../required-arguments.ts';
import { asText } from './broken-answers.fixture.ts';
import { type CannedSchema, cannedAnswer, type World } from './canned-subgraph.fixture.ts';
import { hashOf } from './random.fixture.ts';

export interface Graph {
  readonly name: string;
  readonly supergraph: string;
  readonly subgraphs: ReadonlyMap<string, CannedSchema>;
  /** Whether several subgraphs contribute to that type. */
  readonly isJoined: (type: string) => boolean;
  readonly requiredWithArguments: ReadonlySet<string>;
}

export const graphOf = (name: string, supergraph: string): Graph => {
  const built = internals.Supergraph.build(supergraph, { validateSupergraph: false });
  const joins = (type: string) =>
    (built.schema.type(type)?.appliedDirectivesOf('join__type') ?? []).map((join) => join.arguments());
  const hasKey = (type: string) => joins(type).some((join) => 'key' in join);
  const inKeys = namesIn(
    built.schema.allTypes().flatMap(({ name: type }) => joins(type)),
    'key',
  );
  const subgraphs = new Map<string, CannedSchema>();
  for (const { name: subgraph, schema: extracted } of built.subgraphs()) {
    const schema = extracted.toGraphQLJSSchema();
    subgraphs.set(subgraph, {
      name: subgraph,
      schema,
      isEntity: (typeName) => {
        const type = schema.getType(typeName);
        return (
          hasKey(typeName) ||
          (isAbstractType(type) && schema.getPossibleTypes(type).some(({ name: one }) => hasKey(one)))
        );
      },
      isInterfaceObject: (type) => isInterfaceObjectIn(schema, built.schema, type),
      isKey: (field) => inKeys.has(field),
      hasRequirements: (type, field) => requires(extracted, type, field),
    });
  }
  const isJoined = (type: string) =>
    new Set(joins(type).flatMap((join) => ('key' in join && 'graph' in join ? [join.graph] : []))).size > 1;
  return { name, supergraph, subgraphs, isJoined, requiredWithArguments: requiredWithArguments(supergraph) };
};

const isInterfaceObjectIn = (schema: GraphQLSchema, supergraph: Schema, type: string): boolean =>
  isObjectType(schema.getType(type)) && supergraph.type(type)?.kind === 'InterfaceType';

const requires = (schema: Schema, typeName: string, fieldName: string): boolean => {
  const type = schema.type(typeName);
  const field = type && 'field' in type ? type.field(fieldName) : undefined;
  return (field?.appliedDirectivesOf('requires').length ?? 0) > 0;
};

/** All words in selections such as `id organization { id }`. */
const namesIn = (joins: readonly object[], argument: 'key'): ReadonlySet<string> =>
  new Set(
    joins.flatMap((join: { readonly [argument]?: unknown }) =>
      [...String(join[argument] ?? '').matchAll(/\w+/g)].map(([name]) => name),
    ),
  );

export interface CannedClients {
  readonly clientOf: (name: string) => Pick<SubgraphClient, 'call'>;
  /** A request in a world of its own; its subgraph calls have these headers. */
  readonly begin: (world: World) => Run;
}

interface Run {
  readonly headers: Readonly<Record<string, string>>;
  /** In the order in which they were answered. */
  readonly calls: readonly Call[];
  readonly end: () => void;
}

export interface Call {
  readonly subgraph: string;
  readonly query: string;
  readonly variables: unknown;
  /** As JSON. */
  readonly answer: string;
  /** The canned subgraph could not answer this: it should not have been asked. */
  readonly fault?: unknown;
}

/** One for each executor: it says what that one has asked. */
export const cannedClients = ({ subgraphs }: Graph): CannedClients => {
  const runs = new Map<string, { world: World; calls: Call[] }>();
  let begun = 0;
  return {
    begin: (world) => {
      const id = String(begun++);
      const calls: Call[] = [];
      runs.set(id, { world, calls });
      return { headers: { run: id }, calls, end: () => void runs.delete(id) };
    },
    clientOf: (name) => {
      const subgraph = subgraphs.get(name);
      if (!subgraph) throw new Error(`no subgraph ${name}`);
      return {
        call: async (request, { run = '' }) => {
          const known = runs.get(run);
          if (!known) throw new Error(`a call to ${name} that belongs to no request`);
          const { world, calls } = known;
          // As from a network: in some order that is not that of the requests.
          const delay = hashOf(world.faults.seed, request.query);
          for (let steps = delay % 6; steps > 0; steps--) await Promise.resolve();
          // Half of them in a later turn of the event loop, so that what is joined differs from case to case.
          for (let turns = delay % 4; turns > 1; turns--) await setImmediate();
          const call = { subgraph: name, query: request.query, variables: request.variables };
          try {
            const sent = { ...request, variables: JSON.parse(JSON.stringify(request.variables ?? {})) };
            const text = asText(cannedAnswer(subgraph, world, sent));
            const answer = world.corrupts?.(name, text) ?? text;
            calls.push({ ...call, answer });
            return answerIn(answer) ?? { errors: [subgraphError(name, 'SUBGRAPH_BAD_RESPONSE')] };
          } catch (fault) {
            // An executor would make an error of it, and hide that nothing was compared.
            calls.push({ ...call, answer: '', fault });
            throw fault;
          }
        },
      };
    },
  };
};
