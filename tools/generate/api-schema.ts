import federation from '@apollo/federation-internals';
import { printSchema } from 'graphql';

/** What clients see of a supergraph: its SDL without the joins and the inaccessible. */
export const apiSchemaOf = (supergraph: string): string =>
  printSchema(federation.Supergraph.build(supergraph).apiSchema().toGraphQLJSSchema());
