/** What every rule about the manifests has to work with. */
import type { Kubernetes } from './files.ts';
import type { Workload } from './workloads.ts';

export interface KubernetesFacts extends Kubernetes {
  readonly workloads: readonly Workload[];
  /** Connections that the network policies allow: `gateway → user:4001`. */
  readonly connections: readonly string[];
}

/** What the rest of the repository has. */
export interface Surroundings {
  /** Whether there is a file of this path, from the root. */
  readonly hasFile: (path: string) => boolean;
  /** Names of metrics that our processes have. */
  readonly metrics: readonly string[];
}

export interface Rule {
  readonly name: string;
  /** A sentence for each breach, beginning with the file. */
  readonly breaches: (facts: KubernetesFacts, surroundings: Surroundings) => string[];
}

/** Whole workloads, without what overlays change about them. */
export const wholeOf = ({ workloads }: Pick<KubernetesFacts, 'workloads'>): Workload[] =>
  workloads.filter(({ isPatch }) => !isPatch);

/** Whole objects of a kind, as the type that their schema has been checked to have. */
export const objectsOf = <T>({ manifests }: Pick<Kubernetes, 'manifests'>, kind: string) =>
  manifests
    .filter(({ object, isPatch }) => object.kind === kind && !isPatch)
    .map(({ file, object }) => ({ file, name: object.metadata.name, object: object as unknown as T }));
