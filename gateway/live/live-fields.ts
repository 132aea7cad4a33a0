/** What can be subscribed to: each is a query that is run again whenever its entity has changed. */

export interface LiveField {
  /** The Query field that returns the entity, with arguments of the same names. */
  readonly query: string;
  /** The entity's version field: older snapshots than the last one sent are dropped. */
  readonly version: string;
  /** The entity's field that says that it will not change any more: the stream ends then. */
  readonly isFinal: string;
}

export type LiveFields = Readonly<Record<string, LiveField>>;

/** By Subscription field. It follows the change notifications of its type with the id in its argument `id`. */
export const liveFields: LiveFields = {
  orderUpdated: { query: 'order', version: 'version', isFinal: 'isFinal' },
};
