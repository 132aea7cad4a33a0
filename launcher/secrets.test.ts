import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { importJWK, jwtVerify, SignJWT } from 'jose';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { closeDataSecrets, secretPaths } from '#ops/secrets/data-folder.ts';
import { verifyKeysOf } from '#ops/secrets/make.ts';
import { loadSecrets } from './secrets.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'secrets-'));
});

afterEach(() => rm(folder, { recursive: true }));

describe('loadSecrets', () => {
  it('makes them once, different for each folder, readable by their owner only', async () => {
    const secrets = await loadSecrets(folder);
    expect(await loadSecrets(folder)).toEqual(secrets);
    expect((await stat(path.join(folder, 'secrets.json'))).mode & 0o777).toBe(0o600);
    const keys = path.join(folder, 'secrets', 'ACCESS_TOKEN_KEYS');
    expect((await readdir(folder)).toSorted()).toEqual(['secrets', 'secrets.json']);
    expect((await stat(path.dirname(keys))).mode & 0o777).toBe(0o700);
    expect((await stat(keys)).mode & 0o777).toBe(0o600);
    expect(await readFile(keys, 'utf8')).toBe(secrets.variables.ACCESS_TOKEN_KEYS);
    await rm(path.join(folder, 'secrets.json'));
    expect(await loadSecrets(folder)).not.toEqual(secrets);
  });

  it('makes keys that sign, and whose public part verifies and cannot sign', async () => {
    const { VIEWER_SIGNING_KEY = '' } = (await loadSecrets(folder)).variables;
    const privateKey = await importJWK(JSON.parse(VIEWER_SIGNING_KEY));
    const token = await new SignJWT({}).setProtectedHeader({ alg: 'EdDSA' }).sign(privateKey);
    const [publicKey] = JSON.parse(verifyKeysOf(VIEWER_SIGNING_KEY)).keys;
    await expect(jwtVerify(token, await importJWK(publicKey))).resolves.toBeDefined();
    expect(publicKey).not.toHaveProperty('d');
  });

  it('keeps the secrets of a service that another branch has', async () => {
    const { variables } = await loadSecrets(folder);
    const withOther = { ...(await loadSecrets(folder)), variables: { ...variables, REVIEW_API_KEY: 'kept' } };
    await writeFile(path.join(folder, 'secrets.json'), JSON.stringify(withOther));
    await loadSecrets(folder);
    expect((await loadSecrets(folder)).variables).toEqual(withOther.variables);
  });

  it('keeps what an earlier checkout made, and adds what a service needs that it did not know', async () => {
    const earlier = {
      databasePasswords: { postgres: 'p', user: 'u', events: 'e' },
      redisPassword: 'r',
      accessTokenKeys: { keys: ['k'] },
      viewerSigningKey: { d: 'secret' },
    };
    await writeFile(path.join(folder, 'secrets.json'), JSON.stringify(earlier));
    const secrets = await loadSecrets(folder);
    expect(secrets).toMatchObject({
      databasePasswords: { postgres: 'p', user: 'u', events: 'e', order: expect.stringMatching(/^.{32}$/) },
      redisPassword: 'r',
      variables: { ACCESS_TOKEN_KEYS: '{"keys":["k"]}', VIEWER_SIGNING_KEY: '{"d":"secret"}' },
    });
    expect(secrets.variables.SIMULATOR_WEBHOOK_SECRET).toMatch(/^.{32}$/);
    expect(await loadSecrets(folder)).toEqual(secrets);
  });

  it('are closed to others where somebody opened them', async () => {
    await loadSecrets(folder);
    const [file = '', secretsFolder = '', keys = ''] = secretPaths(folder);
    expect(await closeDataSecrets(folder)).toEqual([]);
    await chmod(file, 0o644);
    await chmod(secretsFolder, 0o755);
    await chmod(keys, 0o440);
    expect(await closeDataSecrets(folder)).toEqual([file, secretsFolder, keys]);
    const modes = await Promise.all([file, secretsFolder, keys].map(async (it) => (await stat(it)).mode & 0o777));
    expect(modes).toEqual([0o600, 0o700, 0o400]);
  });

  it('of somebody else stay as they are', async () => {
    const [file = '', secretsFolder = ''] = secretPaths(folder);
    await mkdir(secretsFolder);
    await chmod(secretsFolder, 0o755);
    const close = () => closeDataSecrets(folder).catch(() => []);
    expect(await close()).toEqual([]);
    for (const text of ['{"name":"another program"}', 'null', '{ half']) {
      await writeFile(file, text);
      await chmod(file, 0o644);
      expect(await close()).toEqual([]);
    }
    const modes = await Promise.all([file, secretsFolder].map(async (it) => (await stat(it)).mode & 0o777));
    expect(modes).toEqual([0o644, 0o755]);
  });

  it('never replaces a file that it cannot read: the only password of the database may be in it', async () => {
    await writeFile(path.join(folder, 'secrets.json'), '{ half');
    await chmod(path.join(folder, 'secrets.json'), 0o600);
    await expect(loadSecrets(folder)).rejects.toThrow('Cannot read');
  });
});
