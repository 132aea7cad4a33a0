/** Rules about pods: what runs, as whom, with how much, and how it begins and ends. */
import type { IContainer } from 'kubernetes-models/v1/Container';
import type { IPodSpec } from 'kubernetes-models/v1/PodSpec';
import { processVariables } from '#platform/config/config.ts';
import { type Rule, wholeOf } from './rule.ts';
import type { Workload } from './workloads.ts';

export const podRules: readonly Rule[] = [
  {
    name: 'commands',
    breaches: (facts, { hasFile }) =>
      wholeOf(facts).flatMap((workload) => {
        const program = workload.command.find((word) => word.endsWith('.ts'));
        return program && hasFile(program) ? [] : [told(workload, `runs ${program}, and there is no such file`)];
      }),
  },
  {
    name: 'hardened',
    breaches: (facts) =>
      facts.workloads.flatMap((workload) =>
        hardening
          .filter(({ value, wanted }) => {
            const found = value(workload.pod, workload.container);
            // A patch that is silent about it changes nothing.
            return !(workload.isPatch && found === undefined) && JSON.stringify(found) !== JSON.stringify(wanted);
          })
          .map(({ what, wanted }) => told(workload, `must have ${what}: ${JSON.stringify(wanted)}`)),
      ),
  },
  {
    name: 'bounded',
    breaches: (facts) =>
      wholeOf(facts)
        .filter(({ container }) => {
          const { requests = {}, limits = {} } = container.resources ?? {};
          return !('cpu' in requests && 'memory' in requests && 'memory' in limits);
        })
        .map((workload) => told(workload, 'must say how much CPU and memory it asks for, and its limit of memory')),
  },
  {
    name: 'probes',
    breaches: (facts) =>
      servicesOf(facts).flatMap((workload) =>
        Object.entries(probePaths)
          .filter(([kind, path]) => workload.probes[kind as keyof typeof probePaths]?.httpGet?.path !== path)
          .map(([kind, path]) => told(workload, `must have a ${kind} probe that asks ${path}`)),
      ),
  },
  {
    name: 'time to end',
    breaches: (facts) =>
      servicesOf(facts)
        .filter((workload) => graceMs(workload) <= needsMs(workload))
        .map((workload) =>
          told(workload, `is killed after ${graceMs(workload)} ms, and preStop and drain take ${needsMs(workload)} ms`),
        ),
  },
];

const told = ({ file, name }: Workload, sentence: string): string => `${file}: ${name} ${sentence}`;

const servicesOf = (facts: { readonly workloads: readonly Workload[] }): Workload[] =>
  wholeOf(facts).filter(({ kind }) => kind === 'Deployment');

/** Kubernetes lets a container's word go before its pod's. */
const identity = (pod: IPodSpec, container: IContainer) => ({ ...pod.securityContext, ...container.securityContext });

const hardening: readonly {
  readonly what: string;
  readonly value: (pod: IPodSpec, container: IContainer) => unknown;
  readonly wanted: unknown;
}[] = [
  { what: 'runAsNonRoot', value: (pod, container) => identity(pod, container).runAsNonRoot, wanted: true },
  // The user `node` of the image.
  { what: 'runAsUser', value: (pod, container) => identity(pod, container).runAsUser, wanted: 1000 },
  {
    what: 'seccompProfile',
    value: (pod, container) => identity(pod, container).seccompProfile?.type,
    wanted: 'RuntimeDefault',
  },
  { what: 'automountServiceAccountToken', value: (pod) => pod.automountServiceAccountToken, wanted: false },
  // Else the Service `order` would set ORDER_PORT, a variable of ours, to tcp://….
  { what: 'enableServiceLinks', value: (pod) => pod.enableServiceLinks, wanted: false },
  ...(['readOnlyRootFilesystem', 'allowPrivilegeEscalation'] as const).map((what) => ({
    what,
    value: (_: IPodSpec, { securityContext }: IContainer) => securityContext?.[what],
    wanted: what === 'readOnlyRootFilesystem',
  })),
  {
    what: 'capabilities.drop',
    value: (_, { securityContext }) => securityContext?.capabilities?.drop,
    wanted: ['ALL'],
  },
];

const probePaths = { startup: '/health/live', liveness: '/health/live', readiness: '/health/ready' } as const;

// What Kubernetes grants when nothing is said.
const defaultGraceSeconds = 30;
const graceMs = ({ pod }: Workload): number => (pod.terminationGracePeriodSeconds ?? defaultGraceSeconds) * 1_000;

const needsMs = ({ container, variables }: Workload): number => {
  const [command, seconds] = container.lifecycle?.preStop?.exec?.command ?? [];
  const preStopMs = command === 'sleep' ? Number(seconds) * 1_000 : 0;
  return preStopMs + processVariables.SHUTDOWN_DEADLINE_MS.parse(variables.SHUTDOWN_DEADLINE_MS);
};
