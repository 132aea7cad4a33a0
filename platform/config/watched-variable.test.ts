import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { z } from 'zod';
import { variable } from './config.ts';
import { watchVariable } from './watched-variable.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'agora-watched-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const watched = (env: Record<string, string>) => {
  const values: unknown[] = [];
  const faults: string[] = [];
  const { check, close } = watchVariable({
    name: 'KEY',
    schema: variable.json(z.object({ n: z.number() })),
    onChange: (value) => values.push(value),
    onFault: (sentence) => faults.push(sentence),
    env,
  });
  close();
  return { values, faults, check };
};

it('gives each new value once, and keeps the last one through what is not usable', async () => {
  const file = path.join(folder, 'KEY');
  const { values, faults, check } = watched({ KEY_FILE: file });
  const write = async (text: string) => {
    writeFileSync(file, text);
    await check();
  };
  await check();
  await write('{"n":1}\n');
  await check();
  await write('{"n":');
  await check();
  await write('{"n":2}');
  rmSync(file);
  await check();
  expect(values).toEqual([{ n: 1 }, { n: 2 }]);
  expect(faults).toHaveLength(3);
  expect(faults[1]).not.toContain('{"n":');
});

it('has nothing to look at when the value is in the environment', async () => {
  const { values, faults, check } = watched({ KEY: '{"n":1}' });
  await check();
  expect({ values, faults }).toEqual({ values: [], faults: [] });
});
