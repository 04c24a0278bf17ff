import { randomBytes, webcrypto, X509Certificate } from 'node:crypto';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  cryptoProvider,
  ExtendedKeyUsageExtension,
  type Extension,
  type JsonName,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  type PublicKeyType,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';

/** The certificate authority of a cluster: made at the start, like its key, which never leaves the process. */

cryptoProvider.set(webcrypto);

export const EXTENDED_USAGE = {
  server: '1.3.6.1.5.5.7.3.1',
  client: '1.3.6.1.5.5.7.3.2',
} as const;

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const AUTHORITY: JsonName = [{ CN: ['kubernetes'] }];

const DAY_MS = 24 * 3600 * 1000;
/** Virtual time may be any: what the server makes for itself holds in all of it. */
const EVER = { notBefore: new Date('1970-01-01T00:00:00Z'), notAfter: new Date('2999-12-31T00:00:00Z') };
/** A day more than anybody leaves a simulation running; clients look at their own clocks. */
const SERVER_DAYS = 30;

export interface Validity {
  readonly notBefore: Date;
  readonly notAfter: Date;
}

/** In PEM. */
export interface KeyAndCertificate {
  readonly key: string;
  readonly cert: string;
}

/** What a certificate is to say. */
export interface Order extends Validity {
  readonly subject: JsonName;
  readonly publicKey: PublicKeyType;
  readonly extensions: readonly Extension[];
}

export interface ClusterAuthority {
  /** Its own certificate, in PEM: what clients trust. */
  readonly certificate: string;
  /** A certificate, in PEM. */
  issue(order: Order): Promise<string>;
  /** For this server, on this machine, from now on. */
  serverCertificate(now: Date): Promise<KeyAndCertificate>;
  /** For somebody who is known by it. */
  clientCertificate(user: string, groups: readonly string[]): Promise<KeyAndCertificate>;
  /** Whether it has signed this. */
  hasIssued(certificate: X509Certificate): boolean;
}

/** A positive number of 16 bytes. */
function serialNumber(): string {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes.toString('hex');
}

async function pairOf(): Promise<{ readonly keys: webcrypto.CryptoKeyPair; readonly pem: string }> {
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const pkcs8 = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
  return { keys, pem: `${PemConverter.encode(pkcs8, 'PRIVATE KEY')}\n` };
}

export async function makeClusterAuthority(): Promise<ClusterAuthority> {
  const { keys } = await pairOf();
  const own = await X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: AUTHORITY,
    ...EVER,
    signingAlgorithm: ALGORITHM,
    keys,
    extensions: [
      new BasicConstraintsExtension(true, undefined, true),
      new KeyUsagesExtension(
        KeyUsageFlags.digitalSignature | KeyUsageFlags.keyEncipherment | KeyUsageFlags.keyCertSign,
        true,
      ),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  const certificate = `${own.toString('pem')}\n`;
  const parsed = new X509Certificate(certificate);

  const issue = async ({ subject, publicKey, extensions, ...validity }: Order): Promise<string> => {
    const made = await X509CertificateGenerator.create({
      serialNumber: serialNumber(),
      issuer: own.subjectName,
      subject,
      ...validity,
      signingAlgorithm: ALGORITHM,
      signingKey: keys.privateKey,
      publicKey,
      extensions: [
        ...extensions,
        new BasicConstraintsExtension(false, undefined, true),
        await AuthorityKeyIdentifierExtension.create(keys.publicKey),
      ],
    });
    return `${made.toString('pem')}\n`;
  };

  const issueWithKey = async (
    subject: JsonName,
    validity: Validity,
    extensions: readonly Extension[],
  ): Promise<KeyAndCertificate> => {
    const { keys: pair, pem } = await pairOf();
    const usage = KeyUsageFlags.digitalSignature | KeyUsageFlags.keyEncipherment;
    const all = [new KeyUsagesExtension(usage, true), ...extensions];
    const cert = await issue({ subject, ...validity, publicKey: pair.publicKey, extensions: all });
    return { key: pem, cert };
  };

  return {
    certificate,
    issue,
    serverCertificate(now) {
      const notAfter = new Date(now.getTime() + SERVER_DAYS * DAY_MS);
      // Clocks of two machines differ a little.
      const notBefore = new Date(now.getTime() - DAY_MS);
      return issueWithKey([{ CN: ['wavetank'] }], { notBefore, notAfter }, [
        new ExtendedKeyUsageExtension([EXTENDED_USAGE.server]),
        new SubjectAlternativeNameExtension([
          { type: 'dns', value: 'localhost' },
          { type: 'dns', value: 'kubernetes.default.svc' },
          { type: 'ip', value: '127.0.0.1' },
        ]),
      ]);
    },
    clientCertificate: (user, groups) =>
      issueWithKey([...groups.map((group) => ({ O: [group] })), { CN: [user] }], EVER, [
        new ExtendedKeyUsageExtension([EXTENDED_USAGE.client]),
      ]),
    hasIssued: (given) => given.checkIssued(parsed) && given.verify(parsed.publicKey),
  };
}
