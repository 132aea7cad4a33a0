/** Everything below deploy/ and in docker-compose.yml that follows from the list of services: `npm run deployment -- write`. */
import { globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type Blocks, withBlocks, withoutBlocks } from './blocks.ts';
import { composeBlocks, serviceBlocks } from './compose.ts';
import { kubernetesManifests } from './kubernetes.ts';
import { withAddresses } from './kubernetes-networks.ts';
import { alertBlocks, scrapeBlocks } from './prometheus.ts';
import { edgeBlocks, withIngresses } from './public-paths.ts';

const root = path.resolve(import.meta.dirname, '../../..');
const base = 'deploy/kubernetes/base';
const addresses = 'deploy/kubernetes/overlays/production/networks.yaml';
const ingress = 'deploy/kubernetes/overlays/production/ingress.yaml';
const kustomization = `${base}/kustomization.yaml`;

const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');

/** What each file should be, from the root. Undefined for one that no service needs any more. */
const wanted = (): ReadonlyMap<string, string | undefined> => {
  const manifests = kubernetesManifests();
  const services = 'deploy/compose/services.yml';
  const byHand = [...withoutBlocks(read(services)).matchAll(/^ +([A-Z][A-Z0-9_]*):/gm)].map(([, name = '']) => name);
  const blocks: Readonly<Record<string, Blocks>> = {
    'docker-compose.yml': composeBlocks(),
    [services]: serviceBlocks(byHand),
    'deploy/compose/nginx/nginx.conf': edgeBlocks(),
    'deploy/prometheus/prometheus.yml': scrapeBlocks(),
    'deploy/prometheus/rules/alerts-processes.yml': alertBlocks(),
    [kustomization]: { manifests: Object.keys(manifests).map((file) => `- ${file}`) },
  };
  const present = globSync(`${base}/*.yaml`, { cwd: root }).filter((file) => file !== kustomization);
  return new Map([
    ...Object.entries(blocks).map(([file, of]): [string, string] => [file, withBlocks(file, read(file), of)]),
    [addresses, withAddresses(read(addresses))],
    [ingress, withIngresses(read(ingress))],
    ...present.map((file): [string, undefined] => [file, undefined]),
    ...Object.entries(manifests).map(([file, text]): [string, string] => [`${base}/${file}`, text]),
  ]);
};

const textOf = (file: string): string | undefined => {
  try {
    return read(file);
  } catch {
    return undefined;
  }
};

/** The files that are not what the list of services gives. */
export const staleFiles = (): string[] =>
  [...wanted()].filter(([file, text]) => textOf(file) !== text).map(([file]) => file);

/** Returns the files that it has written or removed. */
export const writeFiles = (): string[] => {
  const stale = staleFiles();
  for (const [file, text] of wanted()) {
    if (!stale.includes(file)) continue;
    if (text === undefined) rmSync(path.join(root, file));
    else writeFileSync(path.join(root, file), text);
  }
  return stale;
};
