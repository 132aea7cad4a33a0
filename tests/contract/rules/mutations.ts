import {
  type GraphQLObjectType,
  type GraphQLSchema,
  isInterfaceType,
  isNonNullType,
  isObjectType,
  isUnionType,
} from 'graphql';
import type { Graph, Rule } from './graph.ts';

/** Money or stock moves: without a key a retry could move it twice, so the key is required. */
const movesMoneyOrStock = new Set(['placeOrder', 'payOrder', 'cancelOrder', 'resumeOrder', 'confirmPayment']);

/** Need no key, but take one. A new mutation belongs into one of the two lists. */
const movesNeither = new Set(['register', 'signIn', 'addToCart', 'changeCartLine', 'removeFromCart']);

const mutationsOf = ({ api }: Graph) => Object.values(api.getMutationType()?.getFields() ?? {});

export const everyMutationTakesAnIdempotencyKey: Rule = (graph) =>
  mutationsOf(graph).flatMap(({ name, args }) => {
    const at = `Mutation.${name}`;
    if (!movesMoneyOrStock.has(name) && !movesNeither.has(name)) return [`${at} is in neither list of this rule`];
    const expected = movesMoneyOrStock.has(name) ? 'String!' : 'String';
    const key = args.find((arg) => arg.name === 'idempotencyKey');
    return key && String(key.type) === expected ? [] : [`${at} must take idempotencyKey: ${expected}`];
  });

/** Nullable at the root: `null` in a non-null root field takes `data` with it, and with that what other mutations of the request have done. */
export const everyMutationAnswersAUnion: Rule = ({ api, ...graph }) =>
  mutationsOf({ api, ...graph }).flatMap(({ name, type }) => {
    const at = `Mutation.${name}`;
    const stem = `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
    if (isNonNullType(type)) return [`${at} must be nullable: its failure must not hide what others have done`];
    if (!isUnionType(type) || type.name !== `${stem}Payload`) return [`${at} must answer ${stem}Payload, a union`];
    const members = type.getTypes();
    const missing = [`${stem}Success`, 'IdempotencyConflict'].filter((each) => !members.some((it) => it.name === each));
    const failures = members.filter((member) => member.name !== `${stem}Success`);
    return [
      ...missing.map((each) => `${at} cannot answer ${each}`),
      ...failures.filter((each) => !isFailure(api, each)).map((each) => `${at}: ${each.name} is no Failure`),
    ];
  });

const isFailure = (api: GraphQLSchema, type: GraphQLObjectType): boolean => {
  const failure = api.getType('Failure');
  return isObjectType(type) && isInterfaceType(failure) && type.getInterfaces().includes(failure);
};
