import { createPrivateKey, X509Certificate } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { userVariables } from '#subgraphs/user/config.ts';
import { subgraphNames } from '../services.ts';
import { makeCertificate, needsRenewal } from './certificate.ts';
import { provideSecrets } from './provide.ts';

let folder: string;
const provide = (given: Record<string, string> = {}, hosts = ['localhost', '127.0.0.1']) =>
  provideSecrets({ store: path.join(folder, 'store'), target: path.join(folder, 'to'), given, hosts });
const read = (file: string) => readFileSync(path.join(folder, 'to', file), 'utf8');
const everything = () =>
  readdirSync(path.join(folder, 'to'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .toSorted()
    .map((file) => [file, readFileSync(file, 'utf8')]);

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'agora-secrets-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('the secrets of a deployment', () => {
  it('are made at the first start, and stay what they are at the second', async () => {
    const first = await provide();
    const before = everything();
    expect(first.made).toContain('ORDER_DATABASE_PASSWORD');
    expect(await provide()).toMatchObject({ made: [], files: 0 });
    expect(everything()).toEqual(before);
  });

  it('come back from the store when a volume of files is gone', async () => {
    await provide();
    const before = everything();
    rmSync(path.join(folder, 'to'), { recursive: true });
    expect(await provide()).toMatchObject({ made: [] });
    expect(everything()).toEqual(before);
  });

  it('are usable: the service reads them as its variables', async () => {
    await provide();
    const shape = userVariables.shape;
    for (const name of ['USER_DATABASE_URL', 'ACCESS_TOKEN_KEYS', 'VIEWER_VERIFY_KEYS', 'REDIS_URL'] as const)
      expect(shape[name].safeParse(read(`user/${name}`))).toMatchObject({ success: true });
  });

  it('go to whom they belong: no service has the password of a database of another', async () => {
    await provide();
    const passwords = new Map(subgraphNames.map((name) => [name, read(`postgres-${name}/OWNER_PASSWORD`)]));
    for (const reader of [...subgraphNames, 'gateway', 'redis', 'edge', 'grafana', 'auditor'])
      for (const [owner, password] of passwords) {
        const seen = readdirSync(path.join(folder, 'to', reader)).some((name) =>
          read(`${reader}/${name}`).includes(password),
        );
        expect({ reader, owner, seen }).toEqual({ reader, owner, seen: reader === owner });
      }
  });

  it('let the auditor in as a reader, with another password', async () => {
    await provide();
    expect(read('auditor/ORDER_DATABASE_URL')).toContain('//auditor:');
    expect(read('auditor/ORDER_DATABASE_URL')).toContain(read('postgres-order/AUDITOR_PASSWORD'));
  });

  it('are those of the operator where some are given, also after others had been made up', async () => {
    await provide();
    await provide({ ORDER_DATABASE_PASSWORD: 'p@ss:word/', REDIS_URL: 'rediss://elsewhere:6380' });
    expect(read('postgres-order/OWNER_PASSWORD')).toBe('p@ss:word/');
    expect(new URL(read('order/ORDER_DATABASE_URL')).password).toBe(encodeURIComponent('p@ss:word/'));
    expect(read('gateway/REDIS_URL')).toBe('rediss://elsewhere:6380');
  });

  it.each([
    ['a name that is none', { ORDER_DATABASE_PASWORD: 'typing-mistake-value' }, 'ORDER_DATABASE_PASWORD'],
    ['more than one line', { REDIS_PASSWORD: 'first\nsecond' }, 'more than one line'],
    ['half a certificate', { EDGE_CERTIFICATE: '-----BEGIN CERTIFICATE-----\nx' }, 'give both or neither'],
  ])('are not written at all when one that is given has %s', async (_, given, fault) => {
    await expect(provide(given)).rejects.toThrow(fault);
    await expect(provide(given)).rejects.not.toThrow(/typing-mistake-value|second/);
    expect(existsSync(path.join(folder, 'to'))).toBe(false);
  });

  it('can be read by whatever user a container runs as, and in the store by nobody else', async () => {
    await provide();
    expect(statSync(path.join(folder, 'to/redis/PASSWORD')).mode & 0o777).toBe(0o444);
    expect(statSync(path.join(folder, 'store/REDIS_PASSWORD')).mode & 0o777).toBe(0o600);
    expect(statSync(path.join(folder, 'store')).mode & 0o777).toBe(0o700);
    chmodSync(path.join(folder, 'store/REDIS_PASSWORD'), 0o644);
    expect(await provide()).toMatchObject({ closed: [path.join(folder, 'store/REDIS_PASSWORD')], files: 0 });
    expect(statSync(path.join(folder, 'store/REDIS_PASSWORD')).mode & 0o777).toBe(0o600);
  });

  it('close nothing of others, where the store is a folder that has more', async () => {
    const store = path.join(folder, 'store');
    mkdirSync(store);
    writeFileSync(path.join(store, 'page.html'), 'of somebody else');
    chmodSync(path.join(store, 'page.html'), 0o644);
    chmodSync(store, 0o755);
    expect((await provide()).closed).toEqual([]);
    chmodSync(path.join(store, 'REDIS_PASSWORD'), 0o644);
    expect((await provide()).closed).toEqual([path.join(store, 'REDIS_PASSWORD')]);
    expect(statSync(path.join(store, 'page.html')).mode & 0o777).toBe(0o644);
    expect(statSync(store).mode & 0o777).toBe(0o755);
  });
});

describe('the certificate of the edge', () => {
  it('is for the hosts that were named, and is made anew when others are', async () => {
    await provide();
    const before = read('edge/EDGE_CERTIFICATE');
    await provide({}, ['shop.example', '10.0.0.7']);
    const certificate = new X509Certificate(read('edge/EDGE_CERTIFICATE'));
    expect(read('edge/EDGE_CERTIFICATE')).not.toBe(before);
    expect(certificate.checkHost('shop.example')).toBe('shop.example');
    expect(certificate.checkIP('10.0.0.7')).toBe('10.0.0.7');
    expect(certificate.checkPrivateKey(createPrivateKey(read('edge/EDGE_CERTIFICATE_KEY')))).toBe(true);
  });

  it('is renewed a month before its end', async () => {
    const { cert } = await makeCertificate(['localhost']);
    const end = new X509Certificate(cert).validToDate.getTime();
    const days = (count: number) => new Date(end - count * 86_400_000);
    expect(needsRenewal(cert, ['localhost'], days(31))).toBe(false);
    expect(needsRenewal(cert, ['localhost'], days(29))).toBe(true);
  });
});
