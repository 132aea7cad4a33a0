/** Which published operations use what of the schema, by coordinate: `Order.number`, `Query.order.id`, `OrderStatus`. */
import {
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import type { PublishedOperation } from '../world.ts';

/**
 * The coordinates an operation depends on. What it may send through variables counts as sent, and an enum it gets or
 * sends counts with all its values: nobody but the client knows which, so we assume the worst.
 */
export const usedCoordinates = ({ document }: PublishedOperation, schema: GraphQLSchema): ReadonlySet<string> => {
  const used = new Set<string>();
  const types = new TypeInfo(schema);
  visit(
    document,
    visitWithTypeInfo(types, {
      Field: () => {
        const [parent, field] = [types.getParentType(), types.getFieldDef()];
        if (!parent || !field) return;
        used.add(parent.name).add(`${parent.name}.${field.name}`);
        addType(used, getNamedType(field.type));
      },
      Argument: () => {
        const [parent, field, argument] = [types.getParentType(), types.getFieldDef(), types.getArgument()];
        if (!parent || !field || !argument) return;
        used.add(`${parent.name}.${field.name}.${argument.name}`);
        addType(used, getNamedType(argument.type));
      },
      VariableDefinition: () => {
        const input = types.getInputType();
        if (input) addType(used, getNamedType(input));
      },
      InlineFragment: ({ typeCondition }) => void (typeCondition && used.add(typeCondition.name.value)),
      FragmentDefinition: ({ typeCondition }) => void used.add(typeCondition.name.value),
    }),
  );
  return used;
};

/** A type, and what is inside of it where a client cannot choose: values of enums, fields of inputs. */
const addType = (used: Set<string>, type: GraphQLNamedType): void => {
  const isNew = !used.has(type.name);
  used.add(type.name);
  if (isEnumType(type)) for (const { name } of type.getValues()) used.add(`${type.name}.${name}`);
  if (!isInputObjectType(type) || !isNew) return;
  for (const field of Object.values(type.getFields())) {
    used.add(`${type.name}.${field.name}`);
    addType(used, getNamedType(field.type));
  }
};

/** Every coordinate that a schema has. */
export const coordinatesOf = (schema: GraphQLSchema): ReadonlySet<string> =>
  new Set(
    Object.values(schema.getTypeMap()).flatMap((type) => {
      if (isEnumType(type)) return [type.name, ...type.getValues().map(({ name }) => `${type.name}.${name}`)];
      if (isInputObjectType(type))
        return [type.name, ...Object.keys(type.getFields()).map((name) => `${type.name}.${name}`)];
      if (!isObjectType(type) && !isInterfaceType(type)) return [type.name];
      const fields = Object.values(type.getFields()).flatMap(({ name, args }) => [
        `${type.name}.${name}`,
        ...args.map((argument) => `${type.name}.${name}.${argument.name}`),
      ]);
      return [type.name, ...fields];
    }),
  );
