/** What runs: the containers of Deployments and Jobs, with all that the code has to agree with. */
import type { IDeployment } from 'kubernetes-models/apps/v1/Deployment';
import type { IJob } from 'kubernetes-models/batch/v1/Job';
import type { IContainer } from 'kubernetes-models/v1/Container';
import type { IPodSpec } from 'kubernetes-models/v1/PodSpec';
import type { IProbe } from 'kubernetes-models/v1/Probe';
import type { Kubernetes, KustomizationFile } from './files.ts';

export interface SecretReference {
  readonly secret: string;
  readonly key: string;
  /** Where the container finds it, or the variable that has its value. */
  readonly at: string;
}

export interface Workload {
  readonly name: string;
  readonly kind: 'Deployment' | 'Job';
  readonly file: string;
  /** Only what an overlay changes about it. */
  readonly isPatch: boolean;
  readonly labels: Readonly<Record<string, string>>;
  readonly replicas: number | undefined;
  readonly command: readonly string[];
  /** What the code calls it: `user` is the program of the workloads user and notification. */
  readonly service: string | undefined;
  /** Values by name; '' for one that comes from a secret. */
  readonly variables: Readonly<Record<string, string>>;
  readonly ports: Readonly<Record<string, number>>;
  readonly probes: Readonly<Record<'startup' | 'liveness' | 'readiness', IProbe | undefined>>;
  readonly secrets: readonly SecretReference[];
  readonly pod: IPodSpec;
  readonly container: IContainer;
}

export const workloadsOf = ({ manifests, kustomizations }: Kubernetes): Workload[] =>
  manifests.flatMap(({ file, isPatch, object }) => {
    if (object.kind !== 'Deployment' && object.kind !== 'Job') return [];
    const { spec } = object as unknown as IDeployment | IJob;
    const pod = spec?.template?.spec;
    const containers = [...(pod?.initContainers ?? []), ...(pod?.containers ?? [])];
    if (!pod || containers.length === 0) throw new Error(`${file}: ${object.metadata.name} has no container`);
    return containers.map((container) => ({
      ...{ name: object.metadata.name, kind: object.kind as Workload['kind'], file, isPatch, pod, container },
      labels: spec?.template?.metadata?.labels ?? {},
      replicas: spec && 'replicas' in spec ? spec.replicas : undefined,
      ...factsOf(container),
      variables: variablesOf(container, kustomizations),
      secrets: [...mountedSecrets(pod, container), ...secretVariables(container)],
    }));
  });

const factsOf = (container: IContainer) => {
  const command = [...(container.command ?? []), ...(container.args ?? [])];
  return {
    command,
    service: serviceOf(command),
    ports: Object.fromEntries((container.ports ?? []).map(({ name, containerPort }) => [name ?? '', containerPort])),
    probes: {
      startup: container.startupProbe,
      liveness: container.livenessProbe,
      readiness: container.readinessProbe,
    },
  };
};

/** `node subgraphs/user/main.ts` → user, `node gateway/main.ts` → gateway, `node ops/migrate.ts user` → migrate. */
export const serviceOf = (command: readonly string[]): string | undefined => {
  const program = command.find((word) => word.endsWith('.ts'));
  const match = /(?:([^/]+)\/main|([^/]+))\.ts$/.exec(program ?? '');
  const name = match?.[1] ?? match?.[2];
  // A process that audits has a name of its own; the program is also a tool.
  return name === 'audit' ? 'auditor' : name;
};

/** What a ConfigMap of this name is made of, in base and overlays together. */
export const configMapValues = (
  kustomizations: readonly KustomizationFile[],
  name: string,
): Readonly<Record<string, string>> =>
  Object.fromEntries(
    kustomizations
      .flatMap(({ configMapGenerator }) => configMapGenerator.filter((map) => map.name === name))
      .flatMap(({ literals }) => literals.map((literal) => literal.split(/=(.*)/s, 2) as [string, string])),
  );

const variablesOf = ({ env = [], envFrom = [] }: IContainer, kustomizations: readonly KustomizationFile[]) => ({
  ...Object.assign({}, ...envFrom.map(({ configMapRef }) => configMapValues(kustomizations, configMapRef?.name ?? ''))),
  ...Object.fromEntries(env.map(({ name, value }) => [name, value ?? ''])),
});

const secretVariables = ({ env = [] }: IContainer): SecretReference[] =>
  env.flatMap(({ name, valueFrom }) => {
    const { secretKeyRef: { name: secret, key } = {} } = valueFrom ?? {};
    return secret && key ? [{ secret, key, at: name }] : [];
  });

const mountedSecrets = ({ volumes = [] }: IPodSpec, { volumeMounts = [] }: IContainer): SecretReference[] =>
  volumeMounts.flatMap(({ name, mountPath }) => {
    const sources = volumes.find((volume) => volume.name === name)?.projected?.sources ?? [];
    return sources.flatMap(({ secret }) =>
      (secret?.items ?? []).map((item) => ({
        secret: secret?.name ?? '',
        key: item.key,
        at: `${mountPath}/${item.path}`,
      })),
    );
  });
