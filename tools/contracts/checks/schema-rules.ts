/** Rules that every SDL keeps: nullability at borders, access, mutations, descriptions, numbers. Each has a seeded violation in the test. */
import {
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isNonNullType,
  isObjectType,
  isSpecifiedScalarType,
  isUnionType,
  Kind,
  type TypeNode,
} from 'graphql';
import { subgraphs } from '#ops/services.ts';
import { accessDirectives } from '#platform/graphql/access.ts';
import { type Check, type Finding, violation, violationUnless } from '../check.ts';
import { directiveNames, fieldsOf, type Graph, graphOf, isEntity, objectsOf, type Place } from '../graph.ts';

type Rule = (graph: Graph) => Finding[];

const checkOf = (name: string, title: string, rules: readonly Rule[]): Check => ({
  name,
  title,
  needs: 'files',
  run: (workspace) => rules.flatMap((rule) => rule(graphOf(workspace))),
});

// What crosses a border between subgraphs

/** The subgraph that owns each entity; the others refer to it, or add fields to it. */
const homes: Readonly<Record<string, string>> = Object.fromEntries(
  subgraphs.flatMap(({ name, entities }) => entities.map((entity) => [entity, name])),
);

const everyEntityHasAHome: Rule = (graph) =>
  graph.subgraphs.flatMap(({ name, document }) =>
    objectsOf(document)
      .filter((type) => isEntity(type) && !(type.name.value in homes))
      .map((type) =>
        violation(
          `${name}: ${type.name.value}`,
          'is an entity without an owner.',
          'Enter it in `entities` of its service.ts.',
        ),
      ),
  );

/** Whether a missing value would take its parent with it. */
const isRequired = (type: TypeNode): boolean =>
  type.kind === Kind.NON_NULL_TYPE && (type.type.kind === Kind.NAMED_TYPE || isRequired(type.type.type));

const namedType = (type: TypeNode): string => (type.kind === Kind.NAMED_TYPE ? type.name.value : namedType(type.type));

const isKey = ({ type, field }: Place): boolean =>
  (type.directives ?? []).some(({ name, arguments: args }) => {
    const fields = args?.find((arg) => arg.name.value === 'fields')?.value;
    return name.value === 'key' && fields?.kind === Kind.STRING && fields.value.split(/\s+/).includes(field.name.value);
  });

const crossing = (place: Place): string | undefined => {
  const { subgraph, type, field } = place;
  const [target, owner] = [homes[namedType(field.type)], homes[type.name.value]];
  // The owner's declaration, repeated: its type is not ours to choose.
  if (directiveNames(field).includes('external')) return undefined;
  if (type.name.value === 'Query') return 'other subgraphs answer the same request';
  if (target && target !== subgraph) return `it refers to the ${target} subgraph`;
  return owner && owner !== subgraph && !isKey(place) ? `its type is owned by ${owner}` : undefined;
};

/** So that an unavailable neighbour costs a field and not the response. */
const borderFieldsAreNullable: Rule = (graph) =>
  fieldsOf(graph).flatMap((place) => {
    const why = crossing(place);
    return violationUnless(
      !why || !isRequired(place.field.type),
      place.at,
      `must be nullable: ${why}.`,
      'Remove its "!": what a client loses then is in docs/degraded-mode.md.',
    );
  });

/**
 * `@requires` fields, each with the test that resolves it with what it requires, and with null: the other subgraph may be
 * down. Empty while no SDL uses `@requires`. (Composition itself checks `@external` and `@provides`.)
 */
const provenFields: Readonly<Record<string, string>> = {};

const requiredDataMayBeMissing: Rule = (graph) =>
  fieldsOf(graph)
    .filter(({ field }) => directiveNames(field).includes('requires'))
    .flatMap(({ at, field }) => [
      ...violationUnless(
        field.type.kind !== Kind.NON_NULL_TYPE,
        at,
        'requires data of another subgraph and is not nullable.',
        'Make it nullable.',
      ),
      ...violationUnless(
        at in provenFields,
        at,
        'has no test that resolves it with and without what it requires.',
        'Write it, and enter it in `provenFields`.',
      ),
    ]);

