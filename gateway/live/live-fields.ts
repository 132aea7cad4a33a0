/** What can be subscribed to: each is a query that is asked again whenever its thing has changed. */

export interface LiveField {
  /** The field of Query that shows the thing, with arguments of the same names. */
  readonly query: string;
  /** The thing's field that counts its changes: what is older than what was sent is not sent. */
  readonly version: string;
  /** The thing's field that says that nothing more happens to it by itself: the stream ends then. */
  readonly isFinal: string;
}

export type LiveFields = Readonly<Record<string, LiveField>>;

/** By field of Subscription. The change notifications it follows are those about its type, of the id in its argument `id`. */
export const liveFields: LiveFields = {
  orderUpdated: { query: 'order', version: 'version', isFinal: 'isFinal' },
};
