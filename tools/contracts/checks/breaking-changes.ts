/** What was released still works for those who use it. A break that nobody would notice passes, with a note. */
import { type Change, CriticalityLevel, diff } from '@graphql-inspector/core';
import { buildSchema, type GraphQLSchema, isEnumType, isInputObjectType, isInterfaceType, isObjectType } from 'graphql';
import { breach, type Check, type Finding, note, warning } from '../check.ts';
import { apiOf } from '../graph.ts';
import { deprecationOf } from '../rules/deprecation.ts';
import { coordinatesOf, usedCoordinates } from '../rules/usage.ts';
import type { World } from '../world.ts';
import { nameOf } from './operations.ts';

export const releasedSchema = 'api-schema.graphql';

export const breakingChanges: Check = {
  name: 'breaking-changes',
  title:
    'Nothing that a client uses has been taken away since the last release; deprecations have a reason and a date.',
  needs: 'files',
  run: async (world) => {
    const { schema } = apiOf(world);
    const released = world.baseline.read(releasedSchema);
    if (released === undefined)
      return [breach(releasedSchema, 'There is no baseline of the released schema.', 'npm run contracts:accept')];
    const before = buildSchema(released);
    const usersOf = userIndex(world, before);
    const changes = await diff(before, schema);
    return [...changes.flatMap((change) => weighed(change, usersOf(change.path ?? ''))), ...dated(schema, world.today)];
  },
  accept: async (world) => {
    const { schema, sdl } = apiOf(world);
    const released = world.baseline.read(releasedSchema);
    world.baseline.write(releasedSchema, `${sdl}\n`);
    if (released === undefined) return [`${releasedSchema} is new`];
    const changes = await diff(buildSchema(released), schema);
    return changes.map(({ message, criticality }) => `${criticality.level.toLowerCase()}: ${message}`);
  },
};

/**
 * For a coordinate: the operations that depend on it. What is new was not there to be used, so whoever uses what it was
 * added to meets it: a new value comes to those who get the enum, a new required argument to those who call the field.
 */
const userIndex = ({ operations }: World, released: GraphQLSchema): ((coordinate: string) => string[]) => {
  const uses = operations.map((operation) => ({
    name: nameOf(operation),
    used: usedCoordinates(operation, released),
  }));
  const known = coordinatesOf(released);
  return (coordinate) => {
    const parent = coordinate.split('.').slice(0, -1).join('.');
    const at = known.has(coordinate) ? coordinate : parent;
    return uses.filter(({ used }) => used.has(at)).map(({ name }) => name);
  };
};

const weighed = ({ message, path = '', criticality }: Change, users: readonly string[]): Finding[] => {
  const used = users.length > 0;
  if (criticality.level === CriticalityLevel.Breaking)
    return used
      ? [
          breach(
            path,
            `${message}, and ${users.join(', ')} ${users.length === 1 ? 'uses' : 'use'} it.`,
            'Deprecate it with a date, move these clients, publish them, and take it away after the date.',
          ),
        ]
      : [note(path, `${message}; no published operation uses it.`, 'Nothing, if operations/ knows all your clients.')];
  if (criticality.level === CriticalityLevel.Dangerous && used)
    return [
      warning(
        path,
        `${message}; ${users.join(', ')} may not be ready for it.`,
        'See that these clients cope, then accept it: npm run contracts:accept',
      ),
    ];
  return [];
};

/** Deprecated without a date is deprecated for ever; past its date it is a promise that was not kept. */
const dated = (schema: GraphQLSchema, today: Date): Finding[] =>
  deprecatedIn(schema).flatMap(({ coordinate, reason }) => {
    const { until } = deprecationOf(reason);
    if (until === undefined)
      return [breach(coordinate, 'is deprecated without a date.', 'Say when: "Use x instead. Gone after 2027-03-31."')];
    if (until > today) return [];
    return [breach(coordinate, `is still there: ${reason}`, 'Take it away, or move the date and tell the clients.')];
  });

type Deprecated = { readonly coordinate: string; readonly reason: string };

const deprecatedIn = (schema: GraphQLSchema): Deprecated[] =>
  Object.values(schema.getTypeMap()).flatMap((type) => {
    if (type.name.startsWith('__')) return [];
    const members: { name: string; deprecationReason?: string | null | undefined }[] = [];
    if (isEnumType(type)) members.push(...type.getValues());
    if (isObjectType(type) || isInterfaceType(type) || isInputObjectType(type))
      members.push(...Object.values(type.getFields()));
    if (isObjectType(type) || isInterfaceType(type))
      for (const field of Object.values(type.getFields()))
        for (const argument of field.args)
          members.push({ name: `${field.name}(${argument.name}:)`, deprecationReason: argument.deprecationReason });
    return members.flatMap(({ name, deprecationReason: reason }) =>
      typeof reason === 'string' ? [{ coordinate: `${type.name}.${name}`, reason }] : [],
    );
  });
