import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { generate } from 'selfsigned';
import { databaseAccount, giveTo } from '#launcher/postgres/account.ts';

export interface TestCertificate {
  readonly pem: string;
  readonly certFile: string;
  readonly keyFile: string;
  remove(): Promise<void>;
}

/** A certificate for this machine that nobody trusts who is not told to, in files that the account of PostgreSQL may read. */
export const testCertificate = async (): Promise<TestCertificate> => {
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
