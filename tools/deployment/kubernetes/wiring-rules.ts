/** Rules about what refers to what: selectors, ports, addresses, targets. */
import type { IDeployment } from 'kubernetes-models/apps/v1/Deployment';
import type { IHorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2/HorizontalPodAutoscaler';
import type { IIngress } from 'kubernetes-models/networking.k8s.io/v1/Ingress';
import type { IPodDisruptionBudget } from 'kubernetes-models/policy/v1/PodDisruptionBudget';
import type { IService } from 'kubernetes-models/v1/Service';
import { type Selector, selects } from './labels.ts';
import { policiesOf } from './policies.ts';
import { type KubernetesFacts, objectsOf, type Rule, wholeOf } from './rule.ts';

export const wiringRules: readonly Rule[] = [
  {
    name: 'selectors',
    breaches: (facts) =>
      selectorsOf(facts).flatMap(({ file, what, selector, only }) => {
        const selected = wholeOf(facts).filter(({ labels }) => selects(selector, labels));
        if (selected.length === 0) return [`${file}: ${what} selects no pod`];
        const others = selected.filter(({ name }) => only !== undefined && name !== only);
        return others.map(({ name }) => `${file}: ${what} selects pods of ${name}, too`);
      }),
  },
  {
    name: 'ports',
    breaches: (facts) => [...portsOfServices(facts), ...portsOfProbes(facts), ...portsOfIngresses(facts)],
  },
  {
    name: 'addresses',
    breaches: (facts) =>
      facts.workloads.flatMap(({ file, name, variables }) =>
        Object.entries(variables)
          .filter(([, value]) => isOfOurs(value) && !hasService(facts, value))
          .map(([variable, value]) => `${file}: ${name} has ${variable}=${value}, and no Service answers there`),
      ),
  },
  { name: 'scale targets', breaches: scaleTargets },
  {
    name: 'service accounts',
    breaches: (facts) => {
      const accounts = objectsOf(facts, 'ServiceAccount').map(({ name }) => name);
      return wholeOf(facts)
        .filter(({ pod }) => pod.serviceAccountName && !accounts.includes(pod.serviceAccountName))
        .map(({ file, name, pod }) => `${file}: ${name} runs as ${pod.serviceAccountName}, which is not there`);
    },
  },
];

/** `only`: the one workload whose pods may be selected. */
interface Selection {
  readonly file: string;
  readonly what: string;
  readonly selector: Selector | undefined;
  readonly only: string | undefined;
}

const selectorsOf = (facts: KubernetesFacts): Selection[] => [
  ...objectsOf<IDeployment>(facts, 'Deployment').flatMap(({ file, name, object }) => [
    { file, what: `Deployment ${name}`, selector: object.spec?.selector, only: name },
    ...(object.spec?.template?.spec?.topologySpreadConstraints ?? []).map(({ labelSelector, topologyKey }) => ({
      ...{ file, what: `the spread of ${name} over ${topologyKey}`, selector: labelSelector, only: name },
    })),
  ]),
  ...objectsOf<IService>(facts, 'Service').map(({ file, name, object }) => ({
    ...{ file, what: `Service ${name}`, selector: { matchLabels: object.spec?.selector ?? {} }, only: name },
  })),
  ...objectsOf<IPodDisruptionBudget>(facts, 'PodDisruptionBudget').map(({ file, name, object }) => ({
    ...{ file, what: `PodDisruptionBudget ${name}`, selector: object.spec?.selector, only: name },
  })),
  ...policiesOf(facts)
    .filter(({ isPatch }) => !isPatch)
    .map(({ file, name, spec }) => ({
      ...{ file, what: `NetworkPolicy ${name}`, selector: spec?.podSelector, only: undefined },
    })),
];

const portsOfServices = (facts: KubernetesFacts): string[] =>
  objectsOf<IService>(facts, 'Service').flatMap(({ file, name, object }) =>
    (object.spec?.ports ?? []).flatMap(({ port, targetPort = port }) => {
      const pods = wholeOf(facts).filter(({ labels }) => selects({ matchLabels: object.spec?.selector ?? {} }, labels));
      return pods
        .filter(({ ports }) => (ports[targetPort] ?? targetPort) !== port)
        .map((pod) => `${file}: Service ${name} says ${port}, and port ${targetPort} of ${pod.name} is another`);
    }),
  );

const portsOfProbes = (facts: KubernetesFacts): string[] =>
  wholeOf(facts).flatMap(({ file, name, ports, probes }) =>
    Object.entries(probes)
      .filter(([, probe]) => probe && !(String(probe.httpGet?.port) in ports))
      .map(([kind, probe]) => `${file}: the ${kind} probe of ${name} asks port ${probe?.httpGet?.port}`),
  );

const portsOfIngresses = (facts: KubernetesFacts): string[] => {
  const services = objectsOf<IService>(facts, 'Service');
  return objectsOf<IIngress>(facts, 'Ingress').flatMap(({ file, name, object }) =>
    (object.spec?.rules ?? [])
      .flatMap(({ http }) => http?.paths ?? [])
      .filter(({ backend }) => {
        const service = services.find((candidate) => candidate.name === backend.service?.name);
        return !service?.object.spec?.ports?.some((port) => port.name === backend.service?.port?.name);
      })
      .map(
        ({ path, backend }) =>
          `${file}: Ingress ${name} sends ${path} to ${backend.service?.name}, which has no such port`,
      ),
  );
};

/** Host names of ours have no dot in them: they are Services of the same namespace. */
const isOfOurs = (value: string): boolean =>
  /^https?:/.test(value) && URL.canParse(value) && !new URL(value).hostname.includes('.');

const hasService = (facts: KubernetesFacts, value: string): boolean => {
  const { hostname, port } = new URL(value);
  const service = objectsOf<IService>(facts, 'Service').find(({ name }) => name === hostname);
  return service?.object.spec?.ports?.some((candidate) => String(candidate.port) === port) ?? false;
};

function scaleTargets(facts: KubernetesFacts): string[] {
  const deployments = wholeOf(facts).filter(({ kind }) => kind === 'Deployment');
  return objectsOf<IHorizontalPodAutoscaler>(facts, 'HorizontalPodAutoscaler').flatMap(({ file, name, object }) => {
    const target = deployments.find((deployment) => deployment.name === object.spec?.scaleTargetRef.name);
    if (!target) return [`${file}: the autoscaler ${name} has no Deployment`];
    // Each `kubectl apply` would undo what the autoscaler has decided.
    return target.replicas === undefined ? [] : [`${file}: ${target.name} has an autoscaler and replicas, too`];
  });
}
