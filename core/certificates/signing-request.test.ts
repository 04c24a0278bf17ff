import { describe, expect, test } from 'vitest';
import { base64OfBytes, bytesOfBase64 } from '../text/base64.ts';
import { readSigningRequest } from './signing-request.ts';
import { NODE_REQUEST, USER_REQUEST } from './testing/requests.ts';

const of = (text: string): string => Buffer.from(text).toString('base64');
const pem = (body: string, type = 'CERTIFICATE REQUEST'): string =>
  of(`-----BEGIN ${type}-----\n${body}\n-----END ${type}-----\n`);

describe('a request for a certificate', () => {
  test('of a user in groups', () => {
    expect(readSigningRequest(USER_REQUEST)).toEqual({
      commonName: 'ask',
      organizations: ['dev', 'ops'],
      dnsNames: [],
      ipAddresses: 0,
      otherNames: 0,
    });
  });

  test('of a node with other names', () => {
    expect(readSigningRequest(NODE_REQUEST)).toEqual({
      commonName: 'system:node:n1',
      organizations: ['system:nodes'],
      dnsNames: ['n1.example'],
      ipAddresses: 1,
      otherNames: 1,
    });
  });

  test.each([
    ['nothing', '', /PEM block type must be CERTIFICATE REQUEST/],
    ['no base64', '%%%', /PEM block type/],
    ['no PEM', of('hello'), /PEM block type/],
    ['a certificate', pem('AAAA', 'CERTIFICATE'), /PEM block type/],
    ['nothing inside', pem(''), /^asn1: /],
    ['no base64 inside', pem('????'), /^asn1: /],
    ['something else inside', pem('AAAA'), /^asn1: /],
    ['a length without end', pem('MIT/////'), /^asn1: /],
  ])('%s', (_name, text, problem) => {
    expect(readSigningRequest(text)).toMatch(problem);
  });

  test('cut anywhere, or with any byte another, is read or refused', () => {
    const text = Buffer.from(NODE_REQUEST, 'base64').toString();
    const der = bytesOfBase64(text.replace(/-----[^-]+-----|\s/g, ''))!;
    for (let at = 0; at < der.length; at += 1) {
      expect(readSigningRequest(pem(base64OfBytes(der.subarray(0, at))))).toEqual(expect.any(String));
      const other = der.slice();
      other[at] = 0xff;
      expect(readSigningRequest(pem(base64OfBytes(other)))).toBeDefined();
    }
  });
});

test.each(['', 'AA==', 'AAA=', 'AAAA', 'AQIDBA==', '/+8='])('the bytes of %s', (text) => {
  expect(base64OfBytes(bytesOfBase64(text)!)).toBe(text);
});

test.each(['A', 'AA', 'A===', '====', 'AA=A', 'A A='])('%s stands for no bytes', (text) => {
  expect(bytesOfBase64(text)).toBeUndefined();
});
