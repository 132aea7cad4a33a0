/** Rules about files: each is used, and changes only what is there. */
import type { IDeployment } from 'kubernetes-models/apps/v1/Deployment';
import { beside, type Kubernetes, type ManifestFile } from './files.ts';
import type { Rule } from './rule.ts';

export const fileRules: readonly Rule[] = [
  { name: 'listed', breaches: (facts) => [...unlisted(facts), ...missing(facts)] },
  {
    name: 'one of each',
    breaches: ({ manifests }) => {
      const names = manifests.filter(({ isPatch }) => !isPatch).map(nameOf);
      const twice = new Set(names.filter((name, index) => names.indexOf(name) !== index));
      return [...twice].map((name) => `${name} is there twice`);
    },
  },
  { name: 'patch targets', breaches: patchesOfNothing },
];

const nameOf = ({ object }: ManifestFile): string => `${object.kind} ${object.metadata.name}`;

const isManifest = (entry: string) => /\.ya?ml$/.test(entry);

const entriesOf = ({ kustomizations }: Kubernetes) =>
  kustomizations.flatMap(({ file, resources, patches }) =>
    [...resources, ...patches.map((patch) => patch.path)].map((entry) => ({ file, entry, path: beside(file, entry) })),
  );

const unlisted = (facts: Kubernetes): string[] => {
  const listed = new Set(entriesOf(facts).map(({ path }) => path));
  const own = new Set(facts.kustomizations.map(({ file }) => file));
  return facts.files
    .filter((file) => !own.has(file) && !listed.has(file))
    .map((file) => `${file}: no kustomization.yaml lists it, so nobody applies it`);
};

const missing = (facts: Kubernetes): string[] =>
  entriesOf(facts)
    .filter(({ path, entry }) => !facts.files.includes(isManifest(entry) ? path : `${path}/kustomization.yaml`))
    .map(({ file, entry }) => `${file}: lists ${entry}, which is not there`);

/** Kustomize refuses a patch of an unknown object, but a container of an unknown name becomes a second one. */
function patchesOfNothing({ manifests }: Kubernetes): string[] {
  return manifests
    .filter(({ isPatch }) => isPatch)
    .flatMap((patch) => {
      const target = manifests.find((other) => !other.isPatch && nameOf(other) === nameOf(patch));
      if (!target) return [`${patch.file}: changes ${nameOf(patch)}, which is not there`];
      const known = containerNames(target);
      return containerNames(patch)
        .filter((name) => !known.includes(name))
        .map((name) => `${patch.file}: changes the container ${name}, which ${nameOf(patch)} does not have`);
    });
}

const containerNames = ({ object }: ManifestFile): string[] =>
  ((object as unknown as IDeployment).spec?.template?.spec?.containers ?? []).map(({ name }) => name);
