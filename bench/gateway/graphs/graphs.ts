import { agoraGraph } from './agora.ts';
import { bigResponseGraph } from './big-response.ts';
import type { Graph } from './graph.ts';
import { manyPlansGraph } from './many-plans.ts';
import { publicGraph } from './public.ts';
import { scaleGraph } from './scale.ts';

export const graphs: Readonly<Record<string, Graph>> = Object.fromEntries(
  [publicGraph, agoraGraph, bigResponseGraph, manyPlansGraph, scaleGraph].map((graph) => [graph.name, graph]),
);

export const graphOf = (name: string): Graph => {
  const graph = graphs[name];
  if (!graph) throw new Error(`there is no graph ${name}`);
  return graph;
};
