import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** Something that is made from other files and not committed. */
export type Artifact = {
  /** The file or folder it makes, relative to the root. */
  output: string;
  /** The files it is made from, relative to the root; missing ones count as empty. */
  inputs: string[];
  /** The packages that make it: another version may make it differently. */
  tools: string[];
  make: () => Promise<void>;
};

/** Makes what is stale. An artifact is fresh when it exists and the inputs and tools are those it was made from. */
export const makeStale = async (
  root: string,
  artifacts: Artifact[],
  { force = false, report = (_line: string) => {} } = {},
): Promise<string[]> => {
  const made = await Promise.all(
    artifacts.map(async (artifact) => {
      const stamp = path.join(root, 'node_modules/.cache/agora', `${artifact.output.replaceAll('/', '.')}.sha256`);
      const hash = await hashOf(root, artifact);
      const isFresh = existsSync(path.join(root, artifact.output)) && (await readOr(stamp, '')).toString() === hash;
      if (isFresh && !force) return undefined;
      const start = performance.now();
      await artifact.make();
      await mkdir(path.dirname(stamp), { recursive: true });
      await writeFile(stamp, hash);
      report(`made ${artifact.output} (${Math.round(performance.now() - start)} ms)`);
      return artifact.output;
    }),
  );
  return made.filter((output) => output !== undefined);
};

const hashOf = async (root: string, { inputs, tools }: Artifact): Promise<string> => {
  const hash = createHash('sha256');
  for (const input of inputs.toSorted()) {
    const content = await readOr(path.join(root, input), '');
    hash.update(`${input} ${content.length}\n`).update(content);
  }
  for (const tool of tools) {
    const manifest = JSON.parse((await readOr(path.join(root, 'node_modules', tool, 'package.json'), '{}')).toString());
    hash.update(`${tool}@${manifest.version}\n`);
  }
  return hash.digest('hex');
};

const readOr = async (file: string, otherwise: string): Promise<Buffer> => {
  try {
    return await readFile(file);
  } catch (fault) {
    if ((fault as NodeJS.ErrnoException).code === 'ENOENT') return Buffer.from(otherwise);
    throw fault;
  }
};
