import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { generate } from 'selfsigned';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recordedLog } from '#kit/observability/recorded-log.ts';
import { keepsNothing, type RedisProcess, redisHere, redisProcess } from '#kit/redis/redis.ts';
import { until } from '#kit/vitest/until.ts';
import { freePort } from '#launcher/ports.ts';
import { databaseAccount, giveTo } from '#launcher/postgres/account.ts';
import { type Cluster, openCluster } from '#launcher/postgres/cluster.ts';
import { throwawaySettings } from '#launcher/postgres/settings.ts';
import { PrismaClient } from '#prisma/order/client/client.ts';
import { connectRedis } from '../redis/client.ts';
import { prismaAdapter } from './database.ts';
import { listenTo } from './listener.ts';

interface TestCertificate {
  readonly pem: string;
  readonly certFile: string;
  readonly keyFile: string;
  remove(): Promise<void>;
}

/** A certificate for this machine that nobody trusts who is not told to, in files that the account of PostgreSQL may read. */
const testCertificate = async (): Promise<TestCertificate> => {
  const altNames = [
    { type: 2 as const, value: 'localhost' },
    { type: 7 as const, ip: '127.0.0.1' },
  ];
  const { cert, private: key } = await generate([{ name: 'commonName', value: 'localhost' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: true },
      { name: 'subjectAltName', altNames },
    ],
  });
  const folder = await mkdtemp(path.join(tmpdir(), 'agora-certificate-'));
  const [certFile, keyFile] = [path.join(folder, 'cert.pem'), path.join(folder, 'key.pem')];
  // PostgreSQL refuses a key that others may read.
  await writeFile(certFile, cert, { mode: 0o644 });
  await writeFile(keyFile, key, { mode: 0o600 });
  for (const each of [folder, certFile, keyFile]) await giveTo(each, databaseAccount());
  return { pem: cert, certFile, keyFile, remove: () => rm(folder, { recursive: true, force: true }) };
};

let ours: TestCertificate;
let another: TestCertificate;
beforeAll(async () => {
  [ours, another] = await Promise.all([testCertificate(), testCertificate()]);
});
afterAll(async () => {
  await ours.remove();
  await another.remove();
});

describe('a PostgreSQL with a certificate', () => {
  let folder: string;
  let cluster: Cluster;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'agora-tls-'));
    const settings = { ...throwawaySettings, ssl: 'on', ssl_cert_file: ours.certFile, ssl_key_file: ours.keyFile };
    cluster = await openCluster({ folder, password: 'secret', settings });
  });
  afterAll(async () => {
    await cluster.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const addressed = (host: string, { certFile }: TestCertificate) =>
    `postgresql://postgres:secret@${host}:${cluster.port}/postgres?sslmode=verify-full&sslrootcert=${certFile}`;
  /** What the pool of a subgraph gets; it says so when the connection is not encrypted after all. */
  const throughPool = async (url: string) => {
    const prisma = new PrismaClient({ adapter: prismaAdapter(url, 1), errorFormat: 'minimal' });
    try {
      return await prisma.$queryRaw`SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()`;
    } finally {
      await prisma.$disconnect();
    }
  };
  /** What relays and change publishers do, in the same words as these. */
  const listening = async (url: string) => {
    const { log, lines } = recordedLog();
    const options = {
      databaseUrl: url,
      channel: 'x',
      what: 'it',
      onNotice: () => undefined,
      onListening: () => undefined,
    };
    const listener = listenTo({ ...options, log });
    await until('an outcome', () => listener.isListening() || lines.length > 0);
    const is = listener.isListening();
    await listener.close();
    return is;
  };

  it('is reached by those who trust it', async () => {
    expect(await throughPool(addressed('localhost', ours))).toEqual([{ ssl: true }]);
    expect(await listening(addressed('localhost', ours))).toBe(true);
  });

  it('is not trusted with a certificate of somebody else', async () => {
    await expect(throughPool(addressed('localhost', another))).rejects.toThrow(/certificate/);
    expect(await listening(addressed('localhost', another))).toBe(false);
  });
});

describe.runIf(redisHere())('a Redis with a certificate', () => {
  const trusted = getCACertificates('default');
  const processes: RedisProcess[] = [];
  let port: number;

  const start = async (given: readonly string[], lines = '') => {
    const tlsPort = await freePort();
    const files = `tls-cert-file ${ours.certFile}\ntls-key-file ${ours.keyFile}\ntls-ca-cert-file ${ours.certFile}`;
    const config = `port 0\ntls-port ${tlsPort}\ntls-auth-clients no\n${files}\n${lines}`;
    processes.push(await redisProcess(given, config));
    return tlsPort;
  };
  beforeAll(async () => {
    port = await start(keepsNothing);
  });
  afterAll(async () => {
    setDefaultCACertificates(trusted);
    for (const process of processes) await process.stop();
  });

  /** As with NODE_EXTRA_CA_CERTS, which Node reads at its start. */
  const trusting = (certificate: TestCertificate) => setDefaultCACertificates([...trusted, certificate.pem]);
  const reaches = async (url: string) => {
    const { log, lines } = recordedLog();
    const connection = connectRedis(url, log, 'test', { timeoutMs: 2_000 });
    await until('an outcome', () => connection.isUp() || lines.length > 0);
    const answer = connection.isUp() && (await connection.redis.set('x', '1'));
    connection.close();
    return answer;
  };

  it('is reached by those who trust it, and by nobody else', async () => {
    trusting(ours);
    expect(await reaches(`rediss://localhost:${port}`)).toBe('OK');
    trusting(another);
    expect(await reaches(`rediss://localhost:${port}`)).toBe(false);
  });

  it('may be a cluster', async () => {
    trusting(ours);
    const apart = ['--cluster-port', String(await freePort()), '--cluster-announce-ip', '127.0.0.1'];
    const settings = ['--cluster-enabled', 'yes', '--tls-cluster', 'yes', ...apart];
    const node = await start([...keepsNothing, ...settings]);
    const { redis, close, isUp } = connectRedis(`rediss://localhost:${node}`, recordedLog().log, 'test', {
      timeoutMs: 2_000,
    });
    await until('connected', isUp);
    await redis.call('CLUSTER', 'ADDSLOTSRANGE', '0', '16383');
    await until('whole', async () => String(await redis.call('CLUSTER', 'INFO')).includes('cluster_state:ok'));
    close();
    expect(await reaches(`rediss+cluster://localhost:${node}`)).toBe('OK');
    trusting(another);
    expect(await reaches(`rediss+cluster://localhost:${node}`)).toBe(false);
  });

  it('may be what a Sentinel names', async () => {
    trusting(ours);
    const sentinel = await start(['--sentinel'], `tls-replication yes\nsentinel monitor shop 127.0.0.1 ${port} 1\n`);
    expect(await reaches(`rediss+sentinel://localhost:${sentinel}/shop`)).toBe('OK');
    trusting(another);
    expect(await reaches(`rediss+sentinel://localhost:${sentinel}/shop`)).toBe(false);
  });
});
