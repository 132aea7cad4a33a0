/** What is measured: an operation of a graph, and how it is asked. */

export interface Setting {
  readonly clients: number;
  /** What subgraphs wait before they answer: by name, or `all` others. */
  readonly delaysMs: Readonly<Record<string, number>>;
}

export interface Workload {
  readonly name: string;
  readonly title: string;
  readonly graph: string;
  readonly operation: string;
  readonly settings: readonly Setting[];
  /** Of the requests that were asked for, in a run: large answers take as many times longer. */
  readonly share?: number;
}

export const workloads: readonly Workload[] = [
  {
    name: 'public',
    title: 'The public benchmark: users and topProducts, deep',
    graph: 'public',
    operation: 'deep',
    settings: [
      { clients: 10, delaysMs: {} },
      { clients: 50, delaysMs: {} },
      { clients: 10, delaysMs: { all: 4 } },
      { clients: 50, delaysMs: { all: 4 } },
    ],
  },
];
