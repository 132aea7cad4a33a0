/** What is measured: an operation of a graph, and how it is asked. */

export interface Setting {
  readonly clients: number;
  /** What subgraphs wait before they answer: by name, or `all` others. */
  readonly delaysMs: Readonly<Record<string, number>>;
  /** All clients are one viewer, whose requests may share what is fetched. */
  readonly oneViewer?: boolean;
  /** Each request is a document that nobody has sent before. */
  readonly fresh?: boolean;
  /** As many clients send new documents meanwhile; what is measured is another operation beside them. */
  readonly besideFlood?: { readonly clients: number; readonly operation: string };
  /** Of the requests that were asked for, where one costs more than in the other settings. */
  readonly share?: number;
}

export interface Workload {
  readonly name: string;
  readonly title: string;
  readonly graph: string;
  readonly operation: string;
  readonly settings: readonly Setting[];
}

const atOnce = {};
const after = (all: number) => ({ all });

/**
 * Our own operations: at most of one small answer, so latencies of subgraphs would only be waited for. Five times the requests:
 * each costs so little that a run of a few hundred would measure how Node compiles.
 */
const own = (operation: string, title: string): Workload => ({
  name: `own-${operation}`,
  title: `Our own operations: ${title}`,
  graph: 'agora',
  operation,
  settings: [{ clients: 10, delaysMs: atOnce, share: 5 }],
});

export const workloads: readonly Workload[] = [
  {
    name: 'public',
    title: 'The public benchmark: users and topProducts, deep',
    graph: 'public',
    operation: 'deep',
    settings: [
      { clients: 10, delaysMs: atOnce },
      { clients: 50, delaysMs: atOnce },
      { clients: 10, delaysMs: after(4) },
      { clients: 50, delaysMs: after(4) },
    ],
  },
  own('one-fetch', 'one fetch (ProductPage)'),
  own('list-of-100', 'a list of 100 (Browse)'),
  own('entity-chain', 'an order, its variants, its payments (OrderPage)'),
  own('four-subgraphs', 'four subgraphs (WatchMyOrders)'),
  own('mutation', 'a mutation (AddToCart)'),
  {
    name: 'query',
    title: 'Second suite, query: a dozen fetches with repeats, each client somebody else',
    graph: 'public',
    operation: 'deep',
    settings: [{ clients: 25, delaysMs: after(10) }],
  },
  {
    name: 'deduplication',
    title: 'Second suite, deduplication: the same, all clients one viewer',
    graph: 'public',
    operation: 'deep',
    settings: [{ clients: 50, delaysMs: after(10), oneViewer: true }],
  },
  {
    name: 'big-response',
    title: 'Second suite, big-response: one fetch of 8 MiB',
    graph: 'big-response',
    operation: 'big',
    settings: [{ clients: 1, delaysMs: atOnce, share: 0.025 }],
  },
  {
    name: 'long-lived-big-response',
    title: 'Second suite, long-lived-big-response: the same, and a fetch of 100 ms after it',
    graph: 'big-response',
    operation: 'big-with-names',
    settings: [{ clients: 10, delaysMs: { names: 100 }, share: 0.075 }],
  },
  {
    name: 'many-plans',
    title: 'Second suite, many-plans: seven subgraphs that can all answer',
    graph: 'many-plans',
    operation: 'deep',
    settings: [
      { clients: 1, delaysMs: atOnce, share: 0.1 },
      { clients: 1, delaysMs: atOnce, share: 0.05, fresh: true },
      { clients: 1, delaysMs: atOnce, share: 0.25, besideFlood: { clients: 2, operation: 'light' } },
    ],
  },
];

export const settingTitle = ({ clients, delaysMs, oneViewer, fresh, besideFlood }: Setting): string => {
  const waits = Object.entries(delaysMs).map(([name, ms]) => `${name === 'all' ? 'subgraphs' : name} after ${ms} ms`);
  return [
    `${clients} ${clients === 1 ? 'client' : 'clients'}`,
    ...(waits.length > 0 ? waits : ['subgraphs at once']),
    ...(oneViewer ? ['one viewer'] : []),
    ...(fresh ? ['each document new'] : []),
    ...(besideFlood
      ? [`a ${besideFlood.operation} operation beside ${besideFlood.clients} clients with new documents`]
      : []),
  ].join(', ');
};
