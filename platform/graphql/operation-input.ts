/**
 * Checks the variables of an operation before it is executed. graphql-js finds a null behind a default only during
 * execution and as any other error, and its messages repeat values: here they are caller faults without any value.
 */
import type { ApolloServerPlugin, BaseContext } from '@apollo/server';
import {
  BREAK,
  coerceInputValue,
  type DirectiveNode,
  type DocumentNode,
  type FragmentDefinitionNode,
  GraphQLError,
  type GraphQLInputType,
  type GraphQLSchema,
  getNullableType,
  isInputObjectType,
  isInputType,
  isListType,
  isNonNullType,
  Kind,
  type OperationDefinitionNode,
  TypeInfo,
  typeFromAST,
  type VariableDefinitionNode,
  valueFromAST,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { fragmentsOf } from './fragments.ts';

type Values = Readonly<Record<string, unknown>>;

interface OperationInput {
  readonly schema: GraphQLSchema;
  /** Valid. */
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly variables: Values;
}

/** Refuses what `inputFault` finds, with status 400. */
export const checkInput: ApolloServerPlugin<BaseContext> = {
  requestDidStart: async () => ({
    didResolveOperation: async ({ schema, document, operation, request }) => {
      const fault = operation && inputFault({ schema, document, operation, variables: request.variables ?? {} });
      if (fault) throw fault;
    },
  }),
};

/** The first fault of the variables, or undefined. */
export const inputFault = (input: OperationInput): GraphQLError | undefined => {
  try {
    return nullFault(input, coercedVariables(input));
  } catch (error) {
    if (error instanceof GraphQLError) return error;
    // Coercion recurses as deep as the values.
    if (error instanceof RangeError) return fault('The variables are nested too deeply.');
    throw error;
  }
};

const fault = (message: string): GraphQLError =>
  new GraphQLError(message, { extensions: { code: 'BAD_USER_INPUT', http: { status: 400 } } });

/** As the specification's CoerceVariableValues. Throws the first fault. */
const coercedVariables = ({ schema, operation, variables }: OperationInput): Values => {
  const coerced: Record<string, unknown> = {};
  for (const definition of operation.variableDefinitions ?? []) {
    const type = typeFromAST(schema, definition.type as Parameters<typeof typeFromAST>[1]);
    if (!isInputType(type)) continue;
    const name = definition.variable.name.value;
    if (Object.hasOwn(variables, name)) coerced[name] = coercedValue(name, type, variables[name]);
    else if (definition.defaultValue) coerced[name] = defaultOf(definition, type);
    else if (isNonNullType(type)) throw fault(`Variable "$${name}" of type "${type}" is required.`);
  }
  return coerced;
};

const defaultOf = ({ defaultValue }: VariableDefinitionNode, type: GraphQLInputType): unknown =>
  valueFromAST(defaultValue, type);

const coercedValue = (name: string, type: GraphQLInputType, value: unknown): unknown =>
  coerceInputValue(value, type, (path, _, { message }) => {
    throw fault(sentence(message, `$${name}${path.map(step).join('')}`, typeAt(type, path)));
  });

const step = (key: string | number): string => (typeof key === 'number' ? `[${key}]` : `.${key}`);

/** graphql-js' message without its values. Paths consist of the schema's own names. */
const sentence = (said: string, place: string, type: GraphQLInputType): string => {
  if (said.startsWith('Expected non-nullable type')) return `Variable "${place}" of type "${type}" must not be null.`;
  const [, missing, missingType] = /^Field "(\w+)" of required type "([^"]+)"/.exec(said) ?? [];
  if (missing) return `Variable "${place}.${missing}" of type "${missingType}" is required.`;
  const [, unknown] = /^Field "(\w{1,50})" is not defined by type/.exec(said) ?? [];
  if (unknown) return `Variable "${place}" has a field "${unknown}", which "${getNullableType(type)}" does not have.`;
  return `Variable "${place}" is not a valid "${type}".`;
};

const typeAt = (type: GraphQLInputType, path: readonly (string | number)[]): GraphQLInputType =>
  path.reduce<GraphQLInputType>((at, key) => {
    const nullable = getNullableType(at);
    if (isListType(nullable)) return typeof key === 'number' ? nullable.ofType : typeAt(nullable.ofType, [key]);
    return (isInputObjectType(nullable) && nullable.getFields()[key]?.type) || at;
  }, type);

/**
 * A nullable variable with a default is allowed where null is not (the specification's IsVariableUsageAllowed), so its value
 * is checked. What `@skip` and `@include` leave out is ignored, as it is not executed.
 */
const nullFault = ({ schema, document, operation }: OperationInput, coerced: Values): GraphQLError | undefined => {
  if (!Object.values(coerced).includes(null)) return undefined;
  const fragments = fragmentsOf(document);
  let found: GraphQLError | undefined;
  const left: (OperationDefinitionNode | FragmentDefinitionNode)[] = [operation];
  const typeInfo = new TypeInfo(schema);
  const visitor = visitWithTypeInfo(typeInfo, {
    // Defaults belong to the document, which is validated.
    VariableDefinition: () => false,
    Field: ({ directives }) => (isLeftOut(directives, coerced) ? false : undefined),
    InlineFragment: ({ directives }) => (isLeftOut(directives, coerced) ? false : undefined),
    FragmentSpread: ({ name, directives }) => {
      if (isLeftOut(directives, coerced)) return false;
      const fragment = fragments.get(name.value);
      fragments.delete(name.value);
      if (fragment) left.push(fragment);
      return undefined;
    },
    Variable: ({ name }) => {
      const type = typeInfo.getInputType();
      if (!isNonNullType(type) || coerced[name.value] !== null) return undefined;
      const of = typeInfo.getArgument();
      found = fault(
        `Variable "$${name.value}" must not be null: it stands for a "${type}"${of ? ` in the argument "${of.name}"` : ''}.`,
      );
      return BREAK;
    },
  });
  for (let next = left.pop(); next && !found; next = left.pop()) visit(next, visitor);
  return found;
};

const isLeftOut = (directives: readonly DirectiveNode[] = [], coerced: Values): boolean =>
  directives.some(({ name, arguments: [condition] = [] }) => {
    const value = condition?.value;
    const given =
      value?.kind === Kind.VARIABLE
        ? coerced[value.name.value]
        : value?.kind === Kind.BOOLEAN
          ? value.value
          : undefined;
    return (name.value === 'skip' && given === true) || (name.value === 'include' && given === false);
  });
