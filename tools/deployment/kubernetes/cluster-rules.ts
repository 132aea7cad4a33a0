/** Rules about what the cluster does with it all: who may speak to whom, and what pods are added for. */
import type { IHorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2/HorizontalPodAutoscaler';
import { subgraphNames } from '#ops/services.ts';
import { allowedConnections } from './networks.ts';
import { policiesOf } from './policies.ts';
import { type KubernetesFacts, objectsOf, type Rule } from './rule.ts';

export const clusterRules: readonly Rule[] = [
  {
    name: 'connections',
    breaches: ({ connections }) => {
      const wanted = Object.entries(allowedConnections).flatMap(([network, lines]) =>
        lines.map((line) => ({ network, line })),
      );
      return [
        ...connections
          .filter((connection) => !wanted.some(({ line }) => line === connection))
          .map((connection) => `network policies allow ${connection}, which no network of ours has`),
        ...wanted
          .filter(({ line }) => !connections.includes(line))
          .map(({ network, line }) => `network policies do not allow ${line} (${network})`),
      ];
    },
  },
  { name: 'address blocks', breaches: addressBlocks },
  {
    name: 'scaling metrics',
    breaches: (facts, { metrics }) =>
      objectsOf<IHorizontalPodAutoscaler>(facts, 'HorizontalPodAutoscaler').flatMap(({ file, name, object }) =>
        (object.spec?.metrics ?? []).flatMap(({ external }) => {
          if (!external) return [];
          const { name: metric, selector } = external.metric;
          const queue = selector?.matchLabels?.queue ?? '';
          return [
            ...(metrics.includes(metric) ? [] : [`${file}: ${name} goes by ${metric}, which no process has`]),
            ...(facts.scalableSeries.includes(metric)
              ? []
              : [`${file}: ${name} goes by ${metric}, of which prometheus/adapter.yaml does not know`]),
            ...(subgraphNames.some((known) => known === queue)
              ? []
              : [`${file}: ${name} goes by the queue "${queue}", and there is none`]),
          ];
        }),
      ),
  },
];

/**
 * Redis and each database have a block of their own, or a service could reach another's database; and an overlay says
 * where all of them are.
 */
function addressBlocks(facts: KubernetesFacts): string[] {
  const policies = policiesOf(facts).flatMap(({ file, name, isPatch, spec }) =>
    (spec?.egress ?? [])
      .flatMap(({ to }) => to ?? [])
      .flatMap(({ ipBlock }) => (ipBlock ? [{ file, name, isPatch, cidr: ipBlock.cidr }] : [])),
  );
  const shared = policies.filter(({ file, name, cidr }) =>
    policies.some((other) => other.file === file && other.cidr === cidr && other.name < name),
  );
  const patched = [...new Set(policies.filter(({ isPatch }) => isPatch).map(({ file }) => file))];
  const absent = patched.flatMap((file) =>
    policies
      .filter(({ name, isPatch }) => !isPatch && !policies.some((other) => other.file === file && other.name === name))
      .map(({ name }) => `${file}: does not say where ${name} goes`),
  );
  return [...shared.map(({ file, name, cidr }) => `${file}: ${name} shares ${cidr} with another`), ...absent];
}
