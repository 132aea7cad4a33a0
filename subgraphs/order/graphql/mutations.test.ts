import { type GraphQLObjectType, getNamedType, isLeafType, isObjectType, isUnionType, parse, validate } from 'graphql';
import { expect, it } from 'vitest';
import { schema } from '../wiring.ts';

// Deep enough to reach the leaves of every failure: payload → lines → price → amount.
const depth = 4;

const fieldsOf = (type: GraphQLObjectType, left: number): string =>
  Object.values(type.getFields())
    .map((field) => {
      const named = getNamedType(field.type);
      if (isLeafType(named)) return field.name;
      return isObjectType(named) && left > 0 && field.args.length === 0
        ? `${field.name} ${fieldsOf(named, left - 1)}`
        : '';
    })
    .join(' ')
    .replace(/^/, '{ __typename ')
    .concat(' }');

const subgraph = schema();
const mutations = Object.values(subgraph.getMutationType()?.getFields() ?? {});

it.each(mutations.map((mutation) => [mutation.name, mutation] as const))(
  '%s can be asked for all that it may answer, in one document',
  (_, { name, args, type }) => {
    const union = getNamedType(type);
    const members = isUnionType(union) ? union.getTypes() : [];
    expect(members.length).toBeGreaterThan(1);
    const variables = args.map((arg) => `$${arg.name}: ${arg.type}`).join(', ');
    const given = args.map((arg) => `${arg.name}: $${arg.name}`).join(', ');
    const selection = members.map((member) => `... on ${member.name} ${fieldsOf(member, depth)}`).join('\n');
    const document = parse(`mutation (${variables}) { ${name}(${given}) { ${selection} } }`);
    expect(validate(subgraph, document).map(({ message }) => message)).toEqual([]);
  },
);
