/** The canned subgraphs of a graph, seen from the bench. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { startProgram } from '#launcher/processes/processes.ts';
import { composeSupergraph } from '#tools/compose/composition.ts';
import type { Graph } from './graphs/graph.ts';

/** Each message is answered by the number of requests since the last one. */
export type ToSubgraphs =
  | { readonly delaysMs?: Readonly<Record<string, number>>; readonly whole?: undefined }
  | { readonly body: string; readonly whole: string; readonly delaysMs?: undefined };
export type FromSubgraphs =
  | { readonly urls: Readonly<Record<string, string>>; readonly whole: string }
  | { readonly received: number };

export interface Subgraphs {
  readonly urls: Readonly<Record<string, string>>;
  /** Answers whole operations that `answerWhole` has been told; for the bare proxy. */
  readonly whole: string;
  readonly supergraph: string;
  /** What they wait before they answer, from the next request on: by name, or `all` others. */
  begin(delaysMs: Readonly<Record<string, number>>): Promise<void>;
  /** How many requests have come since the last call. */
  received(): Promise<number>;
  answerWhole(body: string, answer: string): Promise<void>;
  stop(): Promise<void>;
}

export const startSubgraphs = async (graph: Graph): Promise<Subgraphs> => {
  const main = path.resolve(import.meta.dirname, 'subgraphs-main.ts');
  const child = await startProgram(process.execPath, [main, graph.name], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const reply = repliesOf(child);
  const started = await reply();
  if (!('urls' in started)) throw new Error('the canned subgraphs did not start');
  const tell = async (message: ToSubgraphs): Promise<number> => {
    child.send(message);
    const answer = await reply();
    return 'received' in answer ? answer.received : 0;
  };
  return {
    ...started,
    supergraph: supergraphOf(graph, started.urls),
    begin: async (delaysMs) => void (await tell({ delaysMs })),
    received: () => tell({}),
    answerWhole: async (body, whole) => void (await tell({ body, whole })),
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.disconnect();
      await once(child, 'exit');
    },
  };
};

/** Waits for messages of the child; rejects once it has ended. */
const repliesOf = (child: ChildProcess): (() => Promise<FromSubgraphs>) => {
  const ended = once(child, 'exit').then(() => {
    throw new Error('the canned subgraphs have ended; their output is above');
  });
  // Without anybody waiting that is no fault.
  ended.catch(() => undefined);
  return async () => {
    const [message] = await Promise.race([once(child, 'message') as Promise<[FromSubgraphs]>, ended]);
    return message;
  };
};

const supergraphOf = ({ subgraphs }: Graph, urls: Readonly<Record<string, string>>): string => {
  const composed = composeSupergraph(
    subgraphs.map(({ name, sdl }) => ({ name, url: urls[name] ?? '', file: `${name}.graphql`, sdl })),
  );
  if ('errors' in composed) throw new Error(composed.errors.map(({ message }) => message).join('\n'));
  return composed.supergraph;
};
