/** The YAML below deploy/kubernetes/, parsed: manifests, patches, kustomizations, and what Prometheus' adapter is told. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';

const Manifest = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string() }),
});

// Strict, and no more than is used: kustomize ignores some of what it does not know.
const Kustomization = z.strictObject({
  apiVersion: z.literal('kustomize.config.k8s.io/v1beta1'),
  kind: z.literal('Kustomization'),
  namespace: z.string().optional(),
  labels: z
    .array(z.strictObject({ pairs: z.record(z.string(), z.string()), includeTemplates: z.boolean().optional() }))
    .default([]),
  configMapGenerator: z
    .array(z.strictObject({ name: z.string(), behavior: z.literal('merge').optional(), literals: z.array(z.string()) }))
    .default([]),
  resources: z.array(z.string()),
  images: z.array(z.strictObject({ name: z.string(), newName: z.string(), newTag: z.string().optional() })).default([]),
  patches: z.array(z.strictObject({ path: z.string() })).default([]),
});

const Adapter = z.looseObject({
  rules: z.looseObject({ external: z.array(z.looseObject({ seriesQuery: z.string() })) }),
});

export type KubernetesObject = z.output<typeof Manifest>;

export interface ManifestFile {
  readonly file: string;
  /** Part of an object that another file has. */
  readonly isPatch: boolean;
  readonly object: KubernetesObject;
}

export interface KustomizationFile extends z.output<typeof Kustomization> {
  readonly file: string;
}

export interface Kubernetes {
  /** Paths below deploy/kubernetes/, of what is not for Prometheus. */
  readonly files: readonly string[];
  readonly manifests: readonly ManifestFile[];
  readonly kustomizations: readonly KustomizationFile[];
  /** Series that Prometheus' adapter makes metrics for autoscalers of. */
  readonly scalableSeries: readonly string[];
}

/** Texts of files by their path below deploy/kubernetes/. */
export type Texts = Readonly<Record<string, string>>;

const adapterFile = 'prometheus/adapter.yaml';
const isForPrometheus = (file: string) => file.startsWith('prometheus/');
const isKustomization = (file: string) => path.basename(file) === 'kustomization.yaml';

/** A path that a kustomization speaks of, as the others are: below deploy/kubernetes/. */
export const beside = (file: string, relative: string): string => path.join(path.dirname(file), relative);

export const textsBelow = (folder: string): Texts => {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => /\.ya?ml$/.test(file));
  return Object.fromEntries(files.sort().map((file) => [file, readFileSync(path.join(folder, file), 'utf8')]));
};

/** Throws what is wrong with a file that is no YAML, or not of the shape that all of its kind have. */
export const parseKubernetes = (texts: Texts): Kubernetes => {
  const files = Object.keys(texts).filter((file) => !isForPrometheus(file));
  const documents = (file: string) => documentsOf(file, texts[file] ?? '');
  const kustomizations = files
    .filter(isKustomization)
    .flatMap((file) => documents(file).map((document) => ({ file, ...parsed(Kustomization, file, document) })));
  const patches = new Set(
    kustomizations.flatMap(({ file, patches }) => patches.map((patch) => beside(file, patch.path))),
  );
  const manifests = files
    .filter((file) => !isKustomization(file))
    .flatMap((file) =>
      documents(file).map((document) => ({
        file,
        isPatch: patches.has(file),
        object: parsed(Manifest, file, document),
      })),
    );
  const adapters = adapterFile in texts ? documents(adapterFile) : [];
  const rules = adapters.flatMap((adapter) => parsed(Adapter, adapterFile, adapter).rules.external);
  return { files, manifests, kustomizations, scalableSeries: rules.map(({ seriesQuery }) => seriesQuery) };
};

const documentsOf = (file: string, text: string): unknown[] => {
  const documents = parseAllDocuments(text);
  if (!Array.isArray(documents)) return [];
  return documents.map((document) => {
    const [fault] = document.errors;
    if (fault) throw new Error(`${file}: ${fault.message}`);
    return document.toJS();
  });
};

const parsed = <T>(schema: z.ZodType<T>, file: string, document: unknown): T => {
  const result = schema.safeParse(document);
  if (!result.success) throw new Error(`${file}: ${z.prettifyError(result.error)}`);
  return result.data;
};