export const nullability = checkOf(
  'nullability',
  'Fields that cross a subgraph border are nullable, so an unavailable neighbour costs a field and not the response.',
  [everyEntityHasAHome, borderFieldsAreNullable, requiredDataMayBeMissing],
);

// Access and mutations

const decisions = (node: Parameters<typeof directiveNames>[0]): string[] =>
  directiveNames(node).filter((name) => accessDirectives.some((access) => access === name));

const decide = `Add one of ${accessDirectives.map((name) => `@${name}`).join(', ')} in the SDL.`;

/** What can be reached by itself (a root field, an entity by its key) needs a decision on each field, not on the type. */
const everyFieldHasAnAccessDecision: Rule = (graph) =>
  fieldsOf(graph).flatMap(({ type, field, at }) => {
    const own = decisions(field).length;
    if (own > 1) return [violation(at, 'has several access decisions.', 'Keep one of them.')];
    const mustBeOwn = isEntity(type) || type.name.value === 'Query' || type.name.value === 'Mutation';
    if (mustBeOwn) return violationUnless(own === 1, at, 'has no access decision of its own.', decide);
    const has = own === 1 || decisions(type).length === 1;
    return violationUnless(has, at, 'has no access decision, nor does its type.', decide);
  });

/** Where money or stock moves a retry without a key could move it twice, so the descriptors list which is which. */
const keyRequired = new Set(subgraphs.flatMap(({ mutations }) => mutations.keyRequired));
const keyOptional = new Set(subgraphs.flatMap(({ mutations }) => mutations.keyOptional));
const keyless = new Set(subgraphs.flatMap(({ mutations }) => ('keyless' in mutations ? mutations.keyless : [])));

const mutationsOf = ({ api }: Graph) => Object.values(api.getMutationType()?.getFields() ?? {});

const everyMutationTakesAnIdempotencyKey: Rule = (graph) =>
  mutationsOf(graph).flatMap(({ name, args }) => {
    const at = `Mutation.${name}`;
    if (keyless.has(name)) return [];
    if (!keyRequired.has(name) && !keyOptional.has(name))
      return [
        violation(
          at,
          'is not in a service.ts.',
          'Enter it in `mutations`: under `keyRequired` if money or stock moves.',
        ),
      ];
    const expected = keyRequired.has(name) ? 'String!' : 'String';
    return violationUnless(
      args.some((arg) => arg.name === 'idempotencyKey' && String(arg.type) === expected),
      at,
      `must take idempotencyKey: ${expected}.`,
      'Add the argument in the SDL, and pass it to the use case.',
    );
  });

