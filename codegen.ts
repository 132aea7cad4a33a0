import type { CodegenConfig } from '@graphql-codegen/cli';
import type { DocumentNode } from 'graphql';
import { documentId, documentText } from './gateway/documents/document-text.ts';
import type { SubgraphName } from './ops/services.ts';

/** What a subgraph may add in its `codegen.json`. Paths of types are relative to its `graphql/` folder: `../domain/cart.ts#Cart`. */
export type SubgraphCodegen = {
  /** GraphQL type → the type that its resolvers receive as parent. */
  mappers?: Record<string, string>;
  /** Scalars of its own; `DateTime` is known. */
  scalars?: Record<string, string>;
  /** The resolvers' third parameter. */
  contextType?: string;
};

const shared = {
  useTypeImports: true,
  enumsAsTypes: true,
  strictScalars: true,
  immutableTypes: true,
  emitLegacyCommonJSImports: false,
} satisfies Record<string, unknown>;

/** Typed resolvers of one subgraph, from its SDL. */
export const subgraphTypes = (
  name: SubgraphName,
  { mappers, scalars, contextType }: SubgraphCodegen,
): CodegenConfig => ({
  schema: `subgraphs/${name}/schema.graphql`,
  generates: {
    [`subgraphs/${name}/graphql/types.generated.ts`]: {
      plugins: ['typescript', 'typescript-resolvers'],
      config: {
        ...shared,
        federation: true,
        mappers: mappers ?? {},
        // Our `Order` and the graph's `Order` meet in one file.
        mapperTypeSuffix: 'Model',
        // _FieldSet is federation's own and reaches no resolver.
        scalars: { ID: 'string', DateTime: 'Date', _FieldSet: 'string', ...scalars },
        ...(contextType && { contextType }),
        // Absent and null mean the same in GraphQL input; a resolver has to be ready for both.
        inputMaybeValue: 'T | null | undefined',
        // A payload says each of its fields, null too: what it left out would be null without a word.
        avoidOptionals: { field: true, inputValue: false, object: false, defaultValue: false },
        // A member of a union must say which one it is: that is how a failure becomes its type.
        resolversNonOptionalTypename: { unionMember: true, interfaceImplementingType: true },
      },
    },
  },
});

/** Operations that TypeScript sends. The playground's samples are sent by people. */
export const typedOperations = ['operations/{storefront,staff}/**/*.graphql'];

/** Typed documents of the clients, from the API schema: what a client receives and sends. */
export const documentTypes = (apiSchema: string): CodegenConfig => ({
  schema: apiSchema,
  documents: typedOperations,
  generates: {
    'operations/documents.generated.ts': {
      // The last one's default export is what Apollo Client needs to know of interfaces: `new InMemoryCache(it)`.
      plugins: ['typescript-operations', 'typed-document-node', 'fragment-matcher'],
      config: {
        ...shared,
        scalars: { ID: 'string', DateTime: 'string' },
        // Every document carries the id that operations/manifest.json lists it under, as `__meta__.hash`.
        unstable_onExecutableDocumentNode: (document: DocumentNode) => ({ hash: documentId(documentText(document)) }),
      },
    },
  },
});
