/** What one manifest says of another, or of our code: variables, patches, addresses, metrics, autoscalers. */
import type { IDeployment } from 'kubernetes-models/apps/v1/Deployment';
import type { IHorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2/HorizontalPodAutoscaler';
import type { INetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy';
import { subgraphNames } from '#ops/services.ts';
import { adapterFile, type KubernetesFacts, type KubernetesManifest, ofKind, podOf } from '../kubernetes.ts';
import { knownMetrics } from '../metric-queries.ts';
import { unreadNames, workloads } from '../variables.ts';
import type { Policy } from './policy.ts';

export const referencePolicies: readonly Policy<KubernetesFacts>[] = [
  {
    name: 'variables that are read',
    violations: ({ manifests, kustomizations }) => [
      ...manifests.flatMap((manifest) => {
        const { file, object } = manifest;
        const given = (podOf(manifest)?.containers ?? []).flatMap(({ env = [] }) => env.map(({ name }) => name));
        return unreadNames(object.metadata.name, given).map(
          (name) => `${file}: ${object.metadata.name} has ${name}, which it does not read`,
        );
      }),
      // Every process has the ConfigMap.
      ...kustomizations.flatMap(({ file, configMapGenerator }) => {
        const given = configMapGenerator.flatMap(({ literals }) =>
          literals.map((literal) => literal.split('=')[0] ?? ''),
        );
        return Object.keys(workloads).flatMap((workload) =>
          unreadNames(workload, given).map((name) => `${file}: has ${name}, which ${workload} does not read`),
        );
      }),
    ],
  },
  {
    // Kustomize rejects a patch of an unknown object, but a container of an unknown name becomes a second one.
    name: 'targets of patches',
    violations: ({ manifests }) =>
      manifests
        .filter(({ isPatch }) => isPatch)
        .flatMap((patch) => {
          const { kind, metadata } = patch.object;
          const target = manifests.find(
            ({ isPatch, object }) => !isPatch && object.kind === kind && object.metadata.name === metadata.name,
          );
          if (!target) return [`${patch.file}: changes ${kind} ${metadata.name}, which does not exist`];
          return containerNames(patch)
            .filter((name) => !containerNames(target).includes(name))
            .map((name) => `${patch.file}: changes the container ${name}, which ${metadata.name} does not have`);
        }),
  },
  {
    name: 'an address for each database',
    violations: (facts) => {
      const blocks = blocksOf(facts);
      return [...new Set(blocks.filter(({ isPatch }) => isPatch).map(({ file }) => file))].flatMap((file) =>
        blocks
          .filter(({ name, isPatch }) => !isPatch && !blocks.some((of) => of.file === file && of.name === name))
          .map(({ name }) => `${file}: lacks the address block of ${name}`),
      );
    },
  },
  {
    name: 'metrics of autoscalers',
    violations: (facts) => [
      ...facts.adapterMetrics
        .filter((metric) => !(metric in knownMetrics()))
        .map((metric) => `${adapterFile}: no process reports ${metric}`),
      ...autoscalers(facts).flatMap(({ file, name, object }) =>
        (object.spec?.metrics ?? []).flatMap(({ external }) => {
          if (!external) return [];
          const { name: metric, selector } = external.metric;
          const queue = selector?.matchLabels?.queue ?? '';
          return [
            ...(facts.adapterMetrics.includes(metric) ? [] : [`${file}: ${name}: ${adapterFile} lacks ${metric}`]),
            ...(subgraphNames.some((known) => known === queue)
              ? []
              : [`${file}: ${name}: no queue is named "${queue}"`]),
          ];
        }),
      ),
    ],
  },
  {
    name: 'targets of autoscalers',
    violations: (facts) => {
      const deployments = ofKind<IDeployment>(facts, 'Deployment');
      return autoscalers(facts)
        .filter(({ isPatch }) => !isPatch)
        .flatMap(({ file, name, object }) => {
          const targets = deployments.filter((of) => of.name === object.spec?.scaleTargetRef?.name);
          if (targets.length === 0) return [`${file}: the autoscaler ${name} has no Deployment`];
          // Each `kubectl apply` would undo what the autoscaler has decided.
          return targets
            .filter((of) => of.object.spec?.replicas !== undefined)
            .map((of) => `${of.file}: ${of.name} has replicas and an autoscaler`);
        });
    },
  },
];

const autoscalers = (facts: KubernetesFacts) => ofKind<IHorizontalPodAutoscaler>(facts, 'HorizontalPodAutoscaler');

const containerNames = (manifest: KubernetesManifest): string[] =>
  (podOf(manifest)?.containers ?? []).map(({ name }) => name);

/** Where Redis and each database are: two behind one block could be reached by each other's services. */
export const blocksOf = (facts: KubernetesFacts) =>
  ofKind<INetworkPolicy>(facts, 'NetworkPolicy').flatMap(({ file, name, isPatch, object }) =>
    (object.spec?.egress ?? [])
      .flatMap(({ to }) => to ?? [])
      .flatMap(({ ipBlock }) => (ipBlock ? [{ file, name, isPatch, cidr: ipBlock.cidr }] : [])),
  );
