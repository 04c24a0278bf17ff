import { generate } from 'selfsigned';

/** What TLS needs, in PEM. */
export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

/** A day more than anybody leaves a simulation running. */
const DAYS = 30;

/** A certificate of its own for this server: clients trust it because the kubeconfig holds it. */
export async function makeCertificate(now: Date): Promise<Certificate> {
  const notAfterDate = new Date(now.getTime() + DAYS * 24 * 3600 * 1000);
  const pems = await generate([{ name: 'commonName', value: 'wavetank' }], {
    keyType: 'ec',
    notBeforeDate: now,
    notAfterDate,
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 7, ip: '127.0.0.1' },
        ],
      },
    ],
  });
  return { key: pems.private, cert: pems.cert };
}
