/**
 * Who gets what: every root field and every field of an entity, asked of its subgraph directly in the name of each kind of
 * viewer, as the gateway would sign it. What came of it is committed, so that a change of access is seen in a review.
 */
import { randomUUID } from 'node:crypto';
import {
  type FieldDefinitionNode,
  type GraphQLInputType,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  Kind,
  type TypeNode,
} from 'graphql';
import { namedId, newId, type UserId } from '#contracts/ids.ts';
import { type BuiltInRole, builtInRoles, type Permission, permissions } from '#contracts/permissions.ts';
import { guest, type SignedIn, type Viewer } from '#contracts/viewer.ts';
import type { SubgraphName } from '#ops/services.ts';
import { type Access, accessOn } from '#platform/graphql/access.ts';
import { type Check, type Finding, violation } from '../check.ts';
import { graphOf, objectsOf } from '../graph.ts';
import { runsOf } from '../runs.ts';
import type { ContractShop } from '../shop.ts';
import { isSubgraphName, type Workspace } from '../workspace.ts';
import { type KnownKeys, knownKeys, resolvableKeys, unknownKeys } from './entities.ts';

/**
 * `data`; `null`, `empty`: nothing there, or nothing for this viewer; `hidden`: the entity itself does not exist for this viewer;
 * `let in`: a typed failure, or an input that is refused; otherwise the code of the error.
 */
type Outcome = string;

type Row = Readonly<Record<string, Outcome>>;
export type Matrix = Readonly<Record<string, Row>>;

interface Asker {
  readonly viewer: Viewer;
  /** Whether its mutations are about things of the demo customer; those of others would have an effect on them. */
  readonly asksForOthers: boolean;
}

const user = (id: UserId, ...roles: BuiltInRole[]): SignedIn => ({
  kind: 'user',
  id,
  roles: ['CUSTOMER', ...roles],
  permissions: roles.flatMap((role): readonly Permission[] => builtInRoles[role]),
  sessionId: newId('Session'),
});

/** Accounts: of the demo customer, whose things are asked for, of the demo shop's staff, and of people who have nothing. */
type Accounts = Readonly<Record<'owner' | 'nobody' | 'another' | 'staff' | 'admin', UserId>>;

/** The kinds of viewers. For mutations the owner is a customer who has nothing. */
const askersOf = (accounts: Accounts, isMutation: boolean): Readonly<Record<string, Asker>> => ({
  guest: { viewer: guest, asksForOthers: true },
  'guest with a session': {
    viewer: { kind: 'guest', session: { guestId: newId('Guest'), sessionId: newId('Session') } },
    asksForOthers: true,
  },
  owner: { viewer: user(isMutation ? accounts.nobody : accounts.owner), asksForOthers: !isMutation },
  'another customer': { viewer: user(accounts.another), asksForOthers: true },
  STAFF: { viewer: user(accounts.staff, 'STAFF'), asksForOthers: !isMutation },
  ADMIN: { viewer: user(accounts.admin, 'ADMIN'), asksForOthers: !isMutation },
  'API key of a warehouse': {
    viewer: { kind: 'apiKey', id: newId('ApiKey'), permissions: ['orders:read', 'stock:write'] },
    asksForOthers: !isMutation,
  },
});

const registerMutation =
  'mutation($input: RegisterInput!) { register(input: $input) { ... on RegisterSuccess { user { id } } } }';

const accountsFor = async ({ ask }: Pick<ContractShop, 'ask'>, owner: UserId): Promise<Accounts> => {
  const register = async (): Promise<UserId> => {
    const input = { email: `${randomUUID()}@example.com`, password: randomUUID(), displayName: 'Mia Matrix' };
    const { body } = await ask({ query: registerMutation, variables: { input } });
    const registered = body.data?.register as { user?: { id: UserId } } | undefined;
    if (!registered?.user) throw new Error(`nobody can register: ${JSON.stringify(body)}`);
    return registered.user.id;
  };
  // What an administrator may give away is decided by what the account holds, whatever the token says.
  const [staff, admin] = [namedId('User', 'staff@example.com'), namedId('User', 'admin@example.com')];
  return { owner, nobody: await register(), another: await register(), staff, admin };
};

export interface MatrixField {
  /** `order: Query.order`: several subgraphs may resolve a field. */
  readonly coordinate: string;
  readonly subgraph: SubgraphName;
  readonly type: string;
  readonly field: FieldDefinitionNode;
  readonly access: Access | undefined;
  /** Of an entity: the field by which it is asked for. */
  readonly key?: string;
}

// Subscriptions are queries that the gateway runs again; no subgraph serves them.
const roots = ['Query', 'Mutation'];

