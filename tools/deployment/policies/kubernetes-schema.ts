/** Kubernetes' own schemas, which the package kubernetes-models has as one validator per kind. */
import { Deployment } from 'kubernetes-models/apps/v1/Deployment';
import { HorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2/HorizontalPodAutoscaler';
import { Job } from 'kubernetes-models/batch/v1/Job';
import { Ingress } from 'kubernetes-models/networking.k8s.io/v1/Ingress';
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1/PodDisruptionBudget';
import { Namespace } from 'kubernetes-models/v1/Namespace';
import { Service } from 'kubernetes-models/v1/Service';
import { ServiceAccount } from 'kubernetes-models/v1/ServiceAccount';
import { z } from 'zod';
import type { KubernetesManifest } from '../kubernetes.ts';

/** The kinds that there are here. No Secret among them: secrets do not belong in a repository. */
const models = [
  Deployment,
  HorizontalPodAutoscaler,
  Ingress,
  Job,
  Namespace,
  NetworkPolicy,
  PodDisruptionBudget,
  Service,
  ServiceAccount,
];

const Refusal = z.object({
  errors: z.array(z.object({ keyword: z.string(), instancePath: z.string(), message: z.string().optional() })),
});

/** What Kubernetes would refuse, or silently drop because it does not know the field. A patch may leave out what is required. */
export const schemaFaults = (manifest: KubernetesManifest): string[] =>
  faultsOf(manifest).map((fault) => `${manifest.file}: ${manifest.object.metadata.name}: ${fault}`);

const faultsOf = ({ object, isPatch }: KubernetesManifest): string[] => {
  const model = models.find(({ apiVersion, kind }) => apiVersion === object.apiVersion && kind === object.kind);
  if (!model) return [`${object.apiVersion} ${object.kind} is not a kind that is used here`];
  const seen = new Set<string>();
  const refused = refusals(() => Reflect.apply(model.prototype.validate, watched(object, '', seen), []));
  const faults = refused.filter(({ keyword }) => !(isPatch && keyword === 'required'));
  if (faults.length > 0) return faults.map(({ instancePath, message }) => `${instancePath || '/'} ${message}`);
  return unseen(object, '', seen).map((field) => `${field} is not a field that Kubernetes knows`);
};

const refusals = (validate: () => void): z.output<typeof Refusal>['errors'] => {
  try {
    validate();
    return [];
  } catch (error) {
    return Refusal.parse(error).errors;
  }
};

/**
 * The validators let unknown fields pass, as Kubernetes' schemas do. But they look at every field that they know, and
 * at no other: so whatever they look at is noted.
 */
const watched = (value: unknown, at: string, seen: Set<string>): unknown => {
  if (typeof value !== 'object' || value === null) return value;
  return new Proxy(value, {
    get: (target, key) => {
      const field = `${at}/${String(key)}`;
      seen.add(field);
      return watched(Reflect.get(target, key), field, seen);
    },
  });
};

/** The outermost fields that nobody has looked at. */
const unseen = (value: unknown, at: string, seen: ReadonlySet<string>): string[] => {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const field = `${at}/${key}`;
    return seen.has(field) ? unseen(inner, field, seen) : [field];
  });
};
