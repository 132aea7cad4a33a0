/** What the Kubernetes manifests promise, whether generated or written for an overlay. */
import type { IIngress } from 'kubernetes-models/networking.k8s.io/v1/Ingress';
import type { INetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy';
import type { IContainer } from 'kubernetes-models/v1/Container';
import type { IPodSpec } from 'kubernetes-models/v1/PodSpec';
import type { IService } from 'kubernetes-models/v1/Service';
import { services, subgraphs } from '#ops/services.ts';
import { type KubernetesFacts, ofKind, podOf } from '../kubernetes.ts';
import { blocksOf, referencePolicies } from './kubernetes-references.ts';
import { schemaFaults } from './kubernetes-schema.ts';
import { hasPassword, type Policy } from './policy.ts';

export const kubernetesPolicies: readonly Policy<KubernetesFacts>[] = [
  { name: 'schema of Kubernetes', violations: ({ manifests }) => manifests.flatMap(schemaFaults) },
  {
    name: 'no secret as a plain value',
    violations: (facts) => [
      ...containersOf(facts).flatMap(({ where, container }) =>
        (container.env ?? [])
          .filter(({ name, value = '' }) => isSecret(name, value))
          .map(({ name }) => `${where} has the value of ${name} in it`),
      ),
      ...facts.kustomizations.flatMap(({ file, configMapGenerator }) =>
        configMapGenerator
          .flatMap(({ literals }) => literals.map((literal) => literal.split(/=(.*)/s)))
          .filter(([name = '', value = '']) => isSecret(name, value))
          .map(([name]) => `${file}: a ConfigMap has the value of ${name} in it`),
      ),
    ],
  },
  {
    name: 'not reachable from outside',
    violations: (facts) => [
      ...(deniesByDefault(facts) ? [] : ['base: no network policy denies all that the others do not allow']),
      ...ofKind<IService>(facts, 'Service')
        .filter(({ object }) => object.spec?.type !== undefined && object.spec.type !== 'ClusterIP')
        .map(({ file, name }) => `${file}: Service ${name} is reachable from outside the cluster`),
      ...ofKind<IIngress>(facts, 'Ingress').flatMap(({ file, object }) =>
        (object.spec?.rules ?? [])
          .flatMap(({ http }) => http?.paths ?? [])
          .filter(({ path = '', backend }) => !mayEnter(path, backend.service?.name))
          .map(({ path, backend }) => `${file}: ${path} of the ingress leads to ${backend.service?.name}`),
      ),
    ],
  },
  {
    name: 'a database of its own',
    violations: (facts) =>
      blocksOf(facts)
        .filter((block, index, all) =>
          all.slice(0, index).some(({ file, cidr }) => file === block.file && cidr === block.cidr),
        )
        .map(({ file, name, cidr }) => `${file}: ${name} shares the address block ${cidr} with another`),
  },
  {
    name: 'hardened',
    violations: (facts) =>
      containersOf(facts).flatMap(({ where, isPatch, pod, container }) =>
        hardening
          .filter(({ value, wanted }) => {
            const found = value(pod, container);
            return !(isPatch && found === undefined) && JSON.stringify(found) !== JSON.stringify(wanted);
          })
          .map(({ what, wanted }) => `${where} must have ${what}: ${JSON.stringify(wanted)}`),
      ),
  },
  ...referencePolicies,
  {
    name: 'health probes',
    violations: (facts) =>
      whole(facts)
        .filter(({ kind }) => kind === 'Deployment')
        .flatMap(({ where, container }) =>
          (['startupProbe', 'livenessProbe', 'readinessProbe'] as const)
            .filter((probe) => !container[probe]?.httpGet)
            .map((probe) => `${where} must have a ${probe}`),
        ),
  },
  {
    name: 'memory limits',
    violations: (facts) =>
      whole(facts)
        .filter(({ container }) => container.resources?.limits?.memory === undefined)
        .map(({ where }) => `${where} must have a limit of memory`),
  },
  {
    name: 'pinned images',
    violations: (facts) => [
      ...facts.kustomizations.flatMap(({ file, images }) =>
        images
          .filter(({ newTag = 'latest' }) => newTag === 'latest')
          .map(({ name }) => `${file}: the image ${name} needs a tag that stays the same`),
      ),
      // The overlay names where ours is.
      ...whole(facts)
        .filter(
          ({ container: { image = '' } }) => !/^agora(-[\w-]+)?$/.test(image) && !/:(?!latest$)[\w.-]+$/.test(image),
        )
        .map(({ where, container }) => `${where} runs ${container.image}, which is not always the same`),
    ],
  },
];

interface Contained {
  readonly where: string;
  readonly kind: string;
  readonly isPatch: boolean;
  readonly pod: IPodSpec;
  readonly container: IContainer;
}

const containersOf = ({ manifests }: KubernetesFacts): Contained[] =>
  manifests.flatMap((manifest) => {
    const { file, isPatch, object } = manifest;
    const pod = podOf(manifest);
    return [...(pod?.initContainers ?? []), ...(pod?.containers ?? [])].map((container) => ({
      ...{ where: `${file}: ${object.metadata.name}`, kind: object.kind, isPatch, pod: pod as IPodSpec, container },
    }));
  });

const whole = (facts: KubernetesFacts): Contained[] => containersOf(facts).filter(({ isPatch }) => !isPatch);

/** By the last word of its name, and whatever has a password in an address. `X_FILE` only names a file. */
const isSecret = (name: string, value: string): boolean =>
  hasPassword(value) || (/(_KEYS?|SECRET|TOKEN|PASSWORD|DATABASE_URL|REDIS_URL|_HEADERS)$/.test(name) && value !== '');

const deniesByDefault = (facts: KubernetesFacts): boolean =>
  ofKind<INetworkPolicy>(facts, 'NetworkPolicy').some(
    ({ object: { spec } }) =>
      spec?.podSelector !== undefined &&
      Object.keys(spec.podSelector).length === 0 &&
      (['Ingress', 'Egress'] as const).every((type) => spec.policyTypes?.includes(type)) &&
      !spec.ingress?.length &&
      !spec.egress?.length,
  );

/** Clients reach the gateway's graph and the services' public paths; nothing leads to /metrics or /health. */
const mayEnter = (path: string, service: string | undefined): boolean =>
  subgraphs.some(
    ({ name, publicPaths = [] }) =>
      name === service && publicPaths.some((one) => [one.path, one.path.replace(/\/$/, '')].includes(path)),
  ) ||
  (path === '/graphql' && services.some(({ name, kind }) => kind === 'gateway' && name === service));

/** A container's setting takes precedence over its pod's. */
const identity = (pod: IPodSpec, container: IContainer) => ({ ...pod.securityContext, ...container.securityContext });

const hardening: readonly {
  readonly what: string;
  readonly value: (pod: IPodSpec, container: IContainer) => unknown;
  readonly wanted: unknown;
}[] = [
  { what: 'runAsNonRoot', value: (pod, container) => identity(pod, container).runAsNonRoot, wanted: true },
  // The user `node` of the image.
  { what: 'runAsUser', value: (pod, container) => identity(pod, container).runAsUser, wanted: 1000 },
  { what: 'seccompProfile', value: (pod, of) => identity(pod, of).seccompProfile?.type, wanted: 'RuntimeDefault' },
  { what: 'automountServiceAccountToken', value: (pod) => pod.automountServiceAccountToken, wanted: false },
  { what: 'readOnlyRootFilesystem', value: (_, of) => of.securityContext?.readOnlyRootFilesystem, wanted: true },
  { what: 'allowPrivilegeEscalation', value: (_, of) => of.securityContext?.allowPrivilegeEscalation, wanted: false },
  { what: 'privileged', value: (_, of) => of.securityContext?.privileged ?? false, wanted: false },
  { what: 'capabilities.drop', value: (_, of) => of.securityContext?.capabilities?.drop, wanted: ['ALL'] },
];
