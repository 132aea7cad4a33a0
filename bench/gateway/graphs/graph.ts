/** A graph to be measured: what its subgraphs are, what is asked, and how somebody would answer that by hand. */
import type { GraphQLResolverMap } from '@apollo/subgraph';

export interface CannedSubgraph {
  readonly name: string;
  readonly sdl: string;
  /** Absent: its answers are invented. */
  readonly resolvers?: GraphQLResolverMap<unknown>;
}

export interface Operation {
  readonly query: string;
  readonly operationName?: string;
  readonly variables?: Readonly<Record<string, unknown>>;
}

/** Asks one subgraph; rejects when the answer has errors. */
export type Ask = (subgraph: string, operation: Operation) => Promise<Readonly<Record<string, unknown>>>;

/** The data of a whole operation, with keys in the order of its selections: a backend-for-frontend, written by hand. */
export type Handwritten = (ask: Ask) => Promise<unknown>;

export interface Graph {
  readonly name: string;
  readonly subgraphs: readonly CannedSubgraph[];
  readonly operations: Readonly<Record<string, Operation>>;
  readonly handwritten: Readonly<Record<string, Handwritten>>;
}
