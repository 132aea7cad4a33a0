/**
 * npm run docs:api: rewrites the tables of docs/api.md (between `<!-- table: … -->` and `<!-- end -->`) from the SDLs,
 * operations/ and the list of error codes. `--check` writes nothing and fails when they are not current.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import {
  buildSchema,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  isInterfaceType,
  isUnionType,
  Kind,
  parse,
} from 'graphql';
import { accessOn } from '#platform/graphql/access.ts';
import { errorCodes } from './api-docs/error-codes.ts';
import { apiSchemaOf } from './compose/composition.ts';
import { subgraphSources, supergraphFile } from './compose.ts';
import { manifestOf } from './operations/manifest.ts';
import { operationsFiles } from './operations.ts';

const file = path.resolve(import.meta.dirname, '../docs/api.md');

/** One line: a cell of a table. */
const cell = (text: string | null | undefined): string => (text ?? '').replaceAll('\n', ' ').replaceAll('|', '\\|');

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

const codeList = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(', ');

const errorTable = (): string =>
  table(
    ['Code', 'Status', 'Meaning', 'What to do'],
    errorCodes.map(({ codes, status, meaning, remedy }) => [codeList(codes), String(status), cell(meaning), remedy]),
  );

/** `Query.cart` → `signedIn`: the directive stays in the SDLs and is not part of the API schema. */
const rootAccess = (): ReadonlyMap<string, string> => {
  const roots = subgraphSources().flatMap(({ sdl }) =>
    parse(sdl).definitions.flatMap((type) =>
      type.kind === Kind.OBJECT_TYPE_DEFINITION && /^(Query|Mutation|Subscription)$/.test(type.name.value)
        ? (type.fields ?? []).map((field) => [`${type.name.value}.${field.name.value}`, field] as const)
        : [],
    ),
  );
  return new Map(roots.map(([coordinate, field]) => [coordinate, accessOn(field) ?? '']));
};

type Root = GraphQLField<unknown, unknown>;

const fieldsOf = (type: GraphQLObjectType | null | undefined): Root[] =>
  Object.values(type?.getFields() ?? {}).toSorted((a, b) => (a.name < b.name ? -1 : 1));

const queryTable = (schema: GraphQLSchema): string => {
  const access = rootAccess();
  const rows = (kind: string, type: GraphQLObjectType | null | undefined) =>
    fieldsOf(type).map(({ name, description }) => [
      `\`${name}\``,
      access.get(`${kind}.${name}`) ?? '',
      cell(description),
    ]);
  return table(
    ['Field', 'Access', 'Description'],
    [...rows('Query', schema.getQueryType()), ...rows('Subscription', schema.getSubscriptionType())],
  );
};

const membersOf = ({ type }: Root): string[] => (isUnionType(type) ? type.getTypes().map(({ name }) => name) : []);

const failuresOf = (field: Root): string[] => membersOf(field).filter((name) => !name.endsWith('Success'));

const mutationTable = (schema: GraphQLSchema): string => {
  const access = rootAccess();
  return table(
    ['Mutation', 'Access', 'Key', 'Description', 'Failures'],
    fieldsOf(schema.getMutationType()).map((field) => [
      `\`${field.name}\``,
      access.get(`Mutation.${field.name}`) ?? '',
      field.args.some(({ name, type }) => name === 'idempotencyKey' && String(type).endsWith('!'))
        ? 'required'
        : 'optional',
      cell(field.description),
      codeList(failuresOf(field)),
    ]),
  );
};

const failureTable = (schema: GraphQLSchema): string => {
  const failure = schema.getType('Failure');
  if (!isInterfaceType(failure)) throw new Error('the graph has no interface Failure');
  const mutations = fieldsOf(schema.getMutationType());
  const types = schema.getPossibleTypes(failure).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return table(
    ['Failure', 'Meaning', 'Fields besides `message`'],
    types.map((type) => {
      const uses = mutations.filter((field) => failuresOf(field).includes(type.name)).length;
      const fields = Object.values(type.getFields()).filter(({ name }) => name !== 'message');
      return [
        `\`${type.name}\`${uses === 0 ? ' (no mutation)' : ''}`,
        cell(type.description),
        codeList(fields.map(({ name, type: of }) => `${name}: ${of}`)) || '–',
      ];
    }),
  );
};

const operationTable = (): string =>
  table(
    ['Client', 'Operation', 'Kind', 'Document ID'],
    manifestOf(operationsFiles()).operations.map(({ clientName, name, type, id }) => [
      clientName ?? '',
      `\`${name}\``,
      type,
      `\`${id.slice(0, 12)}…\``,
    ]),
  );

/** The page with its tables as they are now. Throws where a marker names a table that does not exist. */
export const withTables = (page: string): string => {
  const schema = buildSchema(apiSchemaOf(readFileSync(supergraphFile, 'utf8')));
  const tables: Readonly<Record<string, () => string>> = {
    errors: errorTable,
    queries: () => queryTable(schema),
    mutations: () => mutationTable(schema),
    failures: () => failureTable(schema),
    operations: operationTable,
  };
  return page.replace(/<!-- table: (\w+) -->\n.*?<!-- end -->/gs, (_, name: string) => {
    const make = tables[name];
    if (!make) throw new Error(`docs/api.md: there is no table ${name}`);
    return `<!-- table: ${name} -->\n${make()}\n<!-- end -->`;
  });
};

if (import.meta.main) {
  const page = readFileSync(file, 'utf8');
  const fresh = withTables(page);
  const isCheck = process.argv.includes('--check');
  if (fresh !== page && !isCheck) writeFileSync(file, fresh);
  console.log(
    `docs/api.md ${fresh === page ? 'is current' : isCheck ? 'is not current: npm run docs:api' : 'is rewritten'}`,
  );
  process.exitCode = fresh !== page && isCheck ? 1 : 0;
}
