/**
 * Every message there is, as data: consumers, documents and contract tests read this table. By name, because the order of
 * a module's exports depends on who loads it.
 */
import type { MessageDefinition } from '../envelope.ts';
import * as order from './order.ts';
import * as payment from './payment.ts';
import * as product from './product.ts';
import * as stock from './stock.ts';
import * as user from './user.ts';

export const messages: readonly MessageDefinition[] = [user, product, stock, payment, order]
  .flatMap((group) =>
    Object.values(group).filter((entry): entry is Extract<typeof entry, MessageDefinition> => 'receivers' in entry),
  )
  .toSorted((a, b) => (a.type === b.type ? a.version - b.version : a.type < b.type ? -1 : 1));

const byType = new Map(messages.map((definition) => [`${definition.type}.v${definition.version}`, definition]));

/** The definition of a message type in a version, or `undefined` when nobody ever defined it. */
export const findMessage = (type: string, version: number): MessageDefinition | undefined =>
  byType.get(`${type}.v${version}`);

/** The services whose queue gets a copy; `undefined` for a message that this release does not know. */
export const receiversOf = (type: string, version: number): readonly string[] | undefined =>
  findMessage(type, version)?.receivers;
