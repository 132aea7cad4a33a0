/** What was released still works for those who use it. A break that nobody would notice passes, with a note. */

import { type Change, CriticalityLevel, diff } from '@graphql-inspector/core';
import {
  buildSchema,
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
import { type Check, type Finding, note, violation, warning } from '../check.ts';
import { graphOf } from '../graph.ts';
import { nameOf, type PublishedOperation, type Workspace } from '../workspace.ts';

// Which published operations use what of the schema, by coordinate: `Order.number`, `Query.order.id`, `OrderStatus`.

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

// How we deprecate: `@deprecated(reason: "Use price instead. Gone after 2027-03-31.")`.

export interface Deprecation {
  readonly reason: string;
  /** The first instant of the day after the date; undefined where the reason names none. */
  readonly until: Date | undefined;
}

const goneAfter = /\bGone after (\d{4}-\d{2}-\d{2})\./;

/** The reason, and from when on nobody may rely on what it deprecates. */
export const deprecationOf = (reason: string): Deprecation => {
  const date = goneAfter.exec(reason)?.[1];
  const lastDay = date === undefined ? Number.NaN : Date.parse(`${date}T00:00:00Z`);
  const dayMs = 86_400_000;
  return { reason, until: Number.isNaN(lastDay) ? undefined : new Date(lastDay + dayMs) };
};

export const releasedSchema = 'api-schema.graphql';

export const breakingChanges: Check = {
  name: 'breaking-changes',
  title:
    'Nothing that a client uses has been taken away since the last release; deprecations have a reason and a date.',
  needs: 'files',
  run: async (workspace) => {
    const { api: schema } = graphOf(workspace);
    const released = workspace.baseline.read(releasedSchema);
    if (released === undefined)
      return [violation(releasedSchema, 'There is no baseline of the released schema.', 'npm run contracts:accept')];
    const before = buildSchema(released);
    const usersOf = userIndex(workspace, before);
    const changes = await diff(before, schema);
    return [
      ...changes.flatMap((change) => weighed(change, usersOf(change.path ?? ''))),
      ...dated(schema, workspace.today),
    ];
  },
  accept: async (workspace) => {
    const { api: schema, apiSdl: sdl } = graphOf(workspace);
    const released = workspace.baseline.read(releasedSchema);
    workspace.baseline.write(releasedSchema, `${sdl}\n`);
    if (released === undefined) return [`${releasedSchema} is new`];
    const changes = await diff(buildSchema(released), schema);
    return changes.map(({ message, criticality }) => `${criticality.level.toLowerCase()}: ${message}`);
  },
};

/**
 * For a coordinate: the operations that depend on it. What is new was not there to be used, so whoever uses what it was
 * added to meets it: a new value comes to those who get the enum, a new required argument to those who call the field.
 */
const userIndex = ({ operations }: Workspace, released: GraphQLSchema): ((coordinate: string) => string[]) => {
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
          violation(
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
      return [
        violation(coordinate, 'is deprecated without a date.', 'Say when: "Use x instead. Gone after 2027-03-31."'),
      ];
    if (until > today) return [];
    return [violation(coordinate, `is still there: ${reason}`, 'Take it away, or move the date and tell the clients.')];
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