/** Nullable at the root: `null` in a non-null root field would also discard what other mutations of the request returned. */
const everyMutationReturnsAUnion: Rule = ({ api, ...graph }) =>
  mutationsOf({ api, ...graph }).flatMap(({ name, type }) => {
    const at = `Mutation.${name}`;
    const stem = `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
    if (isNonNullType(type))
      return [violation(at, 'must be nullable: its error must not hide other results.', 'Remove the "!".')];
    if (!isUnionType(type) || type.name !== `${stem}Payload`)
      return [violation(at, `must return the union ${stem}Payload.`, `${stem}Success, and its failures.`)];
    const members = type.getTypes();
    const failures = members.filter((member) => member.name !== `${stem}Success`);
    return [
      ...[`${stem}Success`, ...(keyless.has(name) ? [] : ['IdempotencyConflict'])]
        .filter((each) => !members.some((member) => member.name === each))
        .map((each) => violation(at, `cannot return ${each}.`, `Make it a member of ${stem}Payload.`)),
      ...failures
        .filter((each) => !each.getInterfaces().some(({ name: implemented }) => implemented === 'Failure'))
        .map((each) => violation(at, `can return ${each.name}, which is not a Failure.`, 'Let it implement Failure.')),
    ];
  });

export const access = checkOf(
  'access',
  'Every field has an access decision; every mutation takes an idempotency key and returns its failures.',
  [everyFieldHasAnAccessDecision, everyMutationTakesAnIdempotencyKey, everyMutationReturnsAUnion],
);

// Descriptions and numbers

interface Described {
  readonly at: string;
  readonly description: string | null | undefined;
  /** Of a field or argument. */
  readonly type?: string;
}

/** Types, fields, arguments, enum values and input fields. The root types describe themselves. */
const describedParts = (api: GraphQLSchema): Described[] =>
  Object.values(api.getTypeMap())
    .filter((type) => !isIntrospectionType(type) && !isSpecifiedScalarType(type))
    .flatMap((type): Described[] => {
      const own = /^(Query|Mutation)$/.test(type.name) ? [] : [{ at: type.name, description: type.description }];
      const fields: (GraphQLField<unknown, unknown> | GraphQLInputField)[] =
        isObjectType(type) || isInterfaceType(type) || isInputObjectType(type) ? Object.values(type.getFields()) : [];
      return [
        ...own,
        ...(isEnumType(type) ? type.getValues() : []).map(({ name, description }) => ({
          at: `${type.name}.${name}`,
          description,
        })),
        ...fields.flatMap((field) => [
          { at: `${type.name}.${field.name}`, description: field.description, type: String(field.type) },
          ...('args' in field ? field.args : []).map((arg) => ({
            at: `${type.name}.${field.name}(${arg.name}:)`,
            description: arg.description,
            type: String(arg.type),
          })),
        ]),
      ];
    });

const everythingIsDescribed: Rule = ({ api }) =>
  describedParts(api)
    .filter(({ description }) => !description?.trim())
    .map(({ at }) => violation(at, 'has no description.', 'Write one in the SDL: the playground and docs show it.'));

const nothingIsAFloat: Rule = ({ api }) =>
  describedParts(api)
    .filter(({ type }) => type?.replace(/[[\]!]/g, '') === 'Float')
    .map(({ at }) =>
      violation(at, 'is a Float, which is not exact.', 'Use an Int in a smaller unit (minor units, grams).'),
    );

const moneyIsMinorUnits: Rule = ({ api }) =>
  ['Money', 'MoneyInput'].flatMap((name) => {
    const type = api.getType(name);
    const fields = isObjectType(type) || isInputObjectType(type) ? Object.values(type.getFields()) : [];
    const shape = fields.map((field) => `${field.name}: ${field.type}`).toSorted();
    return violationUnless(
      shape.join() === 'amount: Int!,currency: Currency!',
      name,
      'must be amount: Int!, currency: Currency!.',
      'Money is minor units of one currency in every subgraph.',
    );
  });

// Live updates

/** The gateway serves `fooUpdated(id)` by executing `foo(id)` again, and compares versions until the state is final. */
const liveFieldsHaveAQuery: Rule = ({ api }) =>
  Object.values(api.getSubscriptionType()?.getFields() ?? {}).flatMap(({ name, type, args }) => {
    const at = `Subscription.${name}`;
    const query = api.getQueryType()?.getFields()[name.replace(/Updated$/, '')];
    const object = getNamedType(type);
    const state = isObjectType(object) ? object.getFields() : {};
    const missing = args.filter(({ name: arg, type: of }) => {
      const asked = query?.args.find((each) => each.name === arg)?.type;
      return String(asked && getNullableType(asked)) !== String(getNullableType(of));
    });
    return [
      ...violationUnless(
        name.endsWith('Updated') && String(query?.type) === String(type) && missing.length === 0,
        at,
        'is not the query of the same name with the same arguments and type.',
        'Call it <query>Updated, and give it arguments that the query has.',
      ),
      ...violationUnless(
        String(state.version?.type) === 'Int!' && String(state.isFinal?.type) === 'Boolean!',
        at,
        `needs version: Int! and isFinal: Boolean! on ${object.name}.`,
        'Add them.',
      ),
    ];
  });

export const liveFields = checkOf(
  'live-fields',
  'Every live field repeats a query, on a type with versions and an end.',
  [liveFieldsHaveAQuery],
);

export const wording = checkOf('wording', 'Everything that a client can see is described, and nothing is a Float.', [
  everythingIsDescribed,
  nothingIsAFloat,
  moneyIsMinorUnits,
]);
