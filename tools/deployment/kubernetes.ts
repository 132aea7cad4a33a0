/**
 * What deploy/kubernetes/ says, and what is wrong with it as far as that can be told without a cluster: Kubernetes'
 * schemas, references, hardening, network policies, variables.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { clusterRules } from './kubernetes/cluster-rules.ts';
import { fileRules } from './kubernetes/file-rules.ts';
import { parseKubernetes, type Texts, textsBelow } from './kubernetes/files.ts';
import { podRules } from './kubernetes/pod-rules.ts';
import { connectionsOf } from './kubernetes/policies.ts';
import type { KubernetesFacts, Rule, Surroundings } from './kubernetes/rule.ts';
import { schemaFaults } from './kubernetes/schema.ts';
import { secretRules } from './kubernetes/secret-rules.ts';
import { wiringRules } from './kubernetes/wiring-rules.ts';
import { workloadsOf } from './kubernetes/workloads.ts';

export type { KubernetesFacts } from './kubernetes/rule.ts';
export { type VariableTable, variableBreaches } from './kubernetes/variables.ts';
export type { Workload } from './kubernetes/workloads.ts';

/** All but those about variables, which need to know what the code reads: `variableBreaches`. */
export const rules: readonly Rule[] = [...fileRules, ...wiringRules, ...podRules, ...secretRules, ...clusterRules];

const root = path.resolve(import.meta.dirname, '../..');
const folder = path.join(root, 'deploy/kubernetes');

/** The manifests as they are written, by their path below deploy/kubernetes/. */
export const kubernetesTexts = (): Texts => textsBelow(folder);

/** Throws for a file that is no YAML, and for all that Kubernetes would refuse or drop: the rules trust what they read. */
export const kubernetesFacts = (texts: Texts): KubernetesFacts => {
  const kubernetes = parseKubernetes(texts);
  const faults = kubernetes.manifests.flatMap(schemaFaults);
  if (faults.length > 0) throw new Error(faults.join('\n'));
  const workloads = workloadsOf(kubernetes);
  if (workloads.length === 0) throw new Error('deploy/kubernetes has no workload');
  return { ...kubernetes, workloads, connections: connectionsOf(kubernetes, workloads) };
};

/** A sentence for each breach of a rule, beginning with the file. */
export const kubernetesBreaches = (facts: KubernetesFacts, surroundings: Surroundings) =>
  rules.flatMap(({ name, breaches }) => breaches(facts, surroundings).map((message) => ({ rule: name, message })));

export const surroundingsWith = (metrics: readonly string[]): Surroundings => ({
  hasFile: (file) => existsSync(path.join(root, file)),
  metrics,
});
