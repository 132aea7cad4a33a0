import {
  type GraphQLObjectType,
  type GraphQLSchema,
  isInterfaceType,
  isNonNullType,
  isObjectType,
  isUnionType,
} from 'graphql';
import { breach } from '../check.ts';
import type { Graph, Rule } from './graph.ts';

/** Money or stock moves: without a key a retry could move it twice, so the key is required. */
const movesMoneyOrStock = new Set(['placeOrder', 'payOrder', 'cancelOrder', 'resumeOrder', 'confirmPayment']);

/** Need no key, but take one. A new mutation belongs into one of the two lists. */
const movesNeither = new Set(['register', 'signIn', 'addToCart', 'changeCartLine', 'removeFromCart']);

const mutationsOf = ({ api }: Graph) => Object.values(api.getMutationType()?.getFields() ?? {});

export const everyMutationTakesAnIdempotencyKey: Rule = (graph) =>
  mutationsOf(graph).flatMap(({ name, args }) => {
    const at = `Mutation.${name}`;
    if (!movesMoneyOrStock.has(name) && !movesNeither.has(name))
      return [
        breach(
          at,
          'has not been said to move money or stock, or to move neither.',
          'Enter it in one of the two lists of tools/contracts/rules/mutations.ts: the first requires a key.',
        ),
      ];
    const expected = movesMoneyOrStock.has(name) ? 'String!' : 'String';
    const key = args.find((arg) => arg.name === 'idempotencyKey');
    return key && String(key.type) === expected
      ? []
      : [
          breach(
            at,
            `must take idempotencyKey: ${expected}.`,
            `Add the argument idempotencyKey: ${expected} in the SDL, and hand it to the use case, which goes by idempotency.once.`,
          ),
        ];
  });

/** Nullable at the root: `null` in a non-null root field takes `data` with it, and with that what other mutations of the request have done. */
export const everyMutationAnswersAUnion: Rule = ({ api, ...graph }) =>
  mutationsOf({ api, ...graph }).flatMap(({ name, type }) => {
    const at = `Mutation.${name}`;
    const stem = `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
    if (isNonNullType(type))
      return [
        breach(
          at,
          'must be nullable: its failure must not hide what others have done.',
          'Take away the "!" behind its type.',
        ),
      ];
    if (!isUnionType(type) || type.name !== `${stem}Payload`)
      return [
        breach(
          at,
          `must answer ${stem}Payload, a union.`,
          `Write union ${stem}Payload = ${stem}Success | IdempotencyConflict | … in the SDL.`,
        ),
      ];
    const members = type.getTypes();
    const missing = [`${stem}Success`, 'IdempotencyConflict'].filter((each) => !members.some((it) => it.name === each));
    const failures = members.filter((member) => member.name !== `${stem}Success`);
    return [
      ...missing.map((each) => breach(at, `cannot answer ${each}.`, `Make ${each} a member of ${stem}Payload.`)),
      ...failures
        .filter((each) => !isFailure(api, each))
        .map((each) =>
          breach(at, `can answer ${each.name}, which is no Failure.`, `Let ${each.name} implement Failure.`),
        ),
    ];
  });

const isFailure = (api: GraphQLSchema, type: GraphQLObjectType): boolean => {
  const failure = api.getType('Failure');
  return isObjectType(type) && isInterfaceType(failure) && type.getInterfaces().includes(failure);
};
