import type { UserId } from '#contracts/ids.ts';
import { CallerFault } from '#contracts/result.ts';
import type { Deps } from '../ports.ts';

export interface DataExport {
  readonly createdAt: Date;
  /** JSON, indented for people to read. */
  readonly document: string;
}

/** What other services have of a customer, and the query that shows it: this service asks no neighbour. */
const elsewhere = [
  { service: 'order', has: 'cart and orders', query: '{ me { cart { id } orders { edges { node { id number } } } } }' },
  {
    service: 'payment',
    has: 'payments of the orders',
    query: '{ me { orders { edges { node { id payments { id } } } } } }',
  },
  { service: 'product', has: 'nothing about customers', query: null },
] as const;

/** Everything that this service has about the viewer, and where the rest is. */
export const exportMyData =
  ({ reads, now }: Deps) =>
  async (userId: UserId): Promise<DataExport> => {
    const data = await reads.personalData(userId);
    if (!data) throw new CallerFault('UNAUTHENTICATED', 'This account is closed.');
    const createdAt = now();
    return { createdAt, document: JSON.stringify({ createdAt, ...data, elsewhere }, null, 2) };
  };
