/** The YAML below deploy/kubernetes/: whole objects, and the patches of overlays. */
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { IPodSpec } from 'kubernetes-models/v1/PodSpec';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import type { Texts } from './compose.ts';

const folder = path.resolve(import.meta.dirname, '../../deploy/kubernetes');

export const adapterFile = 'prometheus/adapter.yaml';

const Manifest = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string() }),
});
const Adapter = z.object({ rules: z.object({ external: z.array(z.object({ seriesQuery: z.string() })) }) });
const Kustomization = z.looseObject({
  kind: z.literal('Kustomization'),
  configMapGenerator: z.array(z.looseObject({ literals: z.array(z.string()) })).default([]),
  images: z.array(z.looseObject({ name: z.string(), newTag: z.string().optional() })).default([]),
  patches: z.array(z.object({ path: z.string() })).default([]),
});

export interface KubernetesManifest {
  /** Below deploy/kubernetes/. */
  readonly file: string;
  /** What an overlay changes about an object of the base. */
  readonly isPatch: boolean;
  readonly object: z.output<typeof Manifest>;
}

export interface KubernetesFacts {
  readonly manifests: readonly KubernetesManifest[];
  readonly kustomizations: readonly (z.output<typeof Kustomization> & { readonly file: string })[];
  /** The metrics that Prometheus' adapter offers to autoscalers. */
  readonly adapterMetrics: readonly string[];
}

export const kubernetesTexts = (): Texts =>
  Object.fromEntries(
    globSync(['{base,overlays}/**/*.yaml', adapterFile], { cwd: folder })
      .toSorted()
      .map((file) => [file, readFileSync(path.join(folder, file), 'utf8')]),
  );

/** Throws, naming the file, for what is not YAML or not an object of Kubernetes. */
export const kubernetesFacts = (texts: Texts): KubernetesFacts => {
  const all = Object.entries(texts).flatMap(([file, text]) =>
    documentsOf(file, text).map((document) => ({ file, document })),
  );
  const adapterMetrics = all
    .filter(({ file }) => file === adapterFile)
    .flatMap(({ file, document }) => parsed(Adapter, file, document).rules.external.map((rule) => rule.seriesQuery));
  const documents = all.filter(({ file }) => file !== adapterFile);
  const isKustomization = ({ file }: { file: string }) => path.basename(file) === 'kustomization.yaml';
  const kustomizations = documents
    .filter(isKustomization)
    .map(({ file, document }) => ({ file, ...parsed(Kustomization, file, document) }));
  const patches = new Set(
    kustomizations.flatMap(({ file, patches }) => patches.map((patch) => path.join(path.dirname(file), patch.path))),
  );
  const manifests = documents
    .filter((document) => !isKustomization(document))
    .map(({ file, document }) => ({ file, isPatch: patches.has(file), object: parsed(Manifest, file, document) }));
  return { manifests, kustomizations, adapterMetrics };
};

const documentsOf = (file: string, text: string): unknown[] =>
  [...parseAllDocuments(text)].map((document) => {
    const [error] = document.errors;
    if (error) throw new Error(`${file}: ${error.message}`);
    return document.toJS();
  });

const parsed = <T>(schema: z.ZodType<T>, file: string, document: unknown): T => {
  const result = schema.safeParse(document);
  if (!result.success) throw new Error(`${file}: ${z.prettifyError(result.error)}`);
  return result.data;
};

/** The pod of a Deployment or Job; undefined for what runs nothing, and for a patch that changes nothing of it. */
export const podOf = ({ object }: KubernetesManifest): IPodSpec | undefined =>
  (object as { spec?: { template?: { spec?: IPodSpec } } }).spec?.template?.spec;

export const ofKind = <T>({ manifests }: KubernetesFacts, kind: string) =>
  manifests
    .filter(({ object }) => object.kind === kind)
    .map(({ file, isPatch, object }) => ({
      ...{ file, isPatch, name: object.metadata.name, object: object as unknown as T },
    }));