export const matrixFields = (workspace: Workspace): MatrixField[] =>
  graphOf(workspace).subgraphs.flatMap(({ name: subgraph, document }) =>
    objectsOf(document).flatMap((type) => {
      if (!isSubgraphName(subgraph)) throw new Error(`no service is called ${subgraph}`);
      const name = type.name.value;
      const [key] = resolvableKeys(type);
      if (!key && !roots.includes(name)) return [];
      return (type.fields ?? []).map((field) => {
        const access = accessOn(field) ?? accessOn(type);
        const at = { coordinate: `${subgraph}: ${name}.${field.name.value}`, subgraph, type: name, field, access };
        return key ? { ...at, key } : at;
      });
    }),
  );

const named = (type: TypeNode): string => (type.kind === Kind.NAMED_TYPE ? type.name.value : named(type.type));

/** Any value that the schema accepts; ids are the known one of what they name, or one that nothing has. */
const inputFor = (type: GraphQLInputType, name: string, idOf: (name: string) => string): unknown => {
  if (isNonNullType(type)) return inputFor(type.ofType, name, idOf);
  if (isListType(type)) return [inputFor(type.ofType, name, idOf)];
  if (isEnumType(type)) return type.getValues()[0]?.name;
  if (isInputObjectType(type))
    return Object.fromEntries(
      Object.values(type.getFields())
        .filter((field) => isNonNullType(field.type) || /Id$|^id$/.test(field.name))
        .map((field) => [field.name, inputFor(field.type, field.name, idOf)]),
    );
  return { ID: idOf(name), Int: 1, Boolean: true, DateTime: '2030-01-01T00:00:00Z' }[type.name] ?? 'x';
};

interface Asking {
  readonly shop: Pick<ContractShop, 'askSubgraph'>;
  readonly api: GraphQLSchema;
  readonly known: KnownKeys;
}

const keyRequired = 'idempotencyKey';

/** The request for one field, and the path to it in the answer. */
const requestFor = ({ api, known }: Asking, { type, field, key }: MatrixField, asksForOthers: boolean) => {
  const definition = api.getType(type);
  const apiField = definition && 'getFields' in definition ? definition.getFields()[field.name.value] : undefined;
  const idOf = (name: string): string => {
    const noun = name === 'id' ? named(field.type) : `${name.charAt(0).toUpperCase()}${name.slice(1, -2)}`;
    const found = known[`${noun}.id`] ?? known[`${type}.id`];
    return asksForOthers ? (found ?? 'unknown') : (unknownKeys(found ?? newId('Order'), 1)[0] ?? 'unknown');
  };
  const given = (apiField && 'args' in apiField ? apiField.args : []).filter(
    (arg) => isNonNullType(arg.type) || arg.name === 'id' || arg.name === keyRequired,
  );
  const variables = Object.fromEntries(
    given.map(({ name, type: inputType }) => [
      name,
      name === keyRequired ? randomUUID() : inputFor(inputType, name, idOf),
    ]),
  );
  const declared = given.map(({ name, type: inputType }) => `$${name}: ${inputType}`);
  const passed = given.length > 0 ? `(${given.map(({ name }) => `${name}: $${name}`).join(', ')})` : '';
  const isLeaf = scalars.has(named(field.type)) || isEnumType(api.getType(named(field.type)));
  const asked = `${field.name.value}${passed}${isLeaf ? '' : ' { __typename }'}`;
  if (!key) {
    const variablesOf = declared.length > 0 ? `(${declared.join(', ')})` : '';
    return { query: `${type.toLowerCase()}${variablesOf} { it: ${asked} }`, variables };
  }
  const these = [{ __typename: type, [key]: known[`${type}.${key}`] }];
  const all = [...declared, '$these: [_Any!]!'].join(', ');
  return {
    query: `query(${all}) { _entities(representations: $these) { ... on ${type} { it: ${asked} } } }`,
    variables: { ...variables, these },
  };
};

const scalars = new Set(['ID', 'String', 'Int', 'Boolean', 'DateTime', 'JSON']);

const outcomeOf = async (asking: Asking, field: MatrixField, { viewer, asksForOthers }: Asker): Promise<Outcome> => {
  const { body } = await asking.shop.askSubgraph(field.subgraph, requestFor(asking, field, asksForOthers), viewer);
  const [error] = (body.errors ?? []) as readonly { extensions?: { code?: string } }[];
  if (error) return error.extensions?.code === 'BAD_USER_INPUT' ? 'let in' : String(error.extensions?.code);
  const [entity] = field.key ? ((body.data?._entities ?? []) as readonly (object | null)[]) : [body.data];
  if (!entity) return 'hidden';
  const { it } = entity as { it?: { __typename?: string } | null };
  if (it === null || it === undefined) return 'null';
  if (Array.isArray(it) && it.length === 0) return 'empty';
  return field.type === 'Mutation' && !it.__typename?.endsWith('Success') ? 'let in' : 'data';
};

