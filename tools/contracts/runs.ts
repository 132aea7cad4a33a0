/** Every published operation, sent once to the running shop: in the name of the demo customer, or of the demo administrator. */
import { randomUUID } from 'node:crypto';
import { demoCustomer, runSampleSession } from '#kit/agora/sample-session.ts';
import { runStaffSession } from '#kit/agora/staff-session.ts';
import { type GraphqlClient, graphqlClient } from '#launcher/shopper/graphql-client.ts';
import { shopperOf } from '#launcher/shopper/shopper.ts';
import { CartDocument, StartGuestSessionDocument } from '#operations/documents.generated.ts';
import type { ContractShop, Reply } from './shop.ts';
import type { PublishedOperation, Workspace } from './workspace.ts';

export interface Run {
  readonly operation: PublishedOperation;
  readonly reply: Reply;
}

const runs = new WeakMap<Workspace['system'], Promise<readonly Run[]>>();

/** The same runs for every check of a workspace. */
export const runsOf = (workspace: Workspace): Promise<readonly Run[]> => {
  const known = runs.get(workspace.system) ?? workspace.system().then((shop) => runAll(workspace, shop));
  runs.set(workspace.system, known);
  return known;
};

const signIn = 'mutation($input: SignInInput!) { signIn(input: $input) { ... on SignInSuccess { accessToken } } }';

export const accessTokenOf = async ({ ask }: Pick<ContractShop, 'ask'>): Promise<string> => {
  const { body } = await ask({ query: signIn, variables: { input: demoCustomer } });
  const { accessToken } = (body.data?.signIn ?? {}) as { accessToken?: string };
  if (!accessToken) throw new Error(`the demo customer cannot sign in: ${JSON.stringify(body)}`);
  return accessToken;
};

const refreshTokenOf = async ({ gateway }: Pick<ContractShop, 'gateway'>): Promise<string> => {
  const { startGuestSession } = await graphqlClient(gateway).ask(StartGuestSessionDocument, {});
  return startGuestSession?.tokens.refreshToken ?? '';
};

const emptyCart = async (client: GraphqlClient): Promise<void> => {
  const { cart } = await client.ask(CartDocument);
  const remove = 'mutation($lineId: ID!) { removeFromCart(input: { lineId: $lineId }) { __typename } }';
  for (const { id: lineId } of cart?.lines ?? []) await client.send(remove, { lineId });
};

/** One after the other: what is put in the cart is there when it is ordered. */
const runAll = async ({ operations }: Workspace, shop: ContractShop): Promise<readonly Run[]> => {
  const accessToken = await accessTokenOf(shop);
  // First the purchases: staff look at what has been paid.
  const shopper = await shopperOf(shop.gateway, demoCustomer);
  const shopping = await runSampleSession(shopper);
  // An operation that places an order agrees to the total of what the operations before it have put into the cart.
  await emptyCart(shopper.client);
  const desk = await runStaffSession(shop.gateway);
  const variables = {
    ...desk.variables,
    ...shopping,
    // An order that is placed for the first time, which costs more than replaying its result.
    PlaceOrder: { ...shopping.PlaceOrder, idempotencyKey: randomUUID() },
    RefreshSession: { input: { refreshToken: await refreshTokenOf(shop) } },
  } as Readonly<Record<string, object>>;
  const results: Run[] = [];
  // A subscription is a stream, not a request: the live updates have tests of their own.
  for (const operation of operations.filter(({ type }) => type !== 'subscription')) {
    const { text: query, name: operationName } = operation;
    const token = operation.client === 'staff' ? desk.admin.accessToken : accessToken;
    const reply = await shop.ask({ query, operationName, variables: variables[operationName] }, token);
    results.push({ operation, reply });
  }
  await emptyCart(graphqlClient(shop.gateway, accessToken));
  return results;
};
