import { requireId } from '#platform/graphql/inputs.ts';
import { payload } from '#platform/graphql/payload.ts';
import type { StoredAttribute } from '../domain/catalogue/attribute.ts';
import { read } from './language.ts';
import type { GraphqlContext } from './loaders.ts';
import { namesGiven } from './texts.ts';
import type {
  AttributeChoiceInput,
  AttributeChoiceResolvers,
  AttributeResolvers,
  MutationResolvers,
  QueryResolvers,
} from './types.generated.ts';

export const Attribute = {
  name: ({ name }, asked, context) => read(name, asked, context),
} satisfies AttributeResolvers;

export const AttributeChoice = {
  name: ({ name }, asked, context) => read(name, asked, context),
} satisfies AttributeChoiceResolvers;

export const attributeQueries = {
  attributes: (_, __, { app }) => app.reads.allAttributes(),
} satisfies QueryResolvers;

const choicesOf = (choices: readonly AttributeChoiceInput[]) =>
  choices.map(({ code, names }) => ({ code, name: namesGiven(names) }));

export const attributeMutations = {
  defineAttribute: async (_, { idempotencyKey, input }, context) => {
    const { code, kind, names, unit, choices, isFilterable, position } = input;
    const result = await context.app.commands.defineAttribute({
      ...{ by: context.viewer, idempotencyKey: idempotencyKey ?? undefined },
      ...{ code, kind, name: namesGiven(names), unit: unit || null, choices: choicesOf(choices ?? []) },
      ...{ isFilterable: isFilterable ?? false, position: position ?? undefined },
    });
    return payload(result, async (id) => ({
      ...{ __typename: 'DefineAttributeSuccess', attribute: await written(context, id) },
    }));
  },

  reviseAttribute: async (_, { idempotencyKey, input }, context) => {
    const { id: given, expectedVersion, names, kind, unit, choices, isFilterable, position } = input;
    const result = await context.app.commands.reviseAttribute({
      ...{ by: context.viewer, idempotencyKey: idempotencyKey ?? undefined },
      ...{ id: requireId('Attribute', given), expectedVersion: expectedVersion ?? undefined },
      name: namesGiven(names),
      ...(kind != null && { kind }),
      ...(unit != null && { unit: unit || null }),
      ...(choices != null && { choices: choicesOf(choices) }),
      ...(isFilterable != null && { isFilterable }),
      position: position ?? undefined,
    });
    return payload(result, async (id) => ({
      ...{ __typename: 'ReviseAttributeSuccess', attribute: await written(context, id) },
    }));
  },
} satisfies MutationResolvers;

const written = async ({ app }: GraphqlContext, id: StoredAttribute['id']): Promise<StoredAttribute> => {
  const attribute = (await app.reads.allAttributes()).find((one) => one.id === id);
  if (!attribute) throw new Error(`attribute ${id} is gone, and nobody can remove one`);
  return attribute;
};
