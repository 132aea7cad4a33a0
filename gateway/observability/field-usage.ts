/**
 * Counts which fields each client uses. A document is read once; a request adds one to a number of its document, which is spread
 * over the fields when somebody asks.
 */
import {
  type DocumentNode,
  type GraphQLSchema,
  isInterfaceType,
  isObjectType,
  type OperationDefinitionNode,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { type FieldUsage, otherClient, unnamedClient } from '#contracts/field-usage.ts';
import { operationAlone } from '#platform/graphql/fragments.ts';
import type { AnsweredOperation, ResolvedOperation, Step } from '../graphql/steps.ts';

export interface FieldUsageCounts {
  readonly step: Step;
  readonly report: () => FieldUsage;
}

interface FieldUsageOptions {
  /** Clients that are told apart. Without any, the first that come. */
  readonly clients: readonly string[] | undefined;
  readonly bounds: { readonly clients: number; readonly documents: number };
}

/** The operations of one document, by client. */
interface Uses {
  /** Positions in the list of coordinates. */
  readonly fields: readonly number[];
  readonly counts: Map<string, number>;
}

export const fieldUsage = ({ clients, bounds }: FieldUsageOptions): FieldUsageCounts => {
  const since = new Date().toISOString();
  const nameOf = clientNames(clients, bounds.clients);
  let current: Coordinates | undefined;
  /** By client, a number for each coordinate. */
  let totals = new Map<string, Float64Array>();
  // Weak: documents are others' to keep.
  let usesByOperation = new WeakMap<OperationDefinitionNode, Uses>();
  let uses: Uses[] = [];

  const usesOf = ({ document, operation }: ResolvedOperation, { schema, positions }: Coordinates): Uses => {
    const known = usesByOperation.get(operation);
    if (known) return known;
    if (uses.length >= bounds.documents) spread();
    const fields = coordinatesIn(schema, document, operation).flatMap((field) => positions.get(field) ?? []);
    const fresh = { fields, counts: new Map() };
    usesByOperation.set(operation, fresh);
    uses.push(fresh);
    return fresh;
  };
  const spread = (): void => {
    for (const { fields, counts } of uses)
      for (const [client, count] of counts) {
        const total = totals.get(client) ?? new Float64Array(current?.all.length ?? 0);
        totals.set(client, total);
        for (const field of fields) total[field] = (total[field] ?? 0) + count;
      }
    uses = [];
    usesByOperation = new WeakMap();
  };
  const report = (): FieldUsage['fields'] => {
    spread();
    const counted = [...totals];
    return (current?.all ?? []).map(({ field, deprecated }, position) => ({
      field,
      ...(deprecated !== undefined && { deprecated }),
      clients: Object.fromEntries(
        counted.flatMap(([client, total]) => (total[position] ? [[client, total[position]]] : [])),
      ),
    }));
  };

  return {
    report: () => ({ since, fields: report() }),
    step: {
      schemaLoaded: ({ apiSchema }) => {
        const before = report();
        current = coordinatesOf(apiSchema);
        totals = new Map();
        for (const { field, clients: counted } of before) {
          const position = current.positions.get(field);
          if (position === undefined) continue;
          for (const [client, count] of Object.entries(counted)) {
            const total = totals.get(client) ?? new Float64Array(current.all.length);
            totals.set(client, total);
            total[position] = count;
          }
        }
      },
      before: (resolved) => {
        const client = clientOf(resolved);
        // What a request on the schema before uses is hardly news, and is in other places of the list.
        if (client === undefined || current?.schema !== resolved.schema) return;
        const { counts } = usesOf(resolved, current);
        const name = nameOf(client);
        counts.set(name, (counts.get(name) ?? 0) + 1);
      },
    },
  };
};

/** As Apollo's clients identify themselves. Undefined where the gateway looks again for a live query. */
const clientOf = ({
  request,
  contextValue,
}: Pick<AnsweredOperation, 'request' | 'contextValue'>): string | undefined =>
  request.http ? (request.http.headers.get(clientNameHeader) ?? '') : contextValue.clientName;

export const clientNameHeader = 'apollographql-client-name';

const plausibleName = /^[\w][\w .:@/+-]{0,59}$/;

/** Bounds how many are told apart: names are what clients say. */
const clientNames = (given: readonly string[] | undefined, places: number): ((name: string) => string) => {
  const kept = new Set(given);
  const mayGrow = given === undefined;
  return (name) => {
    if (name === '') return unnamedClient;
    if (kept.has(name)) return name;
    if (!mayGrow || kept.size >= places || !plausibleName.test(name)) return otherClient;
    kept.add(name);
    return name;
  };
};

interface Coordinates {
  readonly schema: GraphQLSchema;
  readonly all: readonly { readonly field: string; readonly deprecated: string | undefined }[];
  readonly positions: ReadonlyMap<string, number>;
}

const coordinatesOf = (schema: GraphQLSchema): Coordinates => {
  const all = Object.values(schema.getTypeMap()).flatMap((type) => {
    if (type.name.startsWith('__') || !(isObjectType(type) || isInterfaceType(type))) return [];
    return Object.values(type.getFields()).map(({ name, deprecationReason }) => ({
      field: `${type.name}.${name}`,
      deprecated: deprecationReason ?? undefined,
    }));
  });
  return { schema, all, positions: new Map(all.map(({ field }, position) => [field, position])) };
};

/** Each once. A field of an interface is one of its implementations as well: none of them could go. */
const coordinatesIn = (
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): readonly string[] => {
  const found = new Set<string>();
  const types = new TypeInfo(schema);
  const alone = operationAlone(document, operation.name?.value);
  visit(
    alone,
    visitWithTypeInfo(types, {
      Field: ({ name }) => {
        const parent = types.getParentType();
        if (!parent) return;
        found.add(`${parent.name}.${name.value}`);
        if (!isInterfaceType(parent)) return;
        const { objects, interfaces } = schema.getImplementations(parent);
        for (const type of [...objects, ...interfaces]) found.add(`${type.name}.${name.value}`);
      },
    }),
  );
  return [...found];
};
