/** What network policies come to: the connections that they allow, one by one. */
import type { INetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy';
import type { INetworkPolicyPeer } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicyPeer';
import type { INetworkPolicyPort } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicyPort';
import type { Kubernetes } from './files.ts';
import { type Selector, selects } from './labels.ts';
import type { Workload } from './workloads.ts';

/** One side's word: this pod may speak to (or be spoken to by) that peer, at that port. */
interface Permission {
  readonly pod: Workload;
  /** Pods of ours, or somebody outside by name. */
  readonly peer: { readonly pods: Selector } | { readonly outside: string };
  /** A number, the name of a port of the pod that is spoken to, or any. */
  readonly port: string;
}

const anybody = '*';

export const policiesOf = ({ manifests }: Pick<Kubernetes, 'manifests'>) =>
  manifests
    .filter(({ object }) => object.kind === 'NetworkPolicy')
    .map(({ file, isPatch, object }) => ({
      file,
      isPatch,
      name: object.metadata.name,
      spec: (object as unknown as INetworkPolicy).spec,
    }));

type Policy = ReturnType<typeof policiesOf>[number];

/** `gateway → user:4001` for each connection; `*` for whoever, or whichever port, no policy narrows down. */
export const connectionsOf = (kubernetes: Pick<Kubernetes, 'manifests'>, workloads: readonly Workload[]): string[] => {
  const policies = policiesOf(kubernetes).filter(({ isPatch }) => !isPatch);
  const pods = workloads.filter(({ isPatch }) => !isPatch);
  const outgoing = pods.flatMap((pod) => permissionsOf(pod, policies, 'Egress'));
  const incoming = pods.flatMap((pod) => permissionsOf(pod, policies, 'Ingress'));
  const between = outgoing.flatMap((out) =>
    incoming
      .filter((into) => mayReach(out.peer, into.pod) && mayReach(into.peer, out.pod) && samePort(out, into))
      .map(
        (into) =>
          `${out.pod.name} → ${into.pod.name}:${portOf(into.port === anybody ? out.port : into.port, into.pod)}`,
      ),
  );
  const leaving = outgoing.flatMap(({ pod, peer, port }) =>
    'outside' in peer ? [`${pod.name} → ${peer.outside}:${port}`] : [],
  );
  const arriving = incoming.flatMap(({ pod, peer, port }) =>
    'outside' in peer ? [`${peer.outside} → ${pod.name}:${portOf(port, pod)}`] : [],
  );
  return [...new Set([...between, ...leaving, ...arriving])].sort();
};

const permissionsOf = (pod: Workload, policies: readonly Policy[], direction: 'Ingress' | 'Egress'): Permission[] => {
  const mine = policies.filter(
    ({ spec }) => spec?.policyTypes?.includes(direction) && selects(spec.podSelector, pod.labels),
  );
  // Whom no policy of a direction selects may do everything in it.
  if (mine.length === 0) return [{ pod, peer: { outside: anybody }, port: anybody }];
  return mine.flatMap(({ name, spec }) => {
    const rules =
      direction === 'Egress'
        ? (spec?.egress ?? []).map(({ to, ports }) => ({ peers: to, ports }))
        : (spec?.ingress ?? []).map(({ from, ports }) => ({ peers: from, ports }));
    return rules.flatMap((rule) =>
      peersOf(name, rule.peers).flatMap((peer) => portsOf(rule.ports).map((port) => ({ pod, peer, port }))),
    );
  });
};

/** An address block is what its policy's name says: `to-redis`. */
const peersOf = (policy: string, peers: readonly INetworkPolicyPeer[] | undefined): Permission['peer'][] => {
  if (!peers || peers.length === 0) return [{ outside: anybody }];
  return peers.map(({ ipBlock, namespaceSelector, podSelector }) => {
    if (ipBlock) return { outside: policy.replace(/^to-/, '') };
    if (!namespaceSelector) return { pods: podSelector ?? {} };
    const labels = podSelector?.matchLabels ?? {};
    return { outside: labels['app.kubernetes.io/name'] ?? labels['k8s-app'] ?? anybody };
  });
};

const portsOf = (ports: readonly INetworkPolicyPort[] | undefined): string[] =>
  ports && ports.length > 0 ? ports.map(({ port }) => String(port ?? anybody)) : [anybody];

const mayReach = (peer: Permission['peer'], pod: Workload): boolean => 'pods' in peer && selects(peer.pods, pod.labels);

const portOf = (port: string, { ports }: Workload): string => String(ports[port] ?? port);

const samePort = (out: Permission, into: Permission): boolean =>
  [out, into].some(({ port }) => port === anybody) || portOf(out.port, into.pod) === portOf(into.port, into.pod);
