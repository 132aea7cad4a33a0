import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Artifact, makeStale } from './artifact.ts';

let root: string;
let artifact: Artifact;
let runs: number;

beforeEach(async () => {
  root = await mkdtemp(path.join(os.tmpdir(), 'artifact-'));
  runs = 0;
  const make = async () => {
    runs += 1;
    await writeFile(path.join(root, 'out.txt'), 'made');
  };
  artifact = { output: 'out.txt', inputs: ['in.txt'], tools: ['some-tool'], make };
  await writeFile(path.join(root, 'in.txt'), 'one');
});

afterEach(() => rm(root, { recursive: true }));

describe('makeStale', () => {
  it('generates what is missing, and then leaves it alone', async () => {
    expect(await makeStale(root, [artifact])).toEqual(['out.txt']);
    expect(await makeStale(root, [artifact])).toEqual([]);
    expect(runs).toBe(1);
  });

  it('regenerates what was deleted, whose input changed, or on request', async () => {
    await makeStale(root, [artifact]);
    await rm(path.join(root, 'out.txt'));
    expect(await makeStale(root, [artifact])).toEqual(['out.txt']);
    await writeFile(path.join(root, 'in.txt'), 'two');
    expect(await makeStale(root, [artifact])).toEqual(['out.txt']);
    expect(await makeStale(root, [artifact], { force: true })).toEqual(['out.txt']);
  });

  it('makes the others when one fails, and names the one that did', async () => {
    const failing = { ...artifact, output: 'other.txt', make: () => Promise.reject(new Error('syntax')) };
    await expect(makeStale(root, [failing, artifact])).rejects.toThrow('other.txt: syntax');
    expect(await makeStale(root, [artifact])).toEqual([]);
  });

  it('does not take a failed attempt for done', async () => {
    const failing = { ...artifact, make: () => Promise.reject(new Error('syntax')) };
    await expect(makeStale(root, [failing])).rejects.toThrow('syntax');
    expect(await makeStale(root, [artifact])).toEqual(['out.txt']);
  });
});
