/** Every message there is, as data: relays, consumers, documents and contract tests read this table. */
import { anyService, type MessageDefinition } from '../envelope.ts';
import { receivers } from '../receivers.ts';
import * as availability from './availability.ts';
import * as order from './order.ts';
import * as payment from './payment.ts';
import * as product from './product.ts';
import * as staff from './staff.ts';
import * as stock from './stock.ts';
import * as taxonomy from './taxonomy.ts';
import * as user from './user.ts';

export interface RoutedMessage extends MessageDefinition {
  /** The services whose queues get a copy. */
  readonly receivers: readonly string[];
}

/** As examples, documents and the table of receivers name it: `order.confirmed.v1`. */
export const messageName = ({ type, version }: Pick<MessageDefinition, 'type' | 'version'>): string =>
  `${type}.v${version}`;

/** By name, because the order of a module's exports depends on who loads it. */
export const messages: readonly RoutedMessage[] = [user, staff, product, taxonomy, availability, stock, payment, order]
  .flatMap((group) =>
    Object.values(group).filter(
      (entry): entry is Extract<typeof entry, MessageDefinition> => typeof entry === 'object' && 'owner' in entry,
    ),
  )
  .map((definition) => ({ ...definition, receivers: receivers[messageName(definition)] ?? [] }))
  .toSorted((a, b) => (a.type === b.type ? a.version - b.version : a.type < b.type ? -1 : 1));

const byName = new Map(messages.map((definition) => [messageName(definition), definition]));

/** A message type in a version, or `undefined` when nobody ever defined it. */
export const findMessage = (type: string, version: number): RoutedMessage | undefined =>
  byName.get(messageName({ type, version }));

/**
 * The services whose queue gets a copy. `undefined` for a message that this release does not know, and for one that the table
 * lacks, because `npm run compose` was forgotten: the relay keeps both until a release knows better. No receiver is `[]`.
 */
export const receiversOf = (type: string, version: number): readonly string[] | undefined =>
  receivers[messageName({ type, version })];

/** Those of these services that may publish it. */
export const sendersOf = <Service extends string>(
  { owner }: Pick<MessageDefinition, 'owner'>,
  services: readonly Service[],
): readonly Service[] => (owner === anyService ? services : services.filter((service) => service === owner));
