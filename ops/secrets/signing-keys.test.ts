import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { accessTokenKeys } from '#subgraphs/user/config.ts';
import { newSigningKey } from './make.ts';
import { described, formatKeys, parseKeys, retire, rotate, statesOf } from './signing-keys.ts';

const start = new Date('2026-01-01T12:00:00Z');
const minute = (minutes: number) => new Date(start.getTime() + minutes * 60_000);
const old = parseKeys(JSON.stringify({ keys: [newSigningKey()] }));
const oldKid = old[0]?.kid;
const statesAt = (keys: typeof old, minutes: number) => statesOf(keys, minute(minutes)).map(({ is }) => is);

describe('a rotation', () => {
  it('publishes a key before it signs, and keeps the previous one for as long as its tokens live', () => {
    const keys = rotate(old, start, 10);
    expect(accessTokenKeys.safeParse(formatKeys(keys)).success).toBe(true);
    expect([statesAt(keys, 9), statesAt(keys, 10)]).toEqual([
      ['signing', 'next'],
      ['previous', 'signing'],
    ]);
    // 10 until it signs, 15 for the last token, 5 for clocks.
    expect(retire(keys, minute(29), undefined)).toHaveLength(2);
    expect(retire(keys, minute(30), undefined)).toEqual([keys[1]]);
  });

  it('waits for the one before, unless a key is compromised', () => {
    const keys = rotate(old, start, 10);
    expect(() => rotate(keys, minute(5), 10)).toThrow(/under way.*2026-01-01T12:10/);
    const atOnce = rotate(old, start, 0);
    expect(statesAt(atOnce, 0)).toEqual(['previous', 'signing']);
    expect(retire(atOnce, start, oldKid)).toEqual([atOnce[1]]);
  });

  it('never takes the key that signs, nor one that is not there', () => {
    expect(() => retire(old, start, oldKid)).toThrow('rotate first');
    expect(() => retire(old, start, 'other')).toThrow('There is no key other');
    expect(retire(old, minute(100_000), undefined)).toEqual(old);
  });

  it('is described without any private part', () => {
    const keys = rotate(old, start, 10);
    for (const minutes of [0, 15, 60])
      for (const { d, x } of keys) expect(described(keys, minute(minutes)).join()).not.toMatch(new RegExp(`${d}|${x}`));
    expect(() => parseKeys('{"keys":[{"d":7}],"secret"')).toThrow(/^This is not a set/);
    // A set of public keys, such as the one that is published.
    expect(() => parseKeys('{"keys":[{"kty":"OKP","x":"y"}]}')).toThrow(/^This is not a set/);
  });
});

describe('npm run keys', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'agora-keys-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const keys = async (...args: string[]) => {
    const env = { PATH: process.env.PATH, HOME: process.env.HOME };
    return promisify(execFile)(process.execPath, [path.resolve('ops/keys.ts'), ...args], { env });
  };
  const count = (file: string) => parseKeys(readFileSync(file, 'utf8')).length;

  it('changes the keys of a data folder in both of its files, and leaves the other secrets', async () => {
    const file = path.join(folder, 'secrets.json');
    const secrets = { redisPassword: 'r', variables: { ACCESS_TOKEN_KEYS: formatKeys(old), OTHER: 'o' } };
    writeFileSync(file, JSON.stringify(secrets), { mode: 0o600 });
    const { stdout } = await keys('rotate', '--data', folder);
    expect(stdout).toMatch(/ signs\n.* is published, and signs from /);
    const { variables, ...others } = JSON.parse(readFileSync(file, 'utf8'));
    const copy = path.join(folder, 'secrets/ACCESS_TOKEN_KEYS');
    expect({ ...others, OTHER: variables.OTHER }).toEqual({ redisPassword: 'r', OTHER: 'o' });
    expect(parseKeys(variables.ACCESS_TOKEN_KEYS)).toHaveLength(2);
    expect(readFileSync(copy, 'utf8')).toBe(variables.ACCESS_TOKEN_KEYS);
    for (const secret of [file, copy]) expect(statSync(secret).mode & 0o777).toBe(0o600);
    await expect(keys('rotate', '--data', folder)).rejects.toMatchObject({
      stderr: expect.stringContaining('under way'),
    });
  });

  it('changes the store of Compose and what the user service reads, but not keys that were given', async () => {
    const [store, to] = [path.join(folder, 'store'), path.join(folder, 'to')];
    mkdirSync(store);
    mkdirSync(path.join(to, 'user'), { recursive: true });
    for (const at of [store, path.join(to, 'user')]) writeFileSync(path.join(at, 'ACCESS_TOKEN_KEYS'), formatKeys(old));
    await keys('rotate', '--at-once', '--store', store, '--to', to);
    await keys('retire', '--kid', String(oldKid), '--store', store, '--to', to);
    expect([count(path.join(store, 'ACCESS_TOKEN_KEYS')), count(path.join(to, 'user/ACCESS_TOKEN_KEYS'))]).toEqual([
      1, 1,
    ]);
    writeFileSync(path.join(to, 'user/ACCESS_TOKEN_KEYS'), formatKeys(old));
    await expect(keys('rotate', '--store', store, '--to', to)).rejects.toMatchObject({
      stderr: expect.stringContaining('was given'),
    });
  });

  it('changes a file, which it closes to others, and prints no key', async () => {
    const file = path.join(folder, 'keys.json');
    writeFileSync(file, formatKeys(old), { mode: 0o644 });
    const { stdout, stderr } = await keys('rotate', '--in', '0', '--file', file);
    expect(stderr).toContain('could be read by others');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(stdout).toContain(`${oldKid}  no longer signs`);
    expect(stdout).not.toContain(String(old[0]?.d));
    expect((await keys('retire', '--file', file)).stdout).toContain('Nothing to retire yet.');
    expect((await keys('list', '--file', file)).stdout.split('\n')).toHaveLength(3);
  });

  it('changes no file to list its keys, nor one that is no set of keys', async () => {
    const file = path.join(folder, 'keys.json');
    const modeOf = (name: string) => statSync(name).mode & 0o777;
    writeFileSync(file, formatKeys(old), { mode: 0o644 });
    expect((await keys('list', '--file', file)).stderr).toContain('can be read by others');
    expect(modeOf(file)).toBe(0o644);
    const other = path.join(folder, 'package.json');
    writeFileSync(other, '{"name":"agora"}', { mode: 0o644 });
    for (const command of ['list', 'rotate', 'retire']) {
      await expect(keys(command, '--file', other)).rejects.toMatchObject({
        stderr: expect.stringMatching(/^This is not a set/),
      });
      expect(modeOf(other)).toBe(0o644);
    }
  });

  it('explains itself', async () => {
    const stderr = expect.stringContaining('Usage: npm run keys');
    await expect(keys('steal', '--data', folder)).rejects.toMatchObject({ stderr });
  });
});