const matrixOf = async (asking: Asking, accounts: Accounts, fields: readonly MatrixField[]): Promise<Matrix> => {
  const rows: [string, Row][] = [];
  // One after the other: a mutation must not change what a query finds.
  for (const field of fields.toSorted(byCoordinate)) {
    const row: [string, Outcome][] = [];
    for (const [name, asker] of Object.entries(askersOf(accounts, field.type === 'Mutation')))
      row.push([name, await outcomeOf(asking, field, asker)]);
    rows.push([field.coordinate, Object.fromEntries(row)]);
  }
  return Object.fromEntries(rows);
};

const byCoordinate = (a: MatrixField, b: MatrixField): number =>
  Number(a.type === 'Mutation') - Number(b.type === 'Mutation') || (a.coordinate < b.coordinate ? -1 : 1);

const administrator = user(namedId('User', 'admin@example.com'), 'ADMIN');

/** A permission is what opens a field, and nothing else does, for an account that has them all. */
const permissionFindings = async (asking: Asking, fields: readonly MatrixField[]): Promise<Finding[]> => {
  const findings: Finding[] = [];
  for (const field of fields) {
    const permission = permissions.find((name) => name === field.access);
    if (!permission) continue;
    const asks = async (held: readonly Permission[]) => {
      const viewer: Viewer = { ...administrator, permissions: [...held] };
      return outcomeOf(asking, field, { viewer, asksForOthers: field.type !== 'Mutation' });
    };
    const [alone, without] = [
      await asks([permission]),
      await asks(permissions.filter((other) => other !== permission)),
    ];
    if (alone === 'FORBIDDEN')
      findings.push(violation(field.coordinate, `is closed to ${permission} alone.`, 'One permission opens a field.'));
    // Of an entity that does not exist for the viewer every field is closed.
    if (without !== 'FORBIDDEN' && without !== 'hidden')
      findings.push(
        violation(field.coordinate, `answers "${without}" without ${permission}.`, 'Look at its directive.'),
      );
  }
  return findings;
};

const baselineFile = 'access-matrix.json';
const acceptHint = 'If that is who should get it: npm run contracts:accept -- access-matrix';

export const compared = (matrix: Matrix, agreed: Matrix): Finding[] => [
  ...Object.entries(matrix).flatMap(([coordinate, row]) => {
    const expected = agreed[coordinate];
    if (!expected) return [violation(coordinate, 'has no expected outcome for any viewer.', acceptHint)];
    return Object.entries(row).flatMap(([name, outcome]) => {
      if (outcome === 'INTERNAL_SERVER_ERROR')
        return [
          violation(coordinate, `breaks when asked by: ${name}.`, 'Send it to the subgraph and look at its log.'),
        ];
      return expected[name] === outcome
        ? []
        : [violation(coordinate, `${name}: ${expected[name] ?? 'nothing was agreed'} → ${outcome}`, acceptHint)];
    });
  }),
  ...Object.keys(agreed)
    .filter((coordinate) => !matrix[coordinate])
    .map((coordinate) => violation(coordinate, 'is expected, and is no field any more.', acceptHint)),
];

const measured = async (workspace: Workspace) => {
  // The demo customer has bought something by then.
  await runsOf(workspace);
  const shop = await workspace.system();
  const asking = { shop, api: graphOf(workspace).api, known: await knownKeys(shop) };
  const fields = matrixFields(workspace);
  const accounts = await accountsFor(shop, asking.known['User.id'] as UserId);
  return { asking, fields, matrix: await matrixOf(asking, accounts, fields) };
};

export const accessMatrix: Check = {
  name: 'access-matrix',
  title: 'Each kind of viewer gets of each root field and entity field what was agreed, also from a subgraph directly.',
  needs: 'system',
  run: async (workspace) => {
    const { asking, fields, matrix } = await measured(workspace);
    return [
      ...compared(matrix, workspace.baseline.json<Matrix>(baselineFile)),
      ...(await permissionFindings(asking, fields)),
    ];
  },
  accept: async (workspace) => {
    const before = workspace.baseline.json<Matrix>(baselineFile);
    const { matrix } = await measured(workspace);
    workspace.baseline.writeJson(baselineFile, matrix);
    return compared(matrix, before).map(({ subject, message }) => `${subject} ${message}`);
  },
};
