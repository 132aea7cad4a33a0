/** What was released keeps working for the clients that use it. A break that nobody would notice passes, with a note. */

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
import { type Check, type Finding, note, violation, violationUnless, warning } from '../check.ts';
import { graphOf } from '../graph.ts';
import { nameOf, type PublishedOperation, type Workspace } from '../workspace.ts';

// Which published operations use what of the schema, by coordinate: `Order.number`, `Query.order.id`, `OrderStatus`.

/**
 * The coordinates an operation depends on. What it may send through variables counts as sent, and an enum it gets or
 * sends counts with all its values: only the client knows which it handles, so we assume the worst.
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

interface Member {
  /** `Order`, `Order.number`, `Query.order.id`, `OrderStatus.PLACED` */
  readonly coordinate: string;
  readonly deprecationReason?: string | null | undefined;
}

type Part = Omit<Member, 'coordinate'> & { readonly name: string; readonly args?: readonly Part[] };

/** Types, fields, arguments, input fields and enum values. */
const membersOf = (schema: GraphQLSchema): Member[] =>
  Object.values(schema.getTypeMap())
    .filter(({ name }) => !name.startsWith('__'))
    .flatMap((type) => {
      const hasFields = isObjectType(type) || isInterfaceType(type) || isInputObjectType(type);
      const fields: Part[] = hasFields ? Object.values(type.getFields()) : [];
      const parts: Part[] = isEnumType(type) ? [...type.getValues()] : fields;
      return [
        { coordinate: type.name },
        ...parts.flatMap((part) => [
          { coordinate: `${type.name}.${part.name}`, deprecationReason: part.deprecationReason },
          ...(part.args ?? []).map((argument) => ({
            coordinate: `${type.name}.${part.name}.${argument.name}`,
            deprecationReason: argument.deprecationReason,
          })),
        ]),
      ];
    });

// How we deprecate: `@deprecated(reason: "Use price instead. Gone after 2027-03-31.")`.

export interface Deprecation {
  readonly reason: string;
  /** The first instant of the day after the date; undefined where the reason names none. */
  readonly until: Date | undefined;
}

const goneAfter = /\bGone after (\d{4}-\d{2}-\d{2})\./;

/** The reason, and the time from which nobody may rely on the member. */
export const deprecationOf = (reason: string): Deprecation => {
  const date = goneAfter.exec(reason)?.[1];
  const lastDay = date === undefined ? Number.NaN : Date.parse(`${date}T00:00:00Z`);
  const dayMs = 86_400_000;
  return { reason, until: Number.isNaN(lastDay) ? undefined : new Date(lastDay + dayMs) };
};

export const releasedSchema = 'api-schema.graphql';

export const breakingChanges: Check = {
  name: 'breaking-changes',
  title: 'Nothing that a client uses was removed since the last release; deprecations have a reason and a date.',
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
 * For a coordinate: the operations that depend on it. A new member was not there to be used, so its users are those of its
 * parent: clients that receive the enum get a new value, clients that call the field miss a new required argument.
 */
const userIndex = ({ operations }: Workspace, released: GraphQLSchema): ((coordinate: string) => string[]) => {
  const uses = operations.map((operation) => ({
    name: nameOf(operation),
    used: usedCoordinates(operation, released),
  }));
  const known = new Set(membersOf(released).map(({ coordinate }) => coordinate));
  return (coordinate) => {
    const parent = coordinate.split('.').slice(0, -1).join('.');
    const at = known.has(coordinate) ? coordinate : parent;
    return uses.filter(({ used }) => used.has(at)).map(({ name }) => name);
  };
};

const weighed = ({ message, path = '', criticality }: Change, users: readonly string[]): Finding[] => {
  const used = users.length > 0;
  const names = users.join(', ');
  if (criticality.level === CriticalityLevel.Breaking) {
    const remediation = 'Deprecate it with a date, move and publish these clients, and remove it after the date.';
    if (used)
      return [violation(path, `${message}, and ${names} ${users.length === 1 ? 'uses' : 'use'} it.`, remediation)];
    return [
      note(path, `${message}; no published operation uses it.`, 'Nothing, if operations/ lists all your clients.'),
    ];
  }
  if (criticality.level !== CriticalityLevel.Dangerous || !used) return [];
  const remediation = 'Check that these clients cope, then accept it: npm run contracts:accept';
  return [warning(path, `${message}; ${names} may not be ready for it.`, remediation)];
};

/** Deprecated without a date is deprecated for ever; past its date it is a promise that was not kept. */
const dated = (schema: GraphQLSchema, today: Date): Finding[] =>
  membersOf(schema).flatMap(({ coordinate, deprecationReason: reason }) => {
    if (typeof reason !== 'string') return [];
    const { until } = deprecationOf(reason);
    if (until === undefined)
      return [violation(coordinate, 'is deprecated without a date.', 'Write "Use x instead. Gone after 2027-03-31."')];
    return violationUnless(until > today, coordinate, `is still there: ${reason}`, 'Remove it, or move the date.');
  });
