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

type Options = { force?: boolean; report?: (line: string) => void };

/**
 * Makes what is stale and returns its names. An artifact is fresh when it exists and its inputs and tools are those it was made from.
 * Tries all of them, then throws the reasons of those that failed.
 */
export const makeStale = async (root: string, artifacts: Artifact[], options: Options = {}): Promise<string[]> => {
  const results = await Promise.allSettled(artifacts.map((artifact) => makeIfStale(root, artifact, options)));
  const reasons = results.flatMap((result, index) =>
    result.status === 'rejected' ? [`${artifacts[index]?.output}: ${explain(result.reason)}`] : [],
  );
  if (reasons.length > 0) throw new Error(`Could not make ${reasons.join('\n')}`);
  return artifacts.filter((_, index) => made(results[index])).map(({ output }) => output);
};

const made = (result?: PromiseSettledResult<boolean>): boolean => result?.status === 'fulfilled' && result.value;

const makeIfStale = async (root: string, artifact: Artifact, { force = false, report }: Options): Promise<boolean> => {
  const stamp = path.join(root, 'node_modules/.cache/agora', `${artifact.output.replaceAll('/', '.')}.sha256`);
  const hash = await hashOf(root, artifact);
  const isFresh = existsSync(path.join(root, artifact.output)) && (await readOr(stamp, '')).toString() === hash;
  if (isFresh && !force) return false;
  const start = performance.now();
  await artifact.make();
  await mkdir(path.dirname(stamp), { recursive: true });
  await writeFile(stamp, hash);
  report?.(`made ${artifact.output} (${Math.round(performance.now() - start)} ms)`);
  return true;
};

/** A failed command explains itself on its error output; its message only repeats the command. */
const explain = (fault: Error & { stderr?: string }): string => fault.stderr?.trim() || fault.message;

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
