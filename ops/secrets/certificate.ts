/** A certificate for the edge of a machine that has none: clients must be configured to trust it. */
import { X509Certificate } from 'node:crypto';
import { generate } from 'selfsigned';

export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

const dayMs = 86_400_000;

// 397 days: browsers take none that lasts longer.
const validDays = 397;

// 30 days: a deployment that is started once a month never meets an expired one.
const renewDays = 30;

/** Signs for these names and addresses. The first one is what it is called. */
export const makeCertificate = async (hosts: readonly string[]): Promise<Certificate> => {
  const altNames = hosts.map((host) =>
    isAddress(host) ? { type: 7 as const, ip: host } : { type: 2 as const, value: host },
  );
  const made = await generate([{ name: 'commonName', value: hosts[0] ?? 'localhost' }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    notAfterDate: new Date(Date.now() + validDays * dayMs),
    extensions: [
      { name: 'basicConstraints', cA: true },
      { name: 'subjectAltName', altNames },
    ],
  });
  return { cert: made.cert, key: made.private };
};

const isAddress = (host: string): boolean => /^[\d.]+$|:/.test(host);

/** Whether it is one of ours that ends soon, or that is not for these hosts. */
export const needsRenewal = (cert: string, hosts: readonly string[], now = new Date()): boolean => {
  const certificate = new X509Certificate(cert);
  const covers = (host: string) =>
    (isAddress(host) ? certificate.checkIP(host) : certificate.checkHost(host)) !== undefined;
  return certificate.validToDate.getTime() - now.getTime() < renewDays * dayMs || !hosts.every(covers);
};
