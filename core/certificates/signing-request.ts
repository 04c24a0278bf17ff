import { bytesOfBase64 } from '../text/base64.ts';
import { type DerValue, derText, derValues, objectIdentifier, TAG } from './der.ts';

/** What a certificate signing request says (RFC 2986), read from the PEM text that an object holds in base64. */
export interface SigningRequest {
  readonly commonName: string;
  readonly organizations: readonly string[];
  readonly dnsNames: readonly string[];
  readonly ipAddresses: number;
  /** E-mail addresses and URIs. */
  readonly otherNames: number;
}

const COMMON_NAME = '2.5.4.3';
const ORGANIZATION = '2.5.4.10';
const EXTENSION_REQUEST = '1.2.840.113549.1.9.14';
const SUBJECT_ALTERNATIVE_NAME = '2.5.29.17';

const PEM = /-----BEGIN ([^-]+)-----\r?\n([^-]*)-----END \1-----/;
const WRONG_TYPE = 'PEM block type must be CERTIFICATE REQUEST';
const MALFORMED = 'asn1: structure error: malformed certificate request';

/** The bytes inside the PEM of a request, or what is wrong with it (kubernetes `certificates.ParseCSR`). */
function requestBytes(base64: string): Uint8Array | string {
  const text = bytesOfBase64(base64);
  const [, type, body = ''] = PEM.exec(text === undefined ? '' : derText(text)) ?? [];
  if (type !== 'CERTIFICATE REQUEST') return WRONG_TYPE;
  return bytesOfBase64(body.replace(/\s/g, '')) ?? MALFORMED;
}

function inside(value: DerValue | undefined, tag: number): readonly DerValue[] | undefined {
  return value?.tag === tag ? derValues(value.content) : undefined;
}

/** Pairs of an identifier and what follows it, in each of the sequences. */
function pairs(values: readonly DerValue[]): readonly (readonly [string, readonly DerValue[]])[] {
  return values.flatMap((value) => {
    const [id, ...rest] = inside(value, TAG.sequence) ?? [];
    return id?.tag === TAG.objectIdentifier ? [[objectIdentifier(id.content), rest] as const] : [];
  });
}

/** The general names of the extensions that are asked for. */
function alternativeNames(attributes: DerValue | undefined): readonly DerValue[] {
  const listed = inside(attributes, TAG.attributes) ?? [];
  const extensions = pairs(listed)
    .filter(([id]) => id === EXTENSION_REQUEST)
    .flatMap(([, [set]]) => inside(set, TAG.set) ?? [])
    .flatMap((sequence) => inside(sequence, TAG.sequence) ?? []);
  return pairs(extensions)
    .filter(([id]) => id === SUBJECT_ALTERNATIVE_NAME)
    .flatMap(([, values]) => {
      const octets = values.at(-1);
      const [names] = octets?.tag === TAG.octetString ? (derValues(octets.content) ?? []) : [];
      return inside(names, TAG.sequence) ?? [];
    });
}

/** The request, or what is wrong with it. */
export function readSigningRequest(base64: string): SigningRequest | string {
  const bytes = requestBytes(base64);
  if (typeof bytes === 'string') return bytes;
  const [whole, ...trailing] = derValues(bytes) ?? [];
  const [info, algorithm, signature] = inside(whole, TAG.sequence) ?? [];
  const [version, name, key, attributes] = inside(info, TAG.sequence) ?? [];
  const parts = inside(name, TAG.sequence);
  const isWhole = [algorithm, signature, version, key].every((part) => part !== undefined);
  if (!isWhole || parts === undefined || trailing.length > 0) return MALFORMED;
  const named = pairs(parts.flatMap((set) => inside(set, TAG.set) ?? []));
  const texts = (wanted: string): readonly string[] =>
    named.filter(([id]) => id === wanted).map(([, [value]]) => derText(value?.content ?? new Uint8Array()));
  const names = alternativeNames(attributes);
  const ofType = (tag: number): readonly DerValue[] => names.filter((one) => one.tag === tag);
  const dnsNames = ofType(TAG.dnsName).map(({ content }) => derText(content));
  const ipAddresses = ofType(TAG.ipAddress).length;
  return {
    commonName: texts(COMMON_NAME).at(-1) ?? '',
    organizations: texts(ORGANIZATION),
    dnsNames,
    ipAddresses,
    otherNames: names.length - dnsNames.length - ipAddresses,
  };
}
