import { parseId } from '#contracts/ids.ts';
import { CallerFault } from '#contracts/result.ts';
import { type Connection, connection, type Page, type PageArgs, parsePage } from '#platform/graphql/connection.ts';
import type { OrderPage, OrderView } from '../usecases/ports.ts';

export type OrderConnectionModel = Connection<OrderView>;

/** Reads the page that the arguments ask for, by `read`, and makes a connection of it. */
export const orderConnection = async (
  args: PageArgs,
  read: (page: OrderPage) => Promise<readonly OrderView[]>,
): Promise<OrderConnectionModel> => {
  const page = parsePage(args);
  return connection(await read({ limit: page.limit, after: lastOrder(page) }), page, ({ id }) => [id]);
};

const lastOrder = ({ after }: Page): OrderPage['after'] => {
  if (!after) return undefined;
  const id = parseId('Order', after[0] ?? '');
  if (!id) throw new CallerFault('BAD_USER_INPUT', '"after" is not a cursor of this list.');
  return id;
};
