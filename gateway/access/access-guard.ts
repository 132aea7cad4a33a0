/**
 * Enforces `@authenticated`, `@requiresScopes` and `@policy`: a document is looked through once, and a request costs no more than a
 * look at what it asks for (docs/adr/0048).
 */
import { GraphQLError, type GraphQLSchema } from 'graphql';
import type { RequestContext } from '../identity/request-context.ts';
import { conditionsIn } from './conditions.ts';
import { type DocumentGuard, documentGuard, type GuardedDocument, type WithheldFields } from './guarded-document.ts';
import type { AccessVariables } from './variables.ts';
import { type DecidePolicy, deniedOf, policyIsScope } from './viewer-access.ts';

export interface AccessOptions {
  readonly unauthorizedFields?: AccessVariables['UNAUTHORIZED_FIELDS'] | undefined;
  /** By default a policy is the name of a scope, which for our own tokens is a permission. */
  readonly decidePolicy?: DecidePolicy | undefined;
}

export interface AccessGuard extends DocumentGuard {
  readonly deniedTo: (request: RequestContext, guarded: GuardedDocument) => Promise<readonly number[]>;
  readonly rejects: boolean;
}

/** Undefined for a supergraph without conditions. */
export const accessGuard = (
  supergraph: string,
  schema: GraphQLSchema,
  { unauthorizedFields = 'null', decidePolicy = policyIsScope }: AccessOptions,
): AccessGuard | undefined => {
  const conditions = conditionsIn(supergraph);
  if (conditions.size === 0) return undefined;
  return {
    ...documentGuard(schema, conditions),
    deniedTo: (request, guarded) => deniedOf(guarded.conditions, request, decidePolicy),
    rejects: unauthorizedFields === 'reject',
  };
};

/** Apollo Router's code and message. */
export const unauthorized = { code: 'UNAUTHORIZED_FIELD_OR_TYPE', message: 'Unauthorized field or type' } as const;

export const rejection = ({ paths }: WithheldFields, operationName: string | undefined): GraphQLError =>
  new GraphQLError(unauthorized.message, {
    extensions: { code: unauthorized.code, paths: paths(operationName), http: { status: 403 } },
  });
