import type { Graph } from './graph.ts';
import { publicGraph } from './public.ts';

export const graphs: Readonly<Record<string, Graph>> = Object.fromEntries(
  [publicGraph].map((graph) => [graph.name, graph]),
);

export const graphOf = (name: string): Graph => {
  const graph = graphs[name];
  if (!graph) throw new Error(`there is no graph ${name}`);
  return graph;
};
