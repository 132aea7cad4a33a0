import { existsSync, watch } from 'node:fs';
import path from 'node:path';
import { folderOf, outsiders, type ServiceName, serviceNames, subgraphNames } from '#ops/services.ts';

/** Folders whose every change concerns everybody. */
const sharedFolders = ['contracts', 'platform'];

/** Which services a changed file belongs to; undefined for one that no service reads. */
export const servicesOf = (file: string): readonly ServiceName[] => {
  const [top = '', second] = file.split(path.sep);
  if (!/\.(ts|graphql)$/.test(file) || /\.test\.ts$/.test(file)) return [];
  if (sharedFolders.includes(top)) return serviceNames;
  if (top === 'gateway' || file === 'supergraph.graphql') return ['gateway'];
  if (top === 'subgraphs') return subgraphNames.filter((name) => name === second);
  if (top === 'prisma') return serviceNames.filter((name) => name === second);
  return outsiders.flatMap(({ name }) => (name === top ? [name] : []));
};

/** What the launcher itself reads: the list of services, and what each says of itself. */
export const isDescriptor = (file: string): boolean =>
  /^(services|(gateway|simulator)\/service|subgraphs\/[^/]+\/service)\.ts$/.test(file.replaceAll(path.sep, '/'));

// An editor that saves all files, or a generator, makes many changes at once; they are one.
const quietMs = 150;

/**
 * Calls `onSettled` with the services whose source has changed and with the descriptors that have, once the changes have
 * settled, and never twice at the same time.
 */
export const watchSources = (
  root: string,
  onSettled: (services: readonly ServiceName[], descriptors: readonly string[]) => Promise<void>,
): (() => void) => {
  const changed = new Set<ServiceName>();
  const descriptors = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  let restarting = Promise.resolve();

  const onChange = (file: string): void => {
    for (const service of servicesOf(file)) changed.add(service);
    if (isDescriptor(file)) descriptors.add(file);
    if (changed.size + descriptors.size === 0) return;
    clearTimeout(timer);
    timer = setTimeout(() => {
      const settled = [[...changed], [...descriptors]] as const;
      changed.clear();
      descriptors.clear();
      restarting = restarting.then(() => onSettled(...settled));
    }, quietMs);
  };

  const folders = [...sharedFolders, 'gateway', 'subgraphs', 'prisma', ...outsiders.map(folderOf)].filter((folder) =>
    existsSync(path.join(root, folder)),
  );
  const watchers = folders.map((folder) =>
    watch(path.join(root, folder), { recursive: true }, (_, file) => onChange(path.join(folder, file ?? ''))),
  );
  // The folder and not the file: writers replace it, and a watch on the old file would see nothing more.
  watchers.push(
    watch(root, (_, file) =>
      file && ['supergraph.graphql', 'services.ts'].includes(file) ? onChange(file) : undefined,
    ),
  );
  return () => {
    clearTimeout(timer);
    for (const watcher of watchers) watcher.close();
  };
};
