import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { envFile, readEnvFile } from './env-file.ts';

const folders: string[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

const checkout = async (text?: string): Promise<string> => {
  const folder = await mkdtemp(path.join(tmpdir(), 'agora-env-'));
  folders.push(folder);
  if (text !== undefined) await writeFile(path.join(folder, '.env'), text);
  return folder;
};
const text = '# mine\nCORS_ORIGINS=http://shop.test:5173\nLOG_LEVEL="debug"\n#ORDER_PORT=1\nREDIS_URL=\n';

describe('.env beside package.json', () => {
  it('is read, and the names are reported', async () => {
    expect(envFile(await checkout(text), {})).toEqual({
      variables: { CORS_ORIGINS: 'http://shop.test:5173', LOG_LEVEL: 'debug' },
      sentence: 'Read .env: CORS_ORIGINS, LOG_LEVEL',
    });
  });

  it('is read from its first line on, though an editor began it with a byte order mark', async () => {
    expect(envFile(await checkout(`\uFEFFPROFILE=production\r\n${text}`), {})?.variables).toEqual({
      PROFILE: 'production',
    });
  });

  it('yields to the shell, as with Compose', async () => {
    expect(envFile(await checkout(text), { LOG_LEVEL: 'warn', CORS_ORIGINS: '' })).toEqual({
      variables: { CORS_ORIGINS: 'http://shop.test:5173' },
      sentence: "Read .env: CORS_ORIGINS; of the shell's own: LOG_LEVEL",
    });
  });

  it('may be missing, without a word', async () => {
    expect(envFile(await checkout(), {})).toBeUndefined();
  });

  it('is not for tests', async () => {
    expect(envFile(await checkout(text), { NODE_ENV: 'test' })).toBeUndefined();
  });

  it('is not read when the shell sets PROFILE=production', async () => {
    expect(envFile(await checkout(text), { PROFILE: 'production' })).toEqual({
      variables: {},
      sentence: 'Did not read .env: PROFILE is production.',
    });
  });

  it('with PROFILE=production gives that, and nothing else', async () => {
    expect(envFile(await checkout(`${text}PROFILE=production\n`), {})).toEqual({
      variables: { PROFILE: 'production' },
      sentence: 'Read .env: PROFILE, and nothing else, since it is production.',
    });
  });

  it('is read when the shell sets PROFILE=development, even if the file has another', async () => {
    const read = envFile(await checkout('PROFILE=production\nLOG_LEVEL=debug\n'), { PROFILE: 'development' });
    expect(read?.variables).toEqual({ LOG_LEVEL: 'debug' });
  });
});

it('is added to the environment of a command, which reports it', async () => {
  const env: NodeJS.ProcessEnv = { LOG_LEVEL: 'warn' };
  const said: string[] = [];
  readEnvFile((sentence) => said.push(sentence), await checkout(text), env);
  expect(env).toEqual({ LOG_LEVEL: 'warn', CORS_ORIGINS: 'http://shop.test:5173' });
  expect(said).toEqual(["Read .env: CORS_ORIGINS; of the shell's own: LOG_LEVEL"]);
});
